//! Attestation statements (WebAuthn L3 §8, CR 2026-05-26): what a format is given and what it finds.

mod format;
mod statement;

use keyrig_ctap::auth_data::{AttestedCredential, AuthData};
use keyrig_ctap::cose::Algorithm;

use crate::verify::VerifyingKey;

pub(crate) use format::strongest;
pub use format::{ALL, Format, find};

/// The inputs of a verification procedure, and what was read from them before.
pub(crate) struct Claim<'a> {
    pub(crate) statement: &'a [u8],
    pub(crate) auth_data_bytes: &'a [u8],
    pub(crate) auth_data: &'a AuthData,
    pub(crate) credential: &'a AttestedCredential,
    pub(crate) algorithm: Algorithm,
    pub(crate) key: &'a VerifyingKey,
    pub(crate) client_data_hash: &'a [u8],
}

/// Who vouches for the credential.
pub(crate) enum Voucher {
    /// Nobody.
    Nobody,
    /// The credential key itself.
    CredentialKey,
    /// The key of a certificate; the certificates as they came, the leaf first.
    Certificate(Vec<Vec<u8>>),
    /// Each member of a compound statement, those with certificates first.
    Members(Vec<Voucher>),
}
