use keyrig_ctap::ctaphid::Report;

use crate::transport::fault::Direction;

/// Somebody who sees every report on the link of a key, as it arrives.
pub trait Tap: Send {
    /// A report has arrived. It must not wait: the key does as well.
    fn report(&mut self, direction: Direction, report: &Report);
}
