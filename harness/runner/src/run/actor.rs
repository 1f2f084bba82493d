//! The seam between the order of steps and what performs them.

use crate::environment_error::EnvironmentError;
use crate::evidence::{CeremonyReport, Role};
use crate::exchange::Exchange;
use crate::outcome::Outcome;
use crate::scenario::Verb;

/// Performs verbs, one after the other, in one world.
pub(crate) trait Actor {
    /// Performs `verb` as what `take` says.
    async fn act(&mut self, verb: &Verb, take: Take) -> Result<Act, Stop>;
}

/// Which performance of which step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Take {
    /// The step's place in the scenario, from one.
    pub(crate) number: usize,
    /// What it is.
    pub(crate) role: Role,
}

/// What was performed and how it ended.
#[derive(Clone, Debug)]
pub(crate) struct Act {
    /// What was done, in words.
    pub(crate) action: String,
    /// How it ended.
    pub(crate) outcome: Outcome,
    /// What was found when something was compared.
    pub(crate) detail: Option<String>,
    /// The ceremony, if it was one.
    pub(crate) ceremony: Option<CeremonyReport>,
    /// The requests.
    pub(crate) exchanges: Vec<Exchange>,
    /// Whether nobody had signed in to its session before, so that one that is alive comes from it.
    pub(crate) fresh_session: bool,
}

impl Act {
    /// Something that was done to a device, which always ends well.
    pub(crate) fn done(action: String) -> Self {
        Self {
            action,
            outcome: Outcome::Accepted,
            detail: None,
            ceremony: None,
            exchanges: Vec::new(),
            fresh_session: true,
        }
    }
}

/// Why a scenario cannot go on.
#[derive(Debug)]
pub(crate) enum Stop {
    /// It is not about this target: the missing verb or condition.
    NotApplicable(String),
    /// It was not tried.
    Skipped(String),
    /// Something is missing.
    Inconclusive(String),
    /// Trouble in the tool or around it.
    Environment(EnvironmentError),
}

impl From<EnvironmentError> for Stop {
    fn from(error: EnvironmentError) -> Self {
        Self::Environment(error)
    }
}
