//! What a scenario showed.

use std::fmt;

use keyrig_ctap::ReasonClass;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::finding::Finding;

/// What a scenario showed. Trouble in the tool is no verdict.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "verdict", rename_all = "kebab-case")]
pub enum Verdict {
    /// The relying party did what the requirement asks.
    Pass {
        /// How that was seen; of several steps the weakest.
        proof: Proof,
    },
    /// It did not.
    Fail {
        /// All that a stranger needs to believe it.
        finding: Box<Finding>,
    },
    /// Nothing was shown.
    Inconclusive {
        /// What is missing.
        gap: String,
    },
    /// It was not tried.
    Skipped {
        /// Why.
        why: String,
    },
    /// It is not about this target.
    NotApplicable {
        /// The verb or the condition that is missing.
        why: String,
    },
}

impl Verdict {
    /// The verdict in one word.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Pass { .. } => "pass",
            Self::Fail { .. } => "fail",
            Self::Inconclusive { .. } => "inconclusive",
            Self::Skipped { .. } => "skipped",
            Self::NotApplicable { .. } => "not-applicable",
        }
    }

    /// Why, as a fragment.
    pub fn why(&self) -> String {
        match self {
            Self::Pass { proof } => proof.to_string(),
            Self::Fail { finding } => finding.summary.clone(),
            Self::Inconclusive { gap } => gap.clone(),
            Self::Skipped { why } | Self::NotApplicable { why } => why.clone(),
        }
    }

    /// The finding of a failure.
    pub fn finding(&self) -> Option<&Finding> {
        match self {
            Self::Fail { finding } => Some(finding),
            _ => None,
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}({})", self.word(), self.why())
    }
}

/// How a pass was seen. The order is from the weakest to the strongest.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "by", rename_all = "kebab-case")]
pub enum Proof {
    /// A refusal without a readable reason between two accepted controls that differ in one field.
    Difference {
        /// What the target said, if anything.
        said: Option<String>,
    },
    /// The client stopped, as the text demands.
    Client {
        /// The name of the `DOMException`.
        exception: String,
    },
    /// A refusal that names its reason.
    Reason {
        /// The reason class.
        class: String,
    },
    /// There was nothing to refuse, and all was accepted.
    Accepted,
}

impl Proof {
    /// By the reason `class`.
    pub fn reason(class: ReasonClass) -> Self {
        Self::Reason { class: class.as_str().to_owned() }
    }
}

impl fmt::Display for Proof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Accepted => f.write_str("accepted"),
            Self::Reason { class } => write!(f, "reason named: {class}"),
            Self::Client { exception } => write!(f, "the client stops: {exception}"),
            Self::Difference { said: None } => f.write_str("by difference"),
            Self::Difference { said: Some(said) } => write!(f, "by difference; the target said: {said}"),
        }
    }
}
