//! PIN/UV auth protocols 1 and 2 (CTAP 2.3 §6.5.6, §6.5.7): the arithmetic of both sides.
//!
//! Nothing here draws randomness: initialisation vectors and private keys are arguments.

use alloc::vec::Vec;
use core::fmt;

use aes::Aes256;
use cbc::cipher::block_padding::NoPadding;
use cbc::cipher::{BlockModeDecrypt, BlockModeEncrypt, KeyIvInit};
use hkdf::Hkdf;
use hmac::{Hmac, KeyInit, Mac};
use p256::elliptic_curve::sec1::ToSec1Point;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::cose::{Algorithm, CoseKey, Curve, PublicKey};

/// COSE algorithm of the key-agreement keys: ECDH-ES with HKDF-256 (CTAP 2.3 §6.5.6).
pub const KEY_AGREEMENT_ALGORITHM: Algorithm = Algorithm(-25);

/// Which protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// CTAP 2.0's.
    One,
    /// CTAP 2.1's.
    Two,
}

/// The peer's key or a ciphertext is of no use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PinUvAuthError {
    /// Not a point on P-256.
    Key,
    /// Not a whole number of blocks, or no initialisation vector.
    Ciphertext,
}

impl fmt::Display for PinUvAuthError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Key => "the key-agreement key is not a point on P-256",
            Self::Ciphertext => "the ciphertext is not a whole number of blocks",
        })
    }
}

impl core::error::Error for PinUvAuthError {}

impl Protocol {
    /// The protocol with this number.
    pub const fn from_number(number: u64) -> Option<Self> {
        match number {
            1 => Some(Self::One),
            2 => Some(Self::Two),
            _ => None,
        }
    }

    /// The number on the wire.
    pub const fn number(self) -> u64 {
        match self {
            Self::One => 1,
            Self::Two => 2,
        }
    }

    /// `authenticate(key, message)`: 16 bytes under protocol 1, 32 under 2.
    pub fn authenticate(self, key: &[u8], message: &[&[u8]]) -> Vec<u8> {
        let mut tag = hmac_sha256(key, message).to_vec();
        if self == Self::One {
            tag.truncate(16);
        }
        tag
    }

    /// `verify(key, message, signature)` in constant time.
    pub fn verify(self, key: &[u8], message: &[&[u8]], signature: &[u8]) -> bool {
        self.authenticate(key, message).ct_eq(signature).into()
    }
}

/// What the two sides agreed on: one HMAC key and one AES key, equal under protocol 1.
#[derive(Clone)]
pub struct SharedSecret {
    protocol: Protocol,
    hmac_key: Zeroizing<[u8; 32]>,
    aes_key: Zeroizing<[u8; 32]>,
}

impl SharedSecret {
    /// ECDH on P-256 with the peer's `COSE_Key`, then the protocol's `kdf`.
    ///
    /// # Errors
    ///
    /// [`PinUvAuthError::Key`] where the peer's key is not a point on the curve.
    pub fn agree(protocol: Protocol, own: &p256::SecretKey, peer: &CoseKey) -> Result<Self, PinUvAuthError> {
        let Ok(PublicKey::Ec2 { curve: Curve::P256, x, y }) = peer.public_key() else {
            return Err(PinUvAuthError::Key);
        };
        let mut point = Vec::with_capacity(65);
        point.push(4);
        point.extend_from_slice(&x);
        point.extend_from_slice(&y);
        let peer = p256::PublicKey::from_sec1_bytes(&point).map_err(|_| PinUvAuthError::Key)?;
        let z = p256::ecdh::diffie_hellman(own.to_nonzero_scalar(), peer.as_affine());
        Ok(Self::derive(protocol, z.raw_secret_bytes().as_slice()))
    }

    /// The protocol's `kdf` over `z`, the x-coordinate of the shared point.
    pub fn derive(protocol: Protocol, z: &[u8]) -> Self {
        let (hmac_key, aes_key) = match protocol {
            Protocol::One => {
                let key: [u8; 32] = Sha256::digest(z).into();
                (Zeroizing::new(key), Zeroizing::new(key))
            }
            Protocol::Two => (hkdf_sha256(z, b"CTAP2 HMAC key"), hkdf_sha256(z, b"CTAP2 AES key")),
        };
        Self { protocol, hmac_key, aes_key }
    }

    /// Which protocol it is for.
    pub const fn protocol(&self) -> Protocol {
        self.protocol
    }

