use alloc::vec::Vec;

use super::{Capabilities, Channel};

/// What an application sends with `CTAPHID_INIT`, to know its own answer among those on the broadcast channel.
pub type Nonce = [u8; 8];

/// The answer to `CTAPHID_INIT`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Welcome {
    /// The nonce of the request.
    pub nonce: Nonce,
    /// The channel to use from now on.
    pub channel: Channel,
    /// [`PROTOCOL_VERSION`](super::PROTOCOL_VERSION).
    pub protocol: u8,
    /// Major, minor and build number of the device; their meaning is the vendor's.
    pub version: [u8; 3],
    /// What the device can do.
    pub capabilities: Capabilities,
}

impl Welcome {
    /// Bytes on the wire.
    pub const LENGTH: usize = 17;

    /// Reads the first 17 bytes; a later version may send more.
    pub fn parse(payload: &[u8]) -> Option<Self> {
        let (nonce, rest) = payload.split_first_chunk::<8>()?;
        let (channel, rest) = rest.split_first_chunk::<4>()?;
        let &[protocol, major, minor, build, capabilities, ..] = rest else { return None };
        Some(Self {
            nonce: *nonce,
            channel: Channel(u32::from_be_bytes(*channel)),
            protocol,
            version: [major, minor, build],
            capabilities: Capabilities(capabilities),
        })
    }

    /// The payload.
    pub fn encode(&self) -> Vec<u8> {
        let mut payload = Vec::with_capacity(Self::LENGTH);
        payload.extend_from_slice(&self.nonce);
        payload.extend_from_slice(&self.channel.0.to_be_bytes());
        payload.push(self.protocol);
        payload.extend_from_slice(&self.version);
        payload.push(self.capabilities.0);
        payload
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ctaphid::PROTOCOL_VERSION;

    #[test]
    fn the_answer_of_a_yubikey_5_4_3_is_read_and_written() {
        let payload = [1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 0, 9, 0x02, 0x05, 0x04, 0x03, 0x05];
        let welcome = Welcome::parse(&payload).unwrap();
        assert_eq!(welcome.channel, Channel(9));
        assert_eq!((welcome.protocol, welcome.version), (PROTOCOL_VERSION, [5, 4, 3]));
        assert_eq!(welcome.capabilities, Capabilities::WINK | Capabilities::CBOR);
        assert!(!welcome.capabilities.contains(Capabilities::NMSG));
        assert_eq!(welcome.encode(), payload);
        assert_eq!(Welcome::parse(&payload[..16]), None);
        assert_eq!(Welcome::parse(&[&payload[..], &[0xff]].concat()), Some(welcome));
    }
}
