//! Authenticator data (WebAuthn L3 §6.1).

use alloc::vec::Vec;
use core::fmt;
use core::ops::{BitAnd, BitOr, BitOrAssign, Not};

use crate::Aaguid;
use crate::cbor::Tree;
use crate::cose::CoseKey;

/// The flags byte; reserved bits survive.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Flags(pub u8);

impl Flags {
    /// User present.
    pub const UP: Self = Self(0x01);
    /// Reserved (bit 1).
    pub const RFU1: Self = Self(0x02);
    /// User verified.
    pub const UV: Self = Self(0x04);
    /// Backup eligible.
    pub const BE: Self = Self(0x08);
    /// Backup state.
    pub const BS: Self = Self(0x10);
    /// Reserved (bit 5).
    pub const RFU2: Self = Self(0x20);
    /// Attested credential data included.
    pub const AT: Self = Self(0x40);
    /// Extension data included.
    pub const ED: Self = Self(0x80);

    const NAMES: [(Self, &'static str); 8] = [
        (Self::UP, "UP"),
        (Self::RFU1, "RFU1"),
        (Self::UV, "UV"),
        (Self::BE, "BE"),
        (Self::BS, "BS"),
        (Self::RFU2, "RFU2"),
        (Self::AT, "AT"),
        (Self::ED, "ED"),
    ];

    /// Whether every bit of `other` is set.
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// With the bits of `other` set.
    #[must_use]
    pub const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// With the bits of `other` cleared.
    #[must_use]
    pub const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// The names of the bits that are set, lowest first.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        Self::NAMES.into_iter().filter(move |(flag, _)| self.contains(*flag)).map(|(_, name)| name)
    }
}

impl BitOr for Flags {
    type Output = Self;
    fn bitor(self, other: Self) -> Self {
        self.with(other)
    }
}

impl BitOrAssign for Flags {
    fn bitor_assign(&mut self, other: Self) {
        *self = self.with(other);
    }
}

impl BitAnd for Flags {
    type Output = Self;
    fn bitand(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }
}

impl Not for Flags {
    type Output = Self;
    fn not(self) -> Self {
        Self(!self.0)
    }
}

impl fmt::Display for Flags {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#04x}", self.0)?;
        for (i, name) in self.names().enumerate() {
            write!(f, "{}{name}", if i == 0 { " (" } else { " " })?;
        }
        if self.0 == 0 { Ok(()) } else { f.write_str(")") }
    }
}

impl fmt::Debug for Flags {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Attested credential data (WebAuthn L3 §6.5.1).
#[derive(Clone, Debug, PartialEq)]
pub struct AttestedCredential {
    /// The authenticator's type.
    pub aaguid: Aaguid,
    /// The credential id, at most 65,535 bytes on the wire and 1,023 by the text.
    pub credential_id: Vec<u8>,
    /// The credential public key.
    pub public_key: CoseKey,
}

/// Authenticator data, every field free to be set to what it should not be.
#[derive(Clone, Debug, PartialEq)]
pub struct AuthData {
    /// SHA-256 of the RP ID.
    pub rp_id_hash: [u8; 32],
    /// The flags as they stand; nothing keeps them in step with the fields below.
    pub flags: Flags,
    /// The signature counter.
    pub sign_count: u32,
    /// Attested credential data.
    pub attested: Option<AttestedCredential>,
    /// The extension outputs, as the CBOR they are.
    pub extensions: Option<Vec<u8>>,
    /// Bytes after everything that the flags announce; empty in honest data.
    pub rest: Vec<u8>,
}

/// Why bytes are not authenticator data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuthDataError {
    /// Cut short in the named part.
    Truncated(&'static str),
    /// The credential public key or the extensions are not CBOR.
    NotCbor(&'static str),
}

impl fmt::Display for AuthDataError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Truncated(part) => write!(f, "authenticator data ends inside the {part}"),
            Self::NotCbor(part) => write!(f, "the {part} in the authenticator data is not CBOR"),
        }
    }
}

impl core::error::Error for AuthDataError {}

