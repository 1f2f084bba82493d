//! Trouble in the tool or around it: an exit code, never a verdict.

use miette::Diagnostic;
use thiserror::Error;

use crate::device::LinkError;

/// Trouble in the tool or around it: an exit code, never a verdict.
#[derive(Debug, Error, Diagnostic)]
pub enum EnvironmentError {
    /// The target's process could not be started or gave up.
    #[error("failed to start the target: {why}")]
    Start {
        /// Why, as a fragment.
        why: String,
        /// The last lines that the process wrote to its standard error.
        #[help]
        tail: Option<String>,
    },
    /// Nobody answers.
    #[error("failed to reach the target at {url}: {why}")]
    #[diagnostic(help("is it running? `keyrig rp serve` starts the built-in one"))]
    Unreachable {
        /// The URL that was tried.
        url: String,
        /// Why, as a fragment.
        why: String,
    },
    /// The target's answer is not in its dialect.
    #[error("failed to read the answer of {url} as {dialect}: {why}")]
    Dialect {
        /// The URL that answered.
        url: String,
        /// The dialect that the target file names.
        dialect: String,
        /// Why, as a fragment.
        why: String,
    },
    /// The target is not on this machine and nobody allowed it by name.
    #[error("failed to use the target: {host} is not on this machine")]
    #[diagnostic(help("only targets whose operator agreed may be tested; then say `--allow-host {host}`"))]
    HostNotAllowed {
        /// The host.
        host: String,
    },
    /// The target file asks for something that is not there.
    #[error("failed to use the target: {why}")]
    Target {
        /// Why, as a fragment.
        why: String,
    },
    /// The authenticator does not answer.
    #[error("failed to talk to the authenticator: {0}")]
    Device(#[from] LinkError),
}
