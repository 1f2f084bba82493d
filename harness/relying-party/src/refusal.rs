//! Why a request was refused, for machines and for people.

use std::borrow::Cow;
use std::fmt;

use keyrig_ctap::ReasonClass;
use serde::Serialize;

/// A refusal: what class it is, why, and which step of which text says so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Refusal {
    /// The class, one vocabulary for all relying parties.
    pub class: ReasonClass,
    /// The reason in snake_case; finer than the class.
    pub reason: String,
    /// What went wrong, for people: a lowercase fragment that names the values.
    pub message: String,
    /// The step, as "WebAuthn L3 §7.1: Verify that …".
    pub step: String,
    /// The HTTP status that this refusal asks for.
    pub status: u16,
}

impl Refusal {
    /// A refusal with status 400.
    pub fn new(
        class: ReasonClass,
        reason: impl Into<Cow<'static, str>>,
        message: impl Into<Cow<'static, str>>,
        step: impl fmt::Display,
    ) -> Self {
        Self {
            class,
            reason: reason.into().into_owned(),
            message: message.into().into_owned(),
            step: step.to_string(),
            status: 400,
        }
    }

    /// The same refusal with another HTTP status.
    #[must_use]
    pub fn with_status(self, status: u16) -> Self {
        Self { status, ..self }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({}, {})", self.message, self.reason, self.step)
    }
}

impl std::error::Error for Refusal {}
