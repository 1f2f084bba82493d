//! `payment` (Secure Payment Confirmation, "the payment extension"), as far as it reaches the authenticator: a
//! credential that others than its relying party may ask payments with.

use serde_json::Value;

use super::input;
use crate::client::ClientError;

/// The authenticator's extension (CTAP 2.3 §12.9).
pub(super) const ID: &str = "thirdPartyPayment";

/// Whether a credential for payments is asked for.
///
/// # Errors
///
/// `TypeError` where the other options are not those that a credential for payments has to have.
pub(super) fn at_creation(extensions: &Value, options: &Value) -> Result<bool, ClientError> {
    if !is_asked_for(extensions)? {
        return Ok(false);
    }
    let selection = |name: &str| options.pointer(&format!("/authenticatorSelection/{name}")).and_then(Value::as_str);
    let fits = selection("authenticatorAttachment") == Some("platform")
        && matches!(selection("residentKey"), Some("required" | "preferred"))
        && selection("userVerification") == Some("required");
    if fits {
        return Ok(true);
    }
    Err(ClientError::bad_options(
        "a credential for payments needs authenticatorAttachment platform, residentKey required or preferred, and \
         userVerification required",
    ))
}

/// Payments are asked for through the payment sheet, never by a page that signs in.
///
/// # Errors
///
/// `NotAllowedError` where one is.
pub(super) fn at_sign_in(extensions: &Value) -> Result<(), ClientError> {
    match input::object(extensions, "payment")? {
        None => Ok(()),
        Some(_) => Err(ClientError::not_allowed("a payment is not confirmed outside a payment request")),
    }
}

fn is_asked_for(extensions: &Value) -> Result<bool, ClientError> {
    if input::object(extensions, "payment")?.is_none() {
        return Ok(false);
    }
    Ok(input::flag(&extensions["payment"], "isPayment")? == Some(true))
}