impl AuthData {
    /// Reads authenticator data; what follows the announced parts is kept in `rest`.
    ///
    /// # Errors
    ///
    /// [`AuthDataError`] names the part that cannot be read.
    pub fn parse(bytes: &[u8]) -> Result<Self, AuthDataError> {
        let mut at = bytes;
        let rp_id_hash = *take::<32>(&mut at, "RP ID hash")?;
        let flags = Flags(take::<1>(&mut at, "flags")?[0]);
        let sign_count = u32::from_be_bytes(*take::<4>(&mut at, "signature counter")?);
        let attested = if flags.contains(Flags::AT) { Some(attested_credential(&mut at)?) } else { None };
        let extensions =
            if flags.contains(Flags::ED) { Some(cbor_item(&mut at, "extensions")?.to_vec()) } else { None };
        Ok(Self { rp_id_hash, flags, sign_count, attested, extensions, rest: at.to_vec() })
    }

    /// The bytes. Parts that are there are written whether or not the flags announce them.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(37 + self.attested.as_ref().map_or(0, |a| 18 + a.credential_id.len() + 77));
        out.extend_from_slice(&self.rp_id_hash);
        out.push(self.flags.0);
        out.extend_from_slice(&self.sign_count.to_be_bytes());
        if let Some(attested) = &self.attested {
            out.extend_from_slice(&attested.aaguid.0);
            let length = u16::try_from(attested.credential_id.len()).unwrap_or(u16::MAX);
            out.extend_from_slice(&length.to_be_bytes());
            out.extend_from_slice(&attested.credential_id[..usize::from(length)]);
            out.extend_from_slice(attested.public_key.bytes());
        }
        out.extend_from_slice(self.extensions.as_deref().unwrap_or(&[]));
        out.extend_from_slice(&self.rest);
        out
    }
}

fn attested_credential(at: &mut &[u8]) -> Result<AttestedCredential, AuthDataError> {
    let aaguid = Aaguid(*take::<16>(at, "AAGUID")?);
    let length = usize::from(u16::from_be_bytes(*take::<2>(at, "credential id length")?));
    let (credential_id, rest) = at.split_at_checked(length).ok_or(AuthDataError::Truncated("credential id"))?;
    *at = rest;
    let public_key = CoseKey::from_bytes(cbor_item(at, "credential public key")?);
    Ok(AttestedCredential { aaguid, credential_id: credential_id.to_vec(), public_key })
}

fn cbor_item<'a>(at: &mut &'a [u8], part: &'static str) -> Result<&'a [u8], AuthDataError> {
    let tree = Tree::parse_prefix(at).map_err(|_| AuthDataError::NotCbor(part))?;
    let (item, rest) = at.split_at(tree.root.span.end);
    *at = rest;
    Ok(item)
}

fn take<'a, const N: usize>(at: &mut &'a [u8], part: &'static str) -> Result<&'a [u8; N], AuthDataError> {
    let (head, rest) = at.split_first_chunk::<N>().ok_or(AuthDataError::Truncated(part))?;
    *at = rest;
    Ok(head)
}

#[cfg(test)]
mod tests {
    use alloc::vec;

    use super::*;
    use crate::cose::{Algorithm, Curve, PublicKey};

    fn sample() -> AuthData {
        let key = PublicKey::Ec2 { curve: Curve::P256, x: vec![1; 32], y: vec![2; 32] };
        AuthData {
            rp_id_hash: [7; 32],
            flags: Flags::UP | Flags::AT | Flags::ED,
            sign_count: 0x0102_0304,
            attested: Some(AttestedCredential {
                aaguid: Aaguid([9; 16]),
                credential_id: vec![3; 20],
                public_key: CoseKey::from_bytes(&key.to_cose(Algorithm::ES256)),
            }),
            extensions: Some(vec![0xa0]),
            rest: vec![1, 2, 3],
        }
    }

    #[test]
    fn round_trip() {
        assert_eq!(AuthData::parse(&sample().encode()), Ok(sample()));
    }

    #[test]
    fn each_truncation_is_an_error() {
        let whole = AuthData { rest: vec![], ..sample() }.encode();
        for end in 0..whole.len() {
            assert!(AuthData::parse(&whole[..end]).is_err(), "{end}");
        }
    }
}
