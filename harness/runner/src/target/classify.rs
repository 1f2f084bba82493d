//! From an HTTP answer to an outcome.

use serde_json::Value;

use super::dialect::{Dialect, Says};
use super::file::{TargetFile, VerbFile};
use crate::outcome::Outcome;

/// The outcome of a ceremony that was answered.
pub(super) fn ceremony(file: &TargetFile, dialect: &Dialect, status: u16, body: &Value) -> Outcome {
    match status {
        200..300 => match (dialect.says)(body) {
            Says::Yes => Outcome::Accepted,
            Says::No => refusal(file, body),
            Says::Nothing => {
                let why = format!("answered {status} with something that is not {}", dialect.id);
                Outcome::Crashed { why, well: true }
            }
        },
        _ => other(file, status, body),
    }
}

/// The outcome of a verb that was answered.
pub(super) fn verb(file: &TargetFile, verb: &VerbFile, status: u16, body: &Value) -> Outcome {
    let accepted = |(pointer, wanted): (&String, &Value)| match body.pointer(pointer) {
        Some(found) => wanted.is_null() || found == wanted,
        None => false,
    };
    match status {
        200..300 if verb.accepted.iter().all(accepted) => Outcome::Accepted,
        200..300 => refusal(file, body),
        _ => other(file, status, body),
    }
}

/// The outcome of an answer whose status is not 2xx.
pub(super) fn other(file: &TargetFile, status: u16, body: &Value) -> Outcome {
    match status {
        429 => Outcome::Throttled,
        500.. => Outcome::Errored { status },
        _ => refusal(file, body),
    }
}

fn refusal(file: &TargetFile, body: &Value) -> Outcome {
    let (class, reason) = file.reasons.read(body);
    Outcome::Rejected { class, reason }
}
