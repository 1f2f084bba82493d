//! What one step shows: its end against how it had to end, and its controls.

use keyrig_ctap::ReasonClass;

use super::actor::Act;
use crate::outcome::Outcome;
use crate::scenario::Expectation;
use crate::verdict::Proof;

/// What one step shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Judgement {
    /// It ended as it had to.
    Holds(Proof),
    /// It did not: in one line.
    Breaks(String),
    /// Nothing: why.
    Open(String),
}

/// How much a refusal has to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reasons {
    /// Only the right reason counts: they are our own.
    Exact,
    /// A refusal without a readable reason counts between two accepted controls.
    Foreign,
}

/// How a client says that no authenticator within reach does what the options ask for; that is no fault of theirs.
const DOES_NOT_FIT: [&str; 2] = ["ConstraintError", "NotAllowedError"];

/// Judges a step without controls.
pub(crate) fn alone(act: &Act, expect: &Expectation, reasons: Reasons) -> Judgement {
    match judge(act, expect, reasons) {
        Judgement::Holds(Proof::Difference { said }) => Judgement::Open(match said {
            Some(said) => format!("refused, but for another reason ({said}), and there is no control to compare with"),
            None => "refused without a readable reason, and there is no control to compare with".to_owned(),
        }),
        other => other,
    }
}

/// Judges an attack between two controls, of which the first was accepted.
pub(crate) fn between(attack: &Act, trailing: &Act, expect: &Expectation, reasons: Reasons) -> Judgement {
    match (judge(attack, expect, reasons), not_accepted(trailing)) {
        (Judgement::Holds(_), Some(why)) => {
            Judgement::Open(format!("locked out: the control after the attack was not accepted ({why})"))
        }
        (judgement, _) => judgement,
    }
}

/// Why a control is none; `None` where it was accepted, and has the session that goes with it.
pub(super) fn not_accepted(control: &Act) -> Option<String> {
    if !control.outcome.is_accepted() {
        return Some(control.outcome.to_string());
    }
    contradiction(control)
}

fn judge(act: &Act, expect: &Expectation, reasons: Reasons) -> Judgement {
    if let Some(contradiction) = contradiction(act) {
        return match (act.outcome.is_accepted(), reasons) {
            (true, Reasons::Foreign) => {
                Judgement::Open(format!("{contradiction} that the target file's check can see"))
            }
            _ => Judgement::Breaks(contradiction),
        };
    }
    let breaks = || match &act.detail {
        Some(found) => Judgement::Breaks(found.clone()),
        None => Judgement::Breaks(format!("expected {expect}, but it was {}", act.outcome)),
    };
    match (&act.outcome, expect) {
        (Outcome::Crashed { why, well: true }, _) => Judgement::Open(format!("no answer that says yes or no: {why}")),
        (Outcome::Crashed { why, .. }, _) => Judgement::Breaks(format!("expected {expect}, but it crashed: {why}")),
        (Outcome::Throttled, _) => Judgement::Open("the target asks for patience, which is no refusal".to_owned()),
        (Outcome::TimedOut, _) => Judgement::Open("the target did not answer in time".to_owned()),
        (Outcome::Accepted, Expectation::Accepted) => Judgement::Holds(Proof::Accepted),
        (Outcome::ClientRefused { name, .. }, Expectation::ClientRefuses(wanted)) if name == wanted => {
            Judgement::Holds(Proof::Client { exception: name.clone() })
        }
        (Outcome::ClientRefused { name, message }, Expectation::Accepted)
            if reasons == Reasons::Foreign && DOES_NOT_FIT.contains(&name.as_str()) =>
        {
            Judgement::Open(format!("the authenticator does not fit what the target asks for: {name} ({message})"))
        }
        (Outcome::ClientRefused { name, message }, Expectation::Rejected(_)) => {
            Judgement::Open(format!("the target was not asked: the client stopped with {name} ({message})"))
        }
        (Outcome::Rejected { class, reason }, Expectation::Rejected(wanted)) => {
            refusal(*class, reason.as_deref(), wanted, reasons).unwrap_or_else(breaks)
        }
        (Outcome::Errored { status }, Expectation::Rejected(_)) if reasons == Reasons::Foreign => {
            Judgement::Holds(Proof::Difference { said: Some(format!("HTTP {status}, a refusal by accident")) })
        }
        _ => breaks(),
    }
}

/// What a refusal proves; `None` where it proves that the target is wrong.
fn refusal(
    class: Option<ReasonClass>,
    reason: Option<&str>,
    wanted: &[ReasonClass],
    reasons: Reasons,
) -> Option<Judgement> {
    let said = || Proof::Difference { said: class.map(|class| class.to_string()).or(reason.map(str::to_owned)) };
    match class {
        Some(class) if wanted.is_empty() || wanted.contains(&class) => Some(Judgement::Holds(Proof::reason(class))),
        _ if reasons == Reasons::Exact => None,
        Some(_) => Some(Judgement::Holds(said())),
        None => Some(Judgement::Holds(Proof::Difference { said: reason.map(str::to_owned) })),
    }
}

