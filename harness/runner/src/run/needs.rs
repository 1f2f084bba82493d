//! What a step needs of the target and of the device.

use std::collections::BTreeSet;

use crate::ceremony::{Ceremony, has_a_way};
use crate::device::Device;
use crate::scenario::{Plug, Scenario, Verb};
use crate::tamper::TamperCall;
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
        Verb::RegisterU2f(_) => target::Verb::ImportU2f,
        Verb::IssuePass { .. } => target::Verb::IssuePass,
        Verb::UsePass { .. } => target::Verb::UsePass,
        Verb::Recover(_) => target::Verb::Recover,
        Verb::Approve { .. } => target::Verb::Approve,
        Verb::Revoke { .. } => target::Verb::Revoke,
        Verb::ListCredentials(_) => target::Verb::ListCredentials,
        Verb::Audit(_) => target::Verb::Audit,
        Verb::AdvanceClock(_) => target::Verb::AdvanceClock,
        Verb::Downstream { .. } => target::Verb::Downstream,
        Verb::Register(_) | Verb::Authenticate(_) | Verb::Options(_) | Verb::Handle(_) => return None,
    })
}

/// Whether `device` can tell the lies of `tampers`, or be brought to what they are about.
pub(super) fn can_lie(tampers: &[TamperCall], ceremony: Ceremony, device: &dyn Device) -> bool {
    device.lies().is_some() || has_a_way(tampers, ceremony)
}

/// What is known of a real key before a run.
pub struct Abilities<'a> {
    /// Whether it is, or may stand in for, what is plugged in.
    pub fits: &'a dyn Fn(&Plug) -> bool,
    /// Whether it can verify its user as it is.
    pub verifies: bool,
    /// Whether it makes discoverable credentials.
    pub discovers: bool,
    /// Whether a discoverable credential can be taken off it again.
    pub forgets: bool,
}

/// Why a scenario is skipped with one real key; `None` where it can be tried. `verification` says whether the target
/// requires user verification without being asked to.
pub fn skipped_with_real_key(scenario: &Scenario, verification: bool, key: &Abilities<'_>) -> Option<String> {
    let mut registered = BTreeSet::new();
    let of_key = scenario.steps.iter().find_map(|step| skipped_step(&step.verb, &mut registered, key));
    of_key.or_else(|| scenario.steps.iter().find_map(|step| unprepared(&step.verb, verification, key)))
}

/// Why a key is not prepared for a ceremony, where it is one.
fn unprepared(verb: &Verb, verification: bool, key: &Abilities<'_>) -> Option<String> {
    let request = match verb {
        Verb::Register(register) => &register.request,
        Verb::Authenticate(authenticate) => &authenticate.request,
        _ => return None,
    };
    let required = |wanted: &Option<String>| wanted.as_deref() == Some("required");
    if !key.verifies && (verification || required(&request.user_verification)) {
        return Some("the key has no PIN, and user verification is required".to_owned());
    }
    let why = match required(&request.resident_key) {
        true if !key.discovers => "the key makes no discoverable credential, and one is required",
        true if !key.forgets => "a discoverable credential could not be taken off the key again",
        _ => return None,
    };
    Some(why.to_owned())
}

/// Why the one key is not what is plugged in for `user`.
fn unlike<'s>(plug: &Plug, user: &'s str, registered: &mut BTreeSet<&'s str>, key: &Abilities<'_>) -> Option<String> {
    if !(key.fits)(plug) {
        return Some(match plug {
            Plug::Profile(profile) => format!("a real key is what it is, not {}", profile.value),
            Plug::Aaguid(aaguid) => format!("a real key is what it is, not {aaguid}"),
            Plug::Default => "a real key is what it is".to_owned(),
        });
    }
    let again = !registered.insert(user);
    again.then(|| format!("{user} has several keys, and there is one"))
}

fn skipped_step<'s>(verb: &'s Verb, registered: &mut BTreeSet<&'s str>, key: &Abilities<'_>) -> Option<String> {
    let ceremony = verb.ceremony().unwrap_or(Ceremony::Registration);
    if let Some(lie) = verb.tampers().iter().find(|call| !has_a_way([&call.value], ceremony)) {
        return Some(format!("{A_REAL_KEY}: {}", lie.value.tamper.id));
    }
    match verb {
        Verb::Handle(_) => Some(format!("a real key cannot be told to {}", verb.name())),
        Verb::Register(register) => unlike(register.plug.as_ref()?, &register.user, registered, key),
        Verb::RegisterU2f(register) => unlike(register.plug.as_ref()?, &register.user, registered, key),
        _ => None,
    }
    .or_else(|| {
        let scene = match verb {
            Verb::Register(register) => &register.scene,
            Verb::Authenticate(authenticate) => &authenticate.scene,
            _ => return None,
        };
        scene.pin.is_some().then(|| "another PIN costs a real key one of its tries".to_owned())
    })
}
