//! How a ceremony by hand should end, and whether it did.

use std::fmt;
use std::str::FromStr;

use keyrig_runner::ceremony::Record;
use keyrig_runner::outcome::Outcome;

use crate::failure::Exit;

/// How a ceremony should end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    /// The target says yes.
    Accepted,
    /// The target says no, in whatever words.
    Rejected,
    /// The target's last answer has this HTTP status.
    Status(u16),
}

impl FromStr for Ending {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match (text, text.parse()) {
            ("accepted", _) => Ok(Self::Accepted),
            ("rejected", _) => Ok(Self::Rejected),
            (_, Ok(status @ 100..=599)) => Ok(Self::Status(status)),
            _ => Err("it is `accepted`, `rejected` or an HTTP status".into()),
        }
    }
}

impl fmt::Display for Ending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Accepted => f.write_str("accepted"),
            Self::Rejected => f.write_str("rejected"),
            Self::Status(status) => write!(f, "{status}"),
        }
    }
}

/// An ending and its reason.
pub(super) struct Expected {
    /// The ending.
    pub(super) ending: Ending,
    /// The target's own word, or a reason class.
    pub(super) reason: Option<String>,
}

impl Expected {
    /// Whether the ceremony ended so.
    pub(super) fn is_met(&self, record: &Record) -> bool {
        let ended = match self.ending {
            Ending::Accepted => record.outcome.is_accepted(),
            Ending::Rejected => record.outcome.is_rejected(),
            Ending::Status(status) => answer(record).is_some_and(|(found, _)| found == status),
        };
        ended && self.reason.as_deref().is_none_or(|wanted| names(&record.outcome, wanted))
    }

    /// The exit code of a ceremony: trouble on the way is neither a yes nor a no.
    pub(super) fn exit(&self, record: &Record) -> Exit {
        match record.outcome {
            Outcome::Crashed { .. } | Outcome::TimedOut => Exit::Environment,
            _ if self.is_met(record) => Exit::Success,
            _ => Exit::Finding,
        }
    }
}

impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.ending)?;
        self.reason.as_ref().map_or(Ok(()), |reason| write!(f, " with reason {reason}"))
    }
}

/// The status and body of the target's answer to the ceremony.
pub(super) fn answer(record: &Record) -> Option<(u16, &serde_json::Value)> {
    let last = |word: &str| record.exchanges.iter().rev().find(|exchange| exchange.label.ends_with(word));
    let exchange = last("result").or_else(|| last("options"))?;
    Some((exchange.status?, exchange.response.as_ref().unwrap_or(&serde_json::Value::Null)))
}

fn names(outcome: &Outcome, wanted: &str) -> bool {
    match outcome {
        Outcome::Rejected { class, reason } => {
            reason.as_deref() == Some(wanted) || class.is_some_and(|class| class.as_str() == wanted)
        }
        _ => false,
    }
}
