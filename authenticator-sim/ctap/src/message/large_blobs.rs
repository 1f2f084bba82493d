//! authenticatorLargeBlobs (CTAP 2.3 §6.10).

use alloc::vec::Vec;

use sha2::{Digest, Sha256};

use crate::cbor::{DecodeError, Fields, Members, parse_canonical};

/// The array as it leaves the factory: no entry, and its checksum (CTAP 2.3 §6.10, "initial serialized large-blob
/// array").
pub const INITIAL: [u8; 17] =
    [0x80, 0x76, 0xbe, 0x8b, 0x52, 0x8d, 0x00, 0x75, 0xf7, 0xaa, 0xe9, 0x8d, 0x6f, 0xa5, 0x7a, 0x6d, 0x3c];

/// What a message holds beside a fragment, in bytes: a fragment is at most `maxMsgSize` less this.
pub const OVERHEAD: u64 = 64;

/// What the platform asks: to read or to write one fragment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Request {
    /// `get`: how many bytes to read.
    pub get: Option<u64>,
    /// `set`: the bytes to write.
    pub set: Option<Vec<u8>>,
    /// `offset`.
    pub offset: Option<u64>,
    /// `length` of the whole array, with its first fragment.
    pub length: Option<u64>,
    /// `pinUvAuthParam`, over [`Request::authenticated`].
    pub pin_uv_auth_param: Option<Vec<u8>>,
    /// `pinUvAuthProtocol`.
    pub pin_uv_auth_protocol: Option<u64>,
}

/// What the authenticator answers; empty after a write.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Response {
    /// `config`: the fragment that was read.
    pub config: Option<Vec<u8>>,
}

/// `array` with its checksum behind it.
pub fn serialize(array: &[u8]) -> Vec<u8> {
    [array, &Sha256::digest(array)[..16]].concat()
}

/// Whether `serialized` ends with the checksum of what is before it.
pub fn is_intact(serialized: &[u8]) -> bool {
    serialized.split_last_chunk::<16>().is_some_and(|(array, checksum)| Sha256::digest(array)[..16] == checksum[..])
}

impl Request {
    /// What `pinUvAuthParam` covers: 32 bytes of 0xFF, the command, the offset and the hash of the fragment.
    pub fn authenticated(&self) -> Vec<u8> {
        // An offset above 2^32 is beyond every array and refused before anything is verified.
        let offset = (self.offset.unwrap_or_default() as u32).to_le_bytes();
        let hash = Sha256::digest(self.set.as_deref().unwrap_or_default());
        [&[0xff; 32][..], &[crate::Command::LARGE_BLOBS.0, 0], &offset, &hash].concat()
    }

    /// Reads the parameter map.
    ///
    /// # Errors
    ///
    /// [`DecodeError`]; its status is the one to answer with.
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        let root = parse_canonical(bytes)?;
        let fields = Fields::of(&root, "")?;
        Ok(Self {
            get: fields.optional_uint(1, "get")?,
            set: fields.optional_bytes(2, "set")?,
            offset: fields.optional_uint(3, "offset")?,
            length: fields.optional_uint(4, "length")?,
            pin_uv_auth_param: fields.optional_bytes(5, "pinUvAuthParam")?,
            pin_uv_auth_protocol: fields.optional_uint(6, "pinUvAuthProtocol")?,
        })
    }

    /// The parameter map in canonical form.
    pub fn encode(&self) -> Vec<u8> {
        let mut map = Members::default();
        map.uint(1, self.get);
        map.bytes(2, self.set.as_deref());
        map.uint(3, self.offset);
        map.uint(4, self.length);
        map.bytes(5, self.pin_uv_auth_param.as_deref());
        map.uint(6, self.pin_uv_auth_protocol);
        map.into_bytes()
    }
}

impl Response {
    /// Reads the response map.
    ///
    /// # Errors
    ///
    /// [`DecodeError`].
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        if bytes.is_empty() {
            return Ok(Self::default());
        }
        let root = parse_canonical(bytes)?;
        Ok(Self { config: Fields::of(&root, "")?.optional_bytes(1, "config")? })
    }

    /// The response map in canonical form; nothing at all where there is nothing to tell.
    pub fn encode(&self) -> Vec<u8> {
        let mut map = Members::default();
        map.bytes(1, self.config.as_deref());
        map.into_bytes_unless_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_initial_array_is_intact_and_a_bent_one_is_not() {
        assert_eq!(serialize(&[0x80]), INITIAL);
        assert!(is_intact(&INITIAL));
        let mut bent = INITIAL;
        bent[0] ^= 1;
        assert!(!is_intact(&bent));
        assert!(!is_intact(&[0; 15]));
    }
}