    /// `encrypt`: `plaintext` is a whole number of 16-byte blocks. `iv` is fresh randomness; protocol 1 has no use
    /// for it.
    ///
    /// # Errors
    ///
    /// [`PinUvAuthError::Ciphertext`] where the plaintext is not a whole number of blocks.
    pub fn encrypt(&self, plaintext: &[u8], iv: [u8; 16]) -> Result<Vec<u8>, PinUvAuthError> {
        if !plaintext.len().is_multiple_of(16) {
            return Err(PinUvAuthError::Ciphertext);
        }
        let iv = if self.protocol == Protocol::One { [0; 16] } else { iv };
        let cipher = cbc::Encryptor::<Aes256>::new(self.aes_key[..].try_into().expect("32 bytes"), &iv.into());
        let ciphertext = cipher.encrypt_padded_vec::<NoPadding>(plaintext);
        Ok(match self.protocol {
            Protocol::One => ciphertext,
            Protocol::Two => [&iv[..], &ciphertext].concat(),
        })
    }

    /// `decrypt`.
    ///
    /// # Errors
    ///
    /// [`PinUvAuthError::Ciphertext`].
    pub fn decrypt(&self, ciphertext: &[u8]) -> Result<Zeroizing<Vec<u8>>, PinUvAuthError> {
        let (iv, body) = match self.protocol {
            Protocol::One => ([0; 16], ciphertext),
            Protocol::Two => {
                let (iv, body) = ciphertext.split_first_chunk::<16>().ok_or(PinUvAuthError::Ciphertext)?;
                (*iv, body)
            }
        };
        if !body.len().is_multiple_of(16) {
            return Err(PinUvAuthError::Ciphertext);
        }
        let cipher = cbc::Decryptor::<Aes256>::new(self.aes_key[..].try_into().expect("32 bytes"), &iv.into());
        cipher.decrypt_padded_vec::<NoPadding>(body).map(Zeroizing::new).map_err(|_| PinUvAuthError::Ciphertext)
    }

    /// `authenticate` with the shared secret as the key.
    pub fn authenticate(&self, message: &[&[u8]]) -> Vec<u8> {
        self.protocol.authenticate(&self.hmac_key[..], message)
    }

    /// `verify` with the shared secret as the key, in constant time.
    pub fn verify(&self, message: &[&[u8]], signature: &[u8]) -> bool {
        self.protocol.verify(&self.hmac_key[..], message, signature)
    }
}

/// The `COSE_Key` of a key-agreement key.
pub fn key_agreement_key(public: &p256::PublicKey) -> CoseKey {
    let point = public.to_sec1_point(false);
    let (x, y) = (point.x().expect("uncompressed"), point.y().expect("uncompressed"));
    let key = PublicKey::Ec2 { curve: Curve::P256, x: x.to_vec(), y: y.to_vec() };
    CoseKey::from_bytes(&key.to_cose(KEY_AGREEMENT_ALGORITHM))
}

/// `LEFT(SHA-256(pin), 16)`.
pub fn pin_hash(pin: &[u8]) -> Zeroizing<[u8; 16]> {
    let digest: [u8; 32] = Sha256::digest(pin).into();
    let mut hash = Zeroizing::new([0; 16]);
    hash.copy_from_slice(&digest[..16]);
    hash
}

/// HMAC-SHA-256 over the parts of a message.
pub fn hmac_sha256(key: &[u8], message: &[&[u8]]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
    for part in message {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

fn hkdf_sha256(z: &[u8], info: &[u8]) -> Zeroizing<[u8; 32]> {
    let mut okm = Zeroizing::new([0; 32]);
    Hkdf::<Sha256>::new(Some(&[0; 32]), z).expand(info, &mut okm[..]).expect("32 bytes are within HKDF's limit");
    okm
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_sides_agree() {
        let a = p256::SecretKey::from_slice(&[1; 32]).unwrap();
        let b = p256::SecretKey::from_slice(&[2; 32]).unwrap();
        for protocol in [Protocol::One, Protocol::Two] {
            let left = SharedSecret::agree(protocol, &a, &key_agreement_key(&b.public_key())).unwrap();
            let right = SharedSecret::agree(protocol, &b, &key_agreement_key(&a.public_key())).unwrap();
            let ciphertext = left.encrypt(&[5; 64], [9; 16]).unwrap();
            assert_eq!(right.decrypt(&ciphertext).unwrap()[..], [5; 64]);
            assert!(right.verify(&[b"m"], &left.authenticate(&[b"m"])));
            assert!(!right.verify(&[b"n"], &left.authenticate(&[b"m"])));
        }
    }

    #[test]
    fn a_point_off_the_curve_is_refused() {
        let own = p256::SecretKey::from_slice(&[1; 32]).unwrap();
        let key = PublicKey::Ec2 { curve: Curve::P256, x: Vec::from([1; 32]), y: Vec::from([2; 32]) };
        let peer = CoseKey::from_bytes(&key.to_cose(KEY_AGREEMENT_ALGORITHM));
        assert_eq!(SharedSecret::agree(Protocol::Two, &own, &peer).err(), Some(PinUvAuthError::Key));
    }
}
