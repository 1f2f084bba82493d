use std::collections::VecDeque;

use keyrig_ctap::ReasonClass;

use super::*;
use crate::environment_error::EnvironmentError;
use crate::evidence::CeremonyReport;
use crate::outcome::Outcome;
use crate::scenario::{Suite, Vocabulary};

/// Answers each verb with the next outcome of a script, and keeps what it was asked.
struct Script {
    outcomes: VecDeque<Result<Outcome, Stop>>,
    asked: Vec<(Take, &'static str, usize)>,
    options: serde_json::Value,
}

impl Script {
    fn new(outcomes: impl IntoIterator<Item = Outcome>) -> Self {
        let outcomes = outcomes.into_iter().map(Ok).collect();
        Self { outcomes, asked: Vec::new(), options: serde_json::json!({"userVerification": "required"}) }
    }
}

impl Actor for Script {
    async fn act(&mut self, verb: &Verb, take: Take) -> Result<Act, Stop> {
        self.asked.push((take, verb.name(), verb.tampers().len()));
        let outcome = self.outcomes.pop_front().expect("the script is long enough")?;
        let ceremony = CeremonyReport { options: self.options.clone(), ..CeremonyReport::empty("authentication") };
        Ok(Act { outcome, ceremony: Some(ceremony), ..Act::done(verb.name().into()) })
    }
}

fn scenario(steps: &str) -> Scenario {
    let head = "id: attack/x\ntitle: x\nrequirement: x\nbasis: must\napplies: options.userVerification == required\n";
    let known = Vocabulary::new(["bare"], ["hardened"]);
    Suite::parse("x.yaml", &format!("{head}steps:\n{steps}"), &known).expect("valid")
}

fn attack() -> Scenario {
    scenario(
        "  - register: {user: alice}\n  - authenticate: {user: alice, tamper: wire/break-signature}\n    expect: {rejected: signature}\n",
    )
}

fn run(scenario: &Scenario, script: &mut Script, reasons: Reasons) -> (Played, usize) {
    let mut seen = 0;
    let mut listen = |_: &StepReport| seen += 1;
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let played = runtime.block_on(play(scenario, script, (reasons, Driver::Forge), &mut listen));
    (played, seen)
}

fn refused(class: ReasonClass) -> Outcome {
    Outcome::Rejected { class: Some(class), reason: None }
}

#[test]
fn an_attack_is_played_between_two_controls_that_do_not_lie() {
    let outcomes = [Outcome::Accepted, Outcome::Accepted, refused(ReasonClass::Signature), Outcome::Accepted];
    let mut script = Script::new(outcomes);
    let (played, seen) = run(&attack(), &mut script, Reasons::Exact);
    assert!(matches!(played.end, Ended::Pass(Proof::Reason { ref class }) if class == "signature"), "{:?}", played.end);
    let roles: Vec<(Role, usize)> = script.asked.iter().map(|(take, _, lies)| (take.role, *lies)).collect();
    let sandwich = [(Role::Step, 0), (Role::LeadingControl, 0), (Role::Attack, 1), (Role::TrailingControl, 0)];
    assert_eq!(roles, sandwich);
    assert_eq!((played.decisive, seen), (Some(2), 4));
    assert_eq!(played.steps[2].difference.as_deref(), Some("wire/break-signature"));
    assert_eq!(played.steps[1].difference, None);
}

#[test]
fn an_accepted_lie_is_a_finding() {
    let outcomes = [Outcome::Accepted, Outcome::Accepted, Outcome::Accepted, Outcome::Accepted];
    let (played, _) = run(&attack(), &mut Script::new(outcomes), Reasons::Foreign);
    assert!(
        matches!(played.end, Ended::Fail { ref summary } if summary == "expected rejected(signature), but it was accepted")
    );
    assert_eq!(played.decisive, Some(2));
}

#[test]
fn a_control_that_is_refused_proves_nothing() {
    let before = [Outcome::Accepted, refused(ReasonClass::Signature)];
    let (played, _) = run(&attack(), &mut Script::new(before), Reasons::Exact);
    assert!(matches!(played.end, Ended::Inconclusive(ref why) if why.contains("control before the attack")));
    let after =
        [Outcome::Accepted, Outcome::Accepted, refused(ReasonClass::Signature), refused(ReasonClass::UserDisabled)];
    let (played, _) = run(&attack(), &mut Script::new(after), Reasons::Exact);
    assert!(matches!(played.end, Ended::Inconclusive(ref why) if why.contains("locked out")));
}

#[test]
fn a_generic_refusal_between_two_controls_counts_only_for_a_foreign_target() {
    let generic = || Outcome::Rejected { class: None, reason: Some("no".into()) };
    let outcomes = || [Outcome::Accepted, Outcome::Accepted, generic(), Outcome::Accepted];
    let (foreign, _) = run(&attack(), &mut Script::new(outcomes()), Reasons::Foreign);
    assert!(matches!(foreign.end, Ended::Pass(Proof::Difference { .. })));
    let (ours, _) = run(&attack(), &mut Script::new(outcomes()), Reasons::Exact);
    assert!(matches!(ours.end, Ended::Fail { .. }));
}

#[test]
fn a_scene_that_cannot_be_set_is_no_finding_and_a_ceremony_that_fails_is() {
    let (played, _) = run(&attack(), &mut Script::new([refused(ReasonClass::AaguidBlocked)]), Reasons::Exact);
    assert!(matches!(played.end, Ended::Inconclusive(ref why) if why.contains("sets the scene")));
    let ceremony = scenario("  - register: {user: alice}\n");
    let (played, _) = run(&ceremony, &mut Script::new([refused(ReasonClass::AaguidBlocked)]), Reasons::Exact);
    assert!(matches!(played.end, Ended::Fail { .. }));
}

#[test]
fn options_that_do_not_ask_for_it_make_it_not_applicable() {
    let mut script = Script::new([Outcome::Accepted, Outcome::Accepted]);
    script.options = serde_json::json!({"userVerification": "preferred"});
    let (played, _) = run(&attack(), &mut script, Reasons::Exact);
    let Ended::NotApplicable(why) = played.end else { panic!("{:?}", played.end) };
    assert_eq!(why, "the options have \"preferred\", not options.userVerification == required");
}

#[test]
fn what_stops_a_scenario_ends_it_with_its_own_word() {
    let stops = [
        (Stop::NotApplicable("verb".into()), "NotApplicable"),
        (Stop::Skipped("key".into()), "Skipped"),
        (Stop::Inconclusive("gap".into()), "Inconclusive"),
        (Stop::Environment(EnvironmentError::Target { why: "down".into() }), "Trouble"),
    ];
    for (stop, word) in stops {
        let mut script = Script::new([]);
        script.outcomes.push_back(Err(stop));
        let (played, _) = run(&attack(), &mut script, Reasons::Exact);
        assert!(format!("{:?}", played.end).starts_with(word), "{:?}", played.end);
        assert!(played.steps.is_empty());
    }
}

#[test]
fn another_driver_may_have_another_end() {
    let text = "  - register: {user: alice}\n  - authenticate: {user: alice, tamper: wire/break-signature}
    expect: {rejected: signature}
    expect-by-driver: {browser: {client-refuses: NotAllowedError}, hid: rejected}\n";
    let step = &scenario(text).steps[1];
    let ends = Driver::ALL.map(|(_, driver)| step.expect_with(driver).to_string());
    assert_eq!(ends, ["rejected(signature)", "client-refuses(NotAllowedError)", "rejected"]);
}

#[test]
fn the_weakest_proof_of_several_counts() {
    let two = scenario(
        "  - register: {user: alice}
  - authenticate: {user: alice, tamper: wire/break-signature}
    expect: {rejected: signature}
  - authenticate: {user: alice, tamper: wire/empty-signature}
    expect: {rejected: signature}\n",
    );
    let generic = Outcome::Rejected { class: None, reason: None };
    let sandwich = |attack| [Outcome::Accepted, attack, Outcome::Accepted];
    let outcomes =
        [Outcome::Accepted].into_iter().chain(sandwich(generic)).chain(sandwich(refused(ReasonClass::Signature)));
    let (played, _) = run(&two, &mut Script::new(outcomes), Reasons::Foreign);
    assert!(matches!(played.end, Ended::Pass(Proof::Difference { .. })));
}
