//! A finding: everything that a stranger needs to believe it, and to tell the same lie again.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::evidence::StepReport;
use crate::scenario::Attacker;
use crate::severity::Severity;

/// A requirement that a relying party does not meet.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Finding {
    /// The form of this document.
    pub format: String,
    /// The scenario's id.
    pub scenario: String,
    /// What the relying party does when all is well.
    pub title: String,
    /// What was expected and what happened, in one line.
    pub summary: String,
    /// How bad it is.
    pub severity: Severity,
    /// How binding the requirement is.
    pub basis: String,
    /// Who could use it.
    pub attacker: Option<Attacker>,
    /// Document, edition and clause.
    pub requirement: String,
    /// Where it was found.
    pub target: TargetNote,
    /// The client profile's id.
    pub client: String,
    /// The run's seed, in hexadecimal.
    pub seed: String,
    /// When the run began, in UTC.
    pub started: String,
    /// The step that shows it, from one.
    pub step: usize,
    /// How it had to end.
    pub expected: String,
    /// How it ended.
    pub measured: String,
    /// The reason class of a refusal for another reason.
    pub measured_class: Option<String>,
    /// What sets the attack apart from its controls.
    pub difference: Option<String>,
    /// The control before, the attack, the control after; only the attack where it has no controls.
    pub evidence: Vec<StepReport>,
    /// The scenario's file, so that the same lie can be told again.
    pub scenario_file: String,
    /// Its text.
    pub scenario_text: String,
}

impl Finding {
    /// The form that this version writes and reads.
    pub const FORMAT: &'static str = "keyrig-finding/1";
}

/// Which target, under which policy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TargetNote {
    /// As it was named on the command line, or in its file.
    pub name: String,
    /// Where it listened.
    pub url: String,
    /// The policy that was asked for.
    pub policy: Option<String>,
}

impl TargetNote {
    /// None was started.
    pub(crate) const fn none() -> Self {
        Self { name: String::new(), url: String::new(), policy: None }
    }
}
