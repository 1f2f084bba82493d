//! The two ceremonies: what is remembered and decided around [`crate::verify`] and [`crate::policy`].

mod authentication;
mod backup_state;
mod decoy;
mod registration;

use keyrig_ctap::ReasonClass;
use serde_json::{Map, Value};

use crate::Refusal;
use crate::audit::NO_ACCOUNTS;
use crate::denied::Denied;

pub(crate) use authentication::AuthenticationRequest;
pub(crate) use registration::RegistrationRequest;

/// What an account that is not signed in is called in the audit log.
pub(crate) const SOMEBODY: &str = "somebody";

/// The longest name of an account, in bytes.
pub(crate) const LONGEST_NAME: usize = 256;

/// Refuses names that nobody has.
pub(crate) fn check_name(name: &str) -> Result<(), Denied> {
    name_problem(name).map_or(Ok(()), |problem| Err(Denied::malformed("username", problem)))
}

/// What is wrong with a name: empty ones, long ones, ones that a terminal would act upon, and those by which the audit
/// log calls somebody else.
pub(crate) fn name_problem(name: &str) -> Option<String> {
    if name.is_empty() || name.len() > LONGEST_NAME || name.chars().any(char::is_control) {
        return Some(format!("a name has 1 to {LONGEST_NAME} bytes and no control characters"));
    }
    NO_ACCOUNTS.contains(&name).then(|| format!("the audit log calls somebody else {name}"))
}

/// How many extensions options may ask for.
const MOST_EXTENSIONS: usize = 64;

/// Refuses extension inputs that nobody would want remembered until the ceremony ends.
fn check_extensions(extensions: &Map<String, Value>) -> Result<(), Denied> {
    if extensions.len() > MOST_EXTENSIONS || extensions.keys().any(|name| name.len() > LONGEST_NAME) {
        let message =
            format!("there are at most {MOST_EXTENSIONS} extensions, with names of at most {LONGEST_NAME} bytes");
        return Err(Denied::malformed("extensions", message));
    }
    Ok(())
}

fn challenge_refused(reason: &'static str, message: &'static str, section: &str) -> Refusal {
    let step = format!("WebAuthn L3 §{section}: Verify that the value of C.challenge equals");
    Refusal::new(ReasonClass::Challenge, reason, message, step)
}

/// The members of an extensions object, or nothing.
fn extension_names(extensions: &Map<String, Value>) -> Vec<String> {
    extensions.keys().cloned().collect()
}
