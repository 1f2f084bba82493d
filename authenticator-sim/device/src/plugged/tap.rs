use crate::capture::Carrier;
use crate::transport::fault::Direction;

/// Somebody who sees every frame on the link of a key, as it arrives.
pub trait Tap: Send {
    /// A report or an APDU has arrived. It must not wait: the key does as well.
    fn frame(&mut self, carrier: Carrier, direction: Direction, bytes: &[u8]);
}