/// Where a target's words and its session say different things.
fn contradiction(act: &Act) -> Option<String> {
    let ceremony = act.ceremony.as_ref().filter(|ceremony| ceremony.kind == "authentication")?;
    match (&act.outcome, ceremony.session.as_ref()?.alive) {
        (Outcome::Accepted, false) => Some("the target said yes, but there is no session".to_owned()),
        (Outcome::Rejected { .. }, true) if act.fresh_session => {
            Some("the target said no, but there is a session".to_owned())
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::{CeremonyReport, SessionReport};

    fn act(outcome: Outcome) -> Act {
        Act { outcome, ..Act::done("x".into()) }
    }

    fn rejected(class: Option<ReasonClass>, reason: &str) -> Act {
        act(Outcome::Rejected { class, reason: Some(reason.into()) })
    }

    fn wanted() -> Expectation {
        Expectation::Rejected(vec![ReasonClass::Origin])
    }

    /// The table of attack, control after, and what they show to whom.
    #[test]
    fn an_attack_between_two_controls() {
        let accepted = act(Outcome::Accepted);
        let word = |attack: &Act, trailing: &Act, reasons| match between(attack, trailing, &wanted(), reasons) {
            Judgement::Holds(Proof::Reason { class }) => class,
            Judgement::Holds(Proof::Difference { said }) => format!("difference {said:?}"),
            Judgement::Holds(other) => other.to_string(),
            Judgement::Breaks(why) => format!("breaks: {why}"),
            Judgement::Open(why) => format!("open: {why}"),
        };
        let crashed = act(Outcome::Crashed { why: "gone".into(), well: false });
        let rubbish = act(Outcome::Crashed { why: "<html>".into(), well: true });
        let client = act(Outcome::ClientRefused { name: "SecurityError".into(), message: "m".into() });
        let right = rejected(Some(ReasonClass::Origin), "o");
        let wrong = rejected(Some(ReasonClass::Malformed), "m");
        let generic = rejected(None, "no");
        let errored = act(Outcome::Errored { status: 500 });
        let throttled = act(Outcome::Throttled);
        let rows = [&accepted, &right, &wrong, &generic, &errored, &throttled, &crashed, &rubbish, &client]
            .map(|attack| [Reasons::Exact, Reasons::Foreign].map(|reasons| word(attack, &accepted, reasons)));
        insta::assert_debug_snapshot!(rows);
        assert!(word(&right, &throttled, Reasons::Exact).starts_with("open: locked out"));
        assert!(word(&accepted, &throttled, Reasons::Exact).starts_with("breaks"));
    }

    #[test]
    fn without_controls_a_generic_refusal_shows_nothing() {
        assert!(matches!(alone(&rejected(None, "no"), &wanted(), Reasons::Foreign), Judgement::Open(_)));
        let right = rejected(Some(ReasonClass::Origin), "o");
        assert!(matches!(alone(&right, &wanted(), Reasons::Foreign), Judgement::Holds(Proof::Reason { .. })));
    }

    #[test]
    fn options_that_another_authenticator_would_meet_are_no_fault() {
        let stopped = |name: &str| act(Outcome::ClientRefused { name: name.into(), message: "m".into() });
        let word = |name: &str, reasons| alone(&stopped(name), &Expectation::Accepted, reasons);
        assert!(matches!(word("NotAllowedError", Reasons::Foreign), Judgement::Open(_)));
        assert!(matches!(word("SecurityError", Reasons::Foreign), Judgement::Breaks(_)));
        assert!(matches!(word("NotAllowedError", Reasons::Exact), Judgement::Breaks(_)));
    }

    #[test]
    fn a_session_has_the_last_word() {
        let with_session = |outcome, alive| {
            let session = Some(SessionReport { alive, body: serde_json::Value::Null });
            Act {
                ceremony: Some(CeremonyReport { session, ..CeremonyReport::empty("authentication") }),
                ..act(outcome)
            }
        };
        let yes = alone(&with_session(Outcome::Accepted, false), &Expectation::Accepted, Reasons::Exact);
        assert_eq!(yes, Judgement::Breaks("the target said yes, but there is no session".into()));
        let refused = Outcome::Rejected { class: Some(ReasonClass::Origin), reason: None };
        let no = alone(&with_session(refused, true), &wanted(), Reasons::Foreign);
        assert_eq!(no, Judgement::Breaks("the target said no, but there is a session".into()));
        let refused = Outcome::Rejected { class: Some(ReasonClass::Origin), reason: None };
        let empty_yes = with_session(Outcome::Accepted, false);
        assert!(matches!(alone(&empty_yes, &wanted(), Reasons::Foreign), Judgement::Open(_)));
        assert!(matches!(alone(&empty_yes, &Expectation::Accepted, Reasons::Foreign), Judgement::Open(_)));
        assert!(matches!(alone(&empty_yes, &wanted(), Reasons::Exact), Judgement::Breaks(_)));
        let generic = rejected(None, "no");
        let unproved = between(&generic, &empty_yes, &wanted(), Reasons::Foreign);
        assert!(matches!(unproved, Judgement::Open(why) if why.contains("there is no session")));
        let older = Act { fresh_session: false, ..with_session(refused, true) };
        assert!(matches!(alone(&older, &wanted(), Reasons::Foreign), Judgement::Holds(_)));
    }
}
