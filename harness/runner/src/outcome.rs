//! How a ceremony or a verb ended, before anybody judges it.

use std::fmt;

use keyrig_ctap::ReasonClass;
use serde::Serialize;

/// How a ceremony or a verb ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "outcome", rename_all = "kebab-case")]
pub enum Outcome {
    /// The target said yes.
    Accepted,
    /// The target said no.
    Rejected {
        /// Why, where the target's words could be read; `None` is a generic refusal.
        class: Option<ReasonClass>,
        /// The target's own words.
        reason: Option<String>,
    },
    /// The target answered 5xx: a refusal by accident.
    Errored {
        /// The HTTP status.
        status: u16,
    },
    /// The target asks for patience (429): never a refusal.
    Throttled,
    /// The socket went away, or what came back is no answer at all.
    Crashed {
        /// What happened, as a fragment.
        why: String,
        /// Whether its health probe answers after it: nothing shows then that it was more than a broken connection.
        well: bool,
    },
    /// The target did not answer in time.
    TimedOut,
    /// The client never asked the target: WebAuthn made it stop.
    ClientRefused {
        /// The name of the `DOMException`: `SecurityError`, `InvalidStateError`, `NotAllowedError` and the like.
        name: String,
        /// Why, for people.
        message: String,
    },
}

impl Outcome {
    /// Whether the target said yes.
    pub const fn is_accepted(&self) -> bool {
        matches!(self, Self::Accepted)
    }

    /// Whether the target said no, for whatever reason.
    pub const fn is_rejected(&self) -> bool {
        matches!(self, Self::Rejected { .. })
    }

    /// The reason class of a refusal, where it could be read.
    pub const fn class(&self) -> Option<ReasonClass> {
        match self {
            Self::Rejected { class, .. } => *class,
            _ => None,
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Accepted => f.write_str("accepted"),
            Self::Rejected { class, reason } => {
                match class {
                    Some(class) => write!(f, "rejected({class})")?,
                    None => f.write_str("rejected(generic)")?,
                }
                reason.as_ref().map_or(Ok(()), |reason| write!(f, ": {reason}"))
            }
            Self::Errored { status } => write!(f, "errored({status})"),
            Self::Throttled => f.write_str("throttled"),
            Self::Crashed { why, .. } => write!(f, "crashed: {why}"),
            Self::TimedOut => f.write_str("timed-out"),
            Self::ClientRefused { name, message } => write!(f, "client-refused({name}): {message}"),
        }
    }
}
