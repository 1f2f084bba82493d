//! Public key credential sources (WebAuthn L3 §4).

use alloc::string::String;
use alloc::vec::Vec;

use keyrig_ctap::auth_data::Flags;
use keyrig_ctap::cose::{Algorithm, PublicKey};
use keyrig_ctap::message::User;
use keyrig_ctap::profile::Backup;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::provider::PrivateKey;

/// Everything that signs for one account at one relying party. A copy of it on another authenticator is what a synced
/// passkey is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CredentialSource {
    /// The credential id.
    pub id: Vec<u8>,
    /// The RP ID it is bound to; empty where U2F made it.
    pub rp_id: String,
    /// The application parameter it is bound to where U2F made it: the SHA-256 of an RP ID or of an application id.
    pub u2f_application: Option<[u8; 32]>,
    /// The account.
    pub user: User,
    /// The algorithm of the key.
    pub algorithm: Algorithm,
    /// The private key.
    pub private_key: PrivateKey,
    /// The public key.
    pub public_key: PublicKey,
    /// Whether it is found without its id.
    pub discoverable: bool,
    /// Who may see it (`credProtect`).
    pub protection: Protection,
    /// BE and BS as its authenticator data tells them.
    pub backup: Backup,
    /// The last signature counter that was told; meaningful where the profile counts per credential.
    pub sign_count: u32,
    /// Its place in the order of creation on this authenticator, later ones higher.
    pub created: u64,
    /// The secrets of `hmac-secret`: 32 bytes for signatures with user verification, then 32 for those without.
    pub hmac_secret: Option<Zeroizing<Vec<u8>>>,
    /// The blob of `credBlob`.
    pub cred_blob: Option<Vec<u8>>,
    /// The key of `largeBlobKey`.
    pub large_blob_key: Option<Zeroizing<Vec<u8>>>,
    /// The blob of `largeBlob`.
    pub large_blob: Option<LargeBlob>,
    /// Whether others may ask for payments with it (`thirdPartyPayment`).
    pub third_party_payment: bool,
}

/// Bytes that are kept of each name of an account; platforms may count on as many.
pub(crate) const LONGEST_NAME: usize = 64;

/// The account as it is kept: longer names are cut at a code point (WebAuthn L3 §6.4.1.2).
pub(crate) fn kept(mut user: User) -> User {
    for name in [&mut user.name, &mut user.display_name].into_iter().flatten() {
        name.truncate(name.floor_char_boundary(LONGEST_NAME));
    }
    user
}

/// A blob that is kept with its credential (CTAP 2.3 §12.4).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LargeBlob {
    /// As the platform compressed it.
    pub compressed: Vec<u8>,
    /// Bytes before compression, as the platform said.
    pub original_size: u64,
}

impl CredentialSource {
    /// Whether it is the relying party's.
    pub(crate) fn belongs_to(&self, rp_id: &str) -> bool {
        match self.u2f_application {
            None => self.rp_id == rp_id,
            Some(application) => Sha256::digest(rp_id)[..] == application,
        }
    }

    /// BE and BS.
    pub(crate) fn backup_flags(&self) -> Flags {
        let be = if self.backup.eligible { Flags::BE } else { Flags::default() };
        let bs = if self.backup.state { Flags::BS } else { Flags::default() };
        be | bs
    }

    /// Whether `credProtect` lets it be seen: by a list that names it or without one, with verification or without.
    pub(crate) fn is_visible(&self, listed: bool, verified: bool) -> bool {
        verified
            || match self.protection {
                Protection::Optional => true,
                Protection::OptionalWithList => listed,
                Protection::Required => false,
            }
    }
}

/// The levels of `credProtect` (CTAP 2.3 §12.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Protection {
    /// `userVerificationOptional`.
    #[default]
    Optional,
    /// `userVerificationOptionalWithCredentialIDList`.
    OptionalWithList,
    /// `userVerificationRequired`.
    Required,
}

impl Protection {
    /// The level with this number on the wire.
    pub const fn from_number(number: u64) -> Option<Self> {
        match number {
            1 => Some(Self::Optional),
            2 => Some(Self::OptionalWithList),
            3 => Some(Self::Required),
            _ => None,
        }
    }

    /// The number on the wire.
    pub const fn number(self) -> u64 {
        match self {
            Self::Optional => 1,
            Self::OptionalWithList => 2,
            Self::Required => 3,
        }
    }
}
