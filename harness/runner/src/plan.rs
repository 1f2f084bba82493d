//! What a run would send, create and delete, without sending anything.

use std::fmt;

use serde::Serialize;

use crate::ceremony::Ceremony;
use crate::run::verb_of_target;
use crate::scenario::{Scenario, Step, Subject, Verb};
use crate::tamper::Need;
use crate::target::{self, Dialect, TargetFile};

/// What one scenario would do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Plan {
    /// The scenario's id.
    pub scenario: String,
    /// Why it would not be applicable, as far as that is known beforehand.
    pub not_applicable: Option<String>,
    /// Each request, in order, with what it is for.
    pub sends: Vec<String>,
    /// Accounts, credentials and access passes that come into being, where the target accepts what it is sent.
    pub creates: Vec<String>,
    /// What is taken away.
    pub deletes: Vec<String>,
}

/// What `scenario` would do to the target that `file` describes.
pub fn plan(scenario: &Scenario, file: &TargetFile) -> Plan {
    let mut plan = Plan {
        scenario: scenario.id().to_owned(),
        not_applicable: missing(scenario, file),
        sends: Vec::new(),
        creates: Vec::new(),
        deletes: Vec::new(),
    };
    if plan.not_applicable.is_some() {
        return plan;
    }
    for step in &scenario.steps {
        plan.step(step, file);
    }
    plan
}

/// The verb or the declaration that the target lacks.
fn missing(scenario: &Scenario, file: &TargetFile) -> Option<String> {
    let mut verbs = scenario.steps.iter().filter_map(|step| verb_of_target(&step.verb));
    if let Some(verb) = verbs.find(|verb| !file.verbs.contains_key(verb)) {
        return Some(format!("the target has no verb {}", verb.as_str()));
    }
    let declares = scenario.applies.iter().find(|condition| match &condition.subject {
        Subject::Declares(key) => !condition.holds(file.declares.get(key)),
        Subject::Options(_) | Subject::Can(_) => false,
    });
    declares.map(|condition| format!("the target does not say {condition}"))
}

impl Plan {
    fn step(&mut self, step: &Step, file: &TargetFile) {
        match &step.control {
            None => self.verb(&step.verb, "", file),
            Some(control) => {
                self.verb(control, ", the control before", file);
                self.verb(&step.verb, ", the attack", file);
                self.verb(control, ", the control after", file);
            }
        }
    }

    fn verb(&mut self, verb: &Verb, role: &str, file: &TargetFile) {
        match verb {
            Verb::Register(register) => {
                let user = self.account(&register.user, role, file);
                self.ceremony(Ceremony::Registration, &user, role, file);
                self.creates.push(format!("a credential of {user}{role}"));
                self.needs(verb, Ceremony::Registration, &user, file);
            }
            Verb::Authenticate(authenticate) => {
                let user = authenticate.user.as_deref().unwrap_or("nobody by name");
                self.ceremony(Ceremony::Authentication, user, role, file);
                self.needs(verb, Ceremony::Authentication, user, file);
            }
            Verb::Options(options) => {
                let path = Dialect::find(&file.dialect).map_or("", |dialect| (dialect.options_path)(options.ceremony));
                self.sends.push(format!("POST {path} ({} options)", options.ceremony.as_str()));
            }
            other => self.said(other, file),
        }
    }

    /// The account that registers: a control has one of its own.
    fn account(&mut self, user: &str, role: &str, file: &TargetFile) -> String {
        if !role.contains("control") {
            return user.to_owned();
        }
        let stand_in = format!("{user} stand-in");
        if let Some(form) = file.verbs.get(&target::Verb::CreateUser) {
            self.sends.push(format!("{} {} (the account {stand_in}{role})", form.method, form.path));
            self.creates.push(format!("the account {stand_in}{role}"));
        }
        stand_in
    }

    fn ceremony(&mut self, ceremony: Ceremony, user: &str, role: &str, file: &TargetFile) {
        let Some(dialect) = Dialect::find(&file.dialect) else { return };
        for path in [(dialect.options_path)(ceremony), (dialect.result_path)(ceremony)] {
            self.sends.push(format!("POST {path} ({} of {user}{role})", ceremony.as_str()));
        }
        if let Some(form) = file.verbs.get(&target::Verb::SessionCheck) {
            self.sends.push(format!("{} {} (whether there is a session)", form.method, form.path));
        }
    }

