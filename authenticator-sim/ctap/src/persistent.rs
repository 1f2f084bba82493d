//! What getInfo tells to holders of the persistent `pinUvAuthToken` alone: `encIdentifier` and `encCredStoreState`
//! (CTAP 2.3 §6.4).

use aes::Aes128;
use alloc::vec::Vec;
use cbc::cipher::block_padding::NoPadding;
use cbc::cipher::{BlockModeDecrypt, BlockModeEncrypt, KeyIvInit};
use hkdf::Hkdf;
use sha2::Sha256;
use zeroize::Zeroizing;

/// One of the two members.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Member {
    /// `encIdentifier`: which authenticator it is.
    Identifier,
    /// `encCredStoreState`: which discoverable credentials it has.
    CredStoreState,
}

impl Member {
    const fn info(self) -> &'static [u8] {
        match self {
            Self::Identifier => b"encIdentifier",
            Self::CredStoreState => b"encCredStoreState",
        }
    }

    fn key(self, token: &[u8]) -> Zeroizing<[u8; 16]> {
        let mut key = Zeroizing::new([0; 16]);
        let hkdf = Hkdf::<Sha256>::new(Some(&[0; 32]), token);
        hkdf.expand(self.info(), &mut key[..]).expect("16 bytes are within HKDF's limit");
        key
    }

    /// The member's 32 bytes: `iv`, which is fresh randomness, and the encrypted `value`.
    pub fn conceal(self, token: &[u8], value: [u8; 16], iv: [u8; 16]) -> Vec<u8> {
        let cipher = cbc::Encryptor::<Aes128>::new(&(*self.key(token)).into(), &iv.into());
        [&iv[..], &cipher.encrypt_padded_vec::<NoPadding>(&value)].concat()
    }

    /// The value in a member's bytes; `None` where they are not 32.
    pub fn reveal(self, token: &[u8], member: &[u8]) -> Option<[u8; 16]> {
        let (iv, concealed) = member.split_first_chunk::<16>()?;
        let cipher = cbc::Decryptor::<Aes128>::new(&(*self.key(token)).into(), &(*iv).into());
        cipher.decrypt_padded_vec::<NoPadding>(concealed).ok()?.try_into().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Token 00..1f, identifier a0..af, initialisation vector 30..3f, and the ciphertext of libwebauthn's test
    /// (`src/pin/persistent_token.rs`).
    #[test]
    fn the_published_value_is_reproduced() {
        let token: [u8; 32] = core::array::from_fn(|i| i as u8);
        let identifier: [u8; 16] = core::array::from_fn(|i| 0xa0 + i as u8);
        let iv: [u8; 16] = core::array::from_fn(|i| 0x30 + i as u8);
        let member = Member::Identifier.conceal(&token, identifier, iv);
        let ciphertext =
            [0xf4, 0xd6, 0x82, 0xa3, 0x6e, 0x94, 0x0d, 0x68, 0xd8, 0x62, 0xe3, 0x09, 0x9c, 0x6c, 0xe9, 0xb4];
        assert_eq!(member, [iv, ciphertext].concat());
        assert_eq!(Member::Identifier.reveal(&token, &member), Some(identifier));
        assert_ne!(Member::CredStoreState.reveal(&token, &member), Some(identifier));
        assert_eq!(Member::Identifier.reveal(&token, &member[1..]), None);
    }
}
