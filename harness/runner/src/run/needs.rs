//! What a step needs of the target and of the device.

use crate::device::Device;
use crate::scenario::{Scenario, Verb};
use crate::tamper::Seam;
use crate::target;

/// What a real key answers to a lie that it would have to tell.
pub(super) const A_REAL_KEY: &str = "a real key does not lie";

/// The verb that the target has to have.
pub(crate) const fn verb_of_target(verb: &Verb) -> Option<target::Verb> {
    Some(match verb {
        Verb::SessionAction { .. } => target::Verb::SessionAction,
        Verb::Logout { .. } => target::Verb::Logout,
        Verb::CreateUser { .. } => target::Verb::CreateUser,
        Verb::SetGroups { .. } => target::Verb::SetGroups,
        Verb::Disable { .. } => target::Verb::Disable,
        Verb::Enable { .. } => target::Verb::Enable,
        Verb::IssuePass { .. } => target::Verb::IssuePass,
        Verb::UsePass { .. } => target::Verb::UsePass,
        Verb::Recover(_) => target::Verb::Recover,
        Verb::Approve { .. } => target::Verb::Approve,
        Verb::Revoke { .. } => target::Verb::Revoke,
        Verb::ListCredentials(_) => target::Verb::ListCredentials,
        Verb::Audit(_) => target::Verb::Audit,
        Verb::AdvanceClock(_) => target::Verb::AdvanceClock,
        Verb::Downstream { .. } => target::Verb::Downstream,
        Verb::Register(_)
        | Verb::Authenticate(_)
        | Verb::Options(_)
        | Verb::SetBackup { .. }
        | Verb::Clone { .. }
        | Verb::Gesture { .. }
        | Verb::PowerCycle { .. } => return None,
    })
}

/// Whether `device` can tell the lies of `verb`.
pub(super) fn can_lie(verb_tampers: impl Iterator<Item = Seam>, device: &dyn Device) -> bool {
    device.lies().is_some() || verb_tampers.into_iter().all(|seam| seam != Seam::Authenticator)
}

/// Why a scenario is skipped with a real key; `None` where it can be tried.
pub fn skipped_with_real_key(scenario: &Scenario) -> Option<String> {
    let lies = scenario
        .steps
        .iter()
        .flat_map(|step| step.verb.tampers())
        .find(|call| call.value.tamper.seam() == Seam::Authenticator);
    if let Some(lie) = lies {
        return Some(format!("{A_REAL_KEY}: {}", lie.value.tamper.id));
    }
    let verb = scenario.steps.iter().find(|step| {
        matches!(
            step.verb,
            Verb::SetBackup { .. } | Verb::Clone { .. } | Verb::Gesture { .. } | Verb::PowerCycle { .. }
        )
    });
    verb.map(|step| format!("a real key cannot be told to {}", step.verb.name()))
}
