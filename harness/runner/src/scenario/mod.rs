//! Scenarios: what a relying party has to do, who demands it, and the steps that show it, in YAML.

mod condition;
pub(crate) mod duration;
mod entries;
pub(crate) mod grammar;
mod handle;
pub(crate) mod mistake;
pub(crate) mod node;
mod read;
mod read_verb;
mod schema;
mod step;
mod suite;
pub(crate) mod words;
pub(crate) mod written;

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_saphyr::Spanned;

pub use condition::{Comparison, Condition, Subject};
pub use grammar::Vocabulary;
pub use handle::{Deed, Handle};
pub use mistake::{Mistake, Mistakes, nearest};
pub use schema::schema;
pub(crate) use schema::schema_of;
pub use step::{
    Authenticate, Driver, Expectation, Hold, Options, Plug, Recover, Register, RegisterU2f, Scene, Step, Verb, VerbName,
};
pub use suite::{LoadError, Suite};

/// One scenario file.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// The file's name, for messages.
    pub file: String,
    /// The file's text.
    pub text: Arc<str>,
    /// The folder, a slash, and the file's name without its ending.
    pub id: Spanned<String>,
    /// What the relying party does when all is well.
    pub title: String,
    /// The controls and checks that it covers.
    pub source: Vec<String>,
    /// Who demands it: document, edition, clause.
    pub requirement: String,
    /// How binding the requirement is.
    pub basis: Basis,
    /// Who could use it if it fails.
    pub attacker: Option<Attacker>,
    /// Whom it is about.
    pub applies: Vec<Condition>,
    /// The policy of the built-in relying party.
    pub policy: String,
    /// The row of the table of expected behaviour that it measures.
    pub row: Option<Row>,
    /// What a pass leaves open.
    pub not_proved: Vec<String>,
    /// What happens, in order.
    pub steps: Vec<Step>,
}

impl Scenario {
    /// The policy of a scenario that names none.
    pub const DEFAULT_POLICY: &'static str = "hardened";

    /// The id.
    pub fn id(&self) -> &str {
        &self.id.value
    }

    /// Whether it asks whether something is refused.
    pub fn is_attack(&self) -> bool {
        self.steps.iter().any(|step| step.expect != Expectation::Accepted)
    }

    /// The step whose end the scenario is about: the first one that has to be refused, else the last one.
    pub fn decisive_step(&self) -> Option<usize> {
        let refused = self.steps.iter().position(|step| step.expect != Expectation::Accepted);
        refused.or_else(|| self.steps.len().checked_sub(1))
    }
}

/// How binding a requirement is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Basis {
    /// The specification says must, or it is a numbered step without condition.
    Must,
    /// The specification says should, or the step has a condition.
    Should,
    /// The specification leaves it to the relying party.
    RpSpecific,
    /// No text demands it; it makes attacks harder.
    Hardening,
    /// The relying party's own policy demands it, under this key.
    Policy(String),
}

impl fmt::Display for Basis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Must => f.write_str("must"),
            Self::Should => f.write_str("should"),
            Self::RpSpecific => f.write_str("rp-specific"),
            Self::Hardening => f.write_str("hardening"),
            Self::Policy(key) => write!(f, "policy({key})"),
        }
    }
}

/// Who could use it if it fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Attacker {
    /// Somebody who lures users to a page of their own.
    Phisher,
    /// Another user of the same relying party.
    OtherUser,
    /// The account's owner, against the will of the relying party.
    AccountOwner,
    /// Somebody who holds the authenticator or a copy of the credential.
    Thief,
    /// Somebody inside the organisation.
    Insider,
}

impl fmt::Display for Attacker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Phisher => "phisher",
            Self::OtherUser => "other-user",
            Self::AccountOwner => "account-owner",
            Self::Thief => "thief",
            Self::Insider => "insider",
        })
    }
}

/// A row of the table of expected behaviour.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Row {
    /// Its place in the table, from one.
    pub number: u8,
    /// What is looked for.
    pub signal: String,
    /// The cell's words when the scenario passes.
    pub pass: String,
    /// The cell's words when it fails.
    pub fail: String,
    /// What the measurement leaves open.
    pub not_proved: Option<String>,
}

#[cfg(test)]
mod tests;