    /// What lies ask of the target before they can be told.
    fn needs(&mut self, verb: &Verb, ceremony: Ceremony, user: &str, file: &TargetFile) {
        let Some(dialect) = Dialect::find(&file.dialect) else { return };
        let options = (dialect.options_path)(ceremony);
        for call in verb.tampers() {
            match call.value.tamper.need {
                Need::OtherSession => self.sends.push(format!("POST {options} (a challenge for another session)")),
                Need::UsedChallenge => {
                    let result = (dialect.result_path)(ceremony);
                    self.sends.push(format!("POST {result} (the honest {} of {user}, told again)", ceremony.as_str()));
                    if ceremony == Ceremony::Registration {
                        self.creates.push(format!("a credential of {user}, the honest one before the lie"));
                    }
                }
                Need::OtherUser | Need::OtherAnswer | Need::Nothing => {}
            }
        }
    }

    fn said(&mut self, verb: &Verb, file: &TargetFile) {
        if let (Verb::Recover(recover), Some(dialect)) = (verb, Dialect::find(&file.dialect))
            && recover.device.is_some()
        {
            let path = (dialect.options_path)(Ceremony::Authentication);
            self.sends.push(format!("POST {path} (a challenge for the proof)"));
        }
        if let Some(form) = verb_of_target(verb).and_then(|verb| file.verbs.get(&verb)) {
            self.sends.push(format!("{} {} ({})", form.method, form.path, verb.name()));
        }
        match verb {
            Verb::CreateUser { user, .. } => self.creates.push(format!("the account {user}")),
            Verb::RegisterU2f(register) => self.creates.push(format!("a credential of {}, by U2F", register.user)),
            Verb::IssuePass { user, .. } => self.creates.push(format!("an access pass for {user}")),
            Verb::Downstream { name } => self.creates.push(format!("a second relying party, {name}")),
            Verb::Revoke { user, device } => self.deletes.push(format!("the credential of {user} on {device}")),
            _ => {}
        }
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.scenario)?;
        if let Some(why) = &self.not_applicable {
            return writeln!(f, "  not-applicable: {why}");
        }
        for (word, lines) in [("send", &self.sends), ("create", &self.creates), ("delete", &self.deletes)] {
            lines.iter().try_for_each(|line| writeln!(f, "  {word:<7} {line}"))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::{Suite, Vocabulary};

    fn target() -> TargetFile {
        let text = "name: x\nurl: http://127.0.0.1:1\ndialect: fido-conformance\nrp_id: example.com\norigin: https://example.com
verbs:\n  revoke: {method: DELETE, path: \"/credentials/{credential}\"}\n";
        TargetFile::parse("x.yaml", text).expect("valid")
    }

    #[test]
    fn a_plan_names_each_request_and_what_it_leaves_behind() {
        let text = "id: attack/x\ntitle: x\nrequirement: x\nbasis: must\nsteps:
  - register: {user: alice}
  - authenticate: {user: alice, tamper: wire/break-signature}
    expect: {rejected: signature}
  - revoke: {user: alice}\n";
        let scenario = Suite::parse("x.yaml", text, &Vocabulary::new(["bare"], ["hardened"])).expect("valid");
        insta::assert_snapshot!(plan(&scenario, &target()).to_string());
    }

    #[test]
    fn what_a_lie_needs_first_is_planned_too() {
        let text = "id: attack/x\ntitle: x\nrequirement: x\nbasis: must\nsteps:
  - register: {user: alice, tamper: client/replayed-challenge}
    expect: {rejected: challenge}
  - register: {user: bob, tamper: client/challenge-of-another-session}
    expect: {rejected: challenge}\n";
        let scenario = Suite::parse("x.yaml", text, &Vocabulary::new(["bare"], ["hardened"])).expect("valid");
        let plan = plan(&scenario, &target());
        let planned = |lines: &[String], words: &str| lines.iter().filter(|line| line.contains(words)).count();
        assert_eq!(planned(&plan.sends, "/attestation/result (the honest registration of alice"), 1, "{plan}");
        assert_eq!(planned(&plan.creates, "a credential of alice, the honest one"), 1, "{plan}");
        assert_eq!(planned(&plan.sends, "/attestation/options (a challenge for another session)"), 1, "{plan}");
    }

    #[test]
    fn a_verb_that_is_missing_is_named_beforehand() {
        let text = "id: attack/x\ntitle: x\nrequirement: x\nbasis: must\nsteps:\n  - disable: {user: alice}\n";
        let scenario = Suite::parse("x.yaml", text, &Vocabulary::default()).expect("valid");
        let plan = plan(&scenario, &target());
        assert_eq!(plan.not_applicable.as_deref(), Some("the target has no verb disable"));
        assert!(plan.sends.is_empty());
    }
}
