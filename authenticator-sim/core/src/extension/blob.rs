//! `credBlob` (CTAP 2.3 §12.2) and `largeBlobKey` (§12.3).

use alloc::vec::Vec;

use keyrig_ctap::cbor::{Fields, expect_bool, expect_bytes};

use crate::context::Context;
use crate::reason::Reason;

pub(super) const CRED_BLOB: &str = "credBlob";
pub(super) const LARGE_BLOB_KEY: &str = "largeBlobKey";

/// Bytes of a `largeBlobKey`.
pub(crate) const KEY: usize = 32;

/// Bytes of a `credBlob` where getInfo says nothing.
const LEAST: u64 = 32;

/// Reads the blob of makeCredential: what is to be kept, or nothing where it is too long or the credential is not
/// discoverable. `None` without an input.
pub(super) fn to_keep(cx: &Context, inputs: &Fields<'_, '_>, rk: bool) -> Result<Option<Option<Vec<u8>>>, Reason> {
    let Some(node) = inputs.text(CRED_BLOB).filter(|_| cx.has_extension(CRED_BLOB)) else { return Ok(None) };
    let blob = expect_bytes(node, CRED_BLOB)?;
    let fits = rk && blob.len() as u64 <= cx.cut.info.max_cred_blob_length.unwrap_or(LEAST);
    Ok(Some(fits.then(|| blob.to_vec())))
}

/// Whether getAssertion asks for the blob.
pub(super) fn asks_for_blob(cx: &Context, inputs: &Fields<'_, '_>) -> Result<bool, Reason> {
    let node = inputs.text(CRED_BLOB).filter(|_| cx.has_extension(CRED_BLOB));
    Ok(node.map(|node| expect_bool(node, CRED_BLOB)).transpose()? == Some(true))
}

/// Whether the key is asked for; there is no asking for its absence.
///
/// # Errors
///
/// [`Reason::LargeBlobKeyInput`].
pub(super) fn asks_for_key(cx: &Context, inputs: &Fields<'_, '_>) -> Result<bool, Reason> {
    match inputs.text(LARGE_BLOB_KEY).filter(|_| cx.has_extension(LARGE_BLOB_KEY)) {
        None => Ok(false),
        Some(node) if expect_bool(node, LARGE_BLOB_KEY)? => Ok(true),
        Some(_) => Err(Reason::LargeBlobKeyInput),
    }
}
