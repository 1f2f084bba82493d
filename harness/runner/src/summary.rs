//! What a run showed.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::evidence::StepReport;
use crate::finding::TargetNote;
use crate::not_shown::NotShown;
use crate::scenario::{Attacker, Row};
use crate::severity::Severity;
use crate::verdict::Verdict;

/// What a run showed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Summary {
    /// The form of this document.
    pub format: String,
    /// What the run was given.
    pub header: Header,
    /// Each scenario, in the order of the run.
    pub cases: Vec<Case>,
    /// How many there are of each verdict.
    pub counts: Counts,
    /// Entries of the list of known deviations, and whether they still hold.
    pub known: Vec<KnownUse>,
    /// What was noticed of the target beside the scenarios.
    pub observations: Vec<String>,
    /// What was not shown, and why.
    pub not_shown: Vec<NotShown>,
}

impl Summary {
    /// The form that this version writes.
    pub const FORMAT: &'static str = "keyrig-report/1";
}

/// What a run was given.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Header {
    /// The version of the tool.
    pub version: String,
    /// The target, as it was named.
    pub target: String,
    /// The client profile's id.
    pub client: String,
    /// The seed, in hexadecimal: `--seed` with it makes the same keys and lies again.
    pub seed: String,
    /// When it began, in UTC.
    pub started: String,
    /// Which part of the scenarios, `2/8`.
    pub shard: Option<String>,
}

/// One scenario and what it showed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Case {
    /// The scenario's id.
    pub id: String,
    /// What the relying party does when all is well.
    pub title: String,
    /// The scenario's file.
    pub file: String,
    /// The controls and checks that it covers.
    pub source: Vec<String>,
    /// Document, edition and clause.
    pub requirement: String,
    /// How binding the requirement is.
    pub basis: String,
    /// Who could use it if it fails.
    pub attacker: Option<Attacker>,
    /// How bad a failure is.
    pub severity: Severity,
    /// Where it ran; empty fields where no target was started.
    pub target: TargetNote,
    /// The row of the table of expected behaviour that it measures.
    pub row: Option<Row>,
    /// What came of it.
    pub end: End,
    /// The place in `steps` of the one that decided.
    pub decisive: Option<usize>,
    /// What happened, controls included.
    pub steps: Vec<StepReport>,
    /// What a pass leaves open.
    pub not_proved: Vec<String>,
    /// Whether `known.yaml` expects the failure.
    pub known: bool,
    /// How long it took, in milliseconds.
    pub millis: u64,
}

/// What came of a scenario.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum End {
    /// It was judged.
    Judged(Verdict),
    /// Trouble in the tool or around it; that is no verdict.
    Trouble(String),
}

impl End {
    /// The verdict, if there is one.
    pub const fn verdict(&self) -> Option<&Verdict> {
        match self {
            Self::Judged(verdict) => Some(verdict),
            Self::Trouble(_) => None,
        }
    }

    /// In one word.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Judged(verdict) => verdict.word(),
            Self::Trouble(_) => "trouble",
        }
    }

    /// Why, as a fragment.
    pub fn why(&self) -> String {
        match self {
            Self::Judged(verdict) => verdict.why(),
            Self::Trouble(why) => why.clone(),
        }
    }
}

/// How many there are of each verdict.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Counts {
    /// Passes.
    pub pass: usize,
    /// Failures, known ones included.
    pub fail: usize,
    /// Failures that `known.yaml` expects.
    pub known: usize,
    /// Scenarios that showed nothing.
    pub inconclusive: usize,
    /// Scenarios that were not tried.
    pub skipped: usize,
    /// Scenarios that are not about the target.
    pub not_applicable: usize,
    /// Scenarios that trouble kept from a verdict.
    pub trouble: usize,
}

impl Counts {
    /// Counts `cases`.
    pub fn of(cases: &[Case]) -> Self {
        let mut counts = Self::default();
        for case in cases {
            let count = match &case.end {
                End::Judged(Verdict::Pass { .. }) => &mut counts.pass,
                End::Judged(Verdict::Fail { .. }) => &mut counts.fail,
                End::Judged(Verdict::Inconclusive { .. }) => &mut counts.inconclusive,
                End::Judged(Verdict::Skipped { .. }) => &mut counts.skipped,
                End::Judged(Verdict::NotApplicable { .. }) => &mut counts.not_applicable,
                End::Trouble(_) => &mut counts.trouble,
            };
            *count += 1;
            counts.known += usize::from(case.known);
        }
        counts
    }
}

/// An entry of the list of known deviations, and whether it still holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct KnownUse {
    /// The scenario's id.
    pub scenario: String,
    /// Why the deviation is accepted.
    pub reason: String,
    /// The last day on which it is.
    pub expires: String,
    /// Whether it holds.
    pub state: KnownState,
}

/// Whether an entry of the list of known deviations holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum KnownState {
    /// The scenario fails as the entry says.
    Holds,
    /// The scenario does not fail any more: take the entry out.
    Stale,
    /// Its day has passed: repair the target or decide anew.
    Expired,
    /// The scenario was not run.
    NotRun,
}

impl KnownState {
    /// The same in words.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Holds => "holds",
            Self::Stale => "stale: it does not fail any more",
            Self::Expired => "expired",
            Self::NotRun => "not run",
        }
    }
}
