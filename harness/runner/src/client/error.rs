//! Why a client stops.

use thiserror::Error;

/// The client stopped, as WebAuthn makes it stop.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{name}: {message}")]
pub struct ClientError {
    /// The name of the `DOMException`.
    pub name: &'static str,
    /// Why, for people.
    pub message: String,
}

impl ClientError {
    pub(crate) fn security(message: impl Into<String>) -> Self {
        Self { name: "SecurityError", message: message.into() }
    }

    pub(crate) fn not_allowed(message: impl Into<String>) -> Self {
        Self { name: "NotAllowedError", message: message.into() }
    }

    pub(crate) fn invalid_state(message: impl Into<String>) -> Self {
        Self { name: "InvalidStateError", message: message.into() }
    }

    pub(crate) fn not_supported(message: impl Into<String>) -> Self {
        Self { name: "NotSupportedError", message: message.into() }
    }

    /// The options are not what the text asks for; a script would see it before any ceremony begins.
    pub(crate) fn bad_options(message: impl Into<String>) -> Self {
        Self { name: "TypeError", message: message.into() }
    }

    pub(crate) fn constraint(message: impl Into<String>) -> Self {
        Self { name: "ConstraintError", message: message.into() }
    }

    pub(crate) fn syntax(message: impl Into<String>) -> Self {
        Self { name: "SyntaxError", message: message.into() }
    }

    pub(crate) fn unknown(message: impl Into<String>) -> Self {
        Self { name: "UnknownError", message: message.into() }
    }
}
