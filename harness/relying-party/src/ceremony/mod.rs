//! The two ceremonies: what is remembered and decided around [`crate::verify`] and [`crate::policy`].

mod authentication;
mod backup_state;
mod decoy;
mod registration;

use keyrig_ctap::ReasonClass;
use serde_json::Value;

use crate::Refusal;
use crate::denied::Denied;

pub(crate) use authentication::AuthenticationRequest;
pub(crate) use registration::RegistrationRequest;

/// What an account that is not signed in is called in the audit log.
pub(crate) const SOMEBODY: &str = "somebody";

/// The longest name of an account, in bytes.
pub(crate) const LONGEST_NAME: usize = 256;

/// Refuses names that nobody has: empty ones, long ones, ones that a terminal would act upon.
pub(crate) fn check_name(name: &str) -> Result<(), Denied> {
    if name.is_empty() || name.len() > LONGEST_NAME || name.chars().any(char::is_control) {
        let message = format!("a name has 1 to {LONGEST_NAME} bytes and no control characters");
        return Err(Denied::malformed("username", message));
    }
    Ok(())
}

/// What was signed over, before anything about it is known.
fn claimed_origin(client_data_json: &[u8]) -> Option<String> {
    let client_data: Value = serde_json::from_slice(client_data_json).ok()?;
    client_data.get("origin")?.as_str().map(str::to_owned)
}

fn challenge_refused(reason: &'static str, message: &'static str, section: &str) -> Refusal {
    let step = format!("WebAuthn L3 §{section}: Verify that the value of C.challenge equals");
    Refusal::new(ReasonClass::Challenge, reason, message, step)
}

/// The members of an extensions object, or nothing.
fn extension_names(extensions: &serde_json::Map<String, Value>) -> Vec<String> {
    extensions.keys().cloned().collect()
}
