//! The order of a scenario: its steps, and around each attack its two controls.

use super::actor::{Act, Actor, Stop, Take};
use super::judge::{Judgement, Reasons, alone, between, not_accepted};
use crate::evidence::{Role, StepReport};
use crate::scenario::{Condition, Driver, Expectation, Scenario, Step, Subject, Verb};
use crate::verdict::Proof;

/// What came of a scenario.
#[derive(Debug)]
pub(crate) struct Played {
    /// How it ended.
    pub(crate) end: Ended,
    /// What happened, controls included.
    pub(crate) steps: Vec<StepReport>,
    /// The place in `steps` of the one that decided.
    pub(crate) decisive: Option<usize>,
}

/// How a scenario ended.
#[derive(Debug)]
pub(crate) enum Ended {
    Pass(Proof),
    Fail { summary: String },
    Inconclusive(String),
    Skipped(String),
    NotApplicable(String),
    Trouble(String),
}

impl From<Stop> for Ended {
    fn from(stop: Stop) -> Self {
        match stop {
            Stop::NotApplicable(why) => Self::NotApplicable(why),
            Stop::Skipped(why) => Self::Skipped(why),
            Stop::Inconclusive(why) => Self::Inconclusive(why),
            Stop::Environment(error) => Self::Trouble(error.to_string()),
        }
    }
}

/// Plays `scenario`; `seen` hears of each step as it ends.
pub(crate) async fn play<A: Actor>(
    scenario: &Scenario,
    actor: &mut A,
    (reasons, driver): (Reasons, Driver),
    seen: &mut dyn FnMut(&StepReport),
) -> Played {
    let mut play =
        Play { scenario, actor, reasons, driver, seen, steps: Vec::new(), decisive: None, refusal_seen: false };
    let end = play.all().await;
    Played { end, steps: play.steps, decisive: play.decisive }
}

struct Play<'a, A> {
    scenario: &'a Scenario,
    actor: &'a mut A,
    reasons: Reasons,
    driver: Driver,
    seen: &'a mut dyn FnMut(&StepReport),
    steps: Vec<StepReport>,
    decisive: Option<usize>,
    refusal_seen: bool,
}

impl<A: Actor> Play<'_, A> {
    async fn all(&mut self) -> Ended {
        let mut proof = None;
        for (index, step) in self.scenario.steps.iter().enumerate() {
            let decides = self.scenario.decisive_step() == Some(index);
            match self.step(index + 1, step, decides).await {
                Ok(Ended::Pass(more)) => proof = Some(weaker(proof, more)),
                Ok(ended) => return ended,
                Err(stop) => return stop.into(),
            }
        }
        proof.map_or_else(|| Ended::Inconclusive("no step was performed".to_owned()), Ended::Pass)
    }

    async fn step(&mut self, number: usize, step: &Step, decides: bool) -> Result<Ended, Stop> {
        let (place, judgement) = match &step.control {
            Some(control) => self.sandwich(number, step, control, decides).await?,
            None => self.single(number, step, decides).await?,
        };
        if decides {
            self.decisive = Some(place);
        }
        let expect = step.expect_with(self.driver);
        let sets_the_scene = self.scenario.is_attack() && !self.refusal_seen && !compares(&step.verb);
        self.refusal_seen |= *expect != Expectation::Accepted;
        Ok(match judgement {
            Judgement::Holds(proof) => Ended::Pass(proof),
            Judgement::Open(why) => Ended::Inconclusive(format!("step {number}: {why}")),
            Judgement::Breaks(why) if sets_the_scene && *expect == Expectation::Accepted => {
                Ended::Inconclusive(format!("step {number} sets the scene and did not succeed: {why}"))
            }
            Judgement::Breaks(summary) => {
                self.decisive = Some(place);
                Ended::Fail { summary }
            }
        })
    }

    async fn single(&mut self, number: usize, step: &Step, decides: bool) -> Result<(usize, Judgement), Stop> {
        let act = self.act(number, step, &step.verb, Role::Step).await?;
        if decides {
            self.applies(&act)?;
        }
        Ok((self.steps.len() - 1, alone(&act, step.expect_with(self.driver), self.reasons)))
    }

    async fn sandwich(
        &mut self,
        number: usize,
        step: &Step,
        control: &Verb,
        decides: bool,
    ) -> Result<(usize, Judgement), Stop> {
        let leading = self.act(number, step, control, Role::LeadingControl).await?;
        if decides {
            self.applies(&leading)?;
        }
        let place = self.steps.len();
        if let Some(why) = not_accepted(&leading) {
            let why = format!("the control before the attack was not accepted ({why})");
            return Ok((place - 1, Judgement::Open(why)));
        }
        let attack = self.act(number, step, &step.verb, Role::Attack).await?;
        let trailing = self.act(number, step, control, Role::TrailingControl).await?;
        Ok((place, between(&attack, &trailing, step.expect_with(self.driver), self.reasons)))
    }

    async fn act(&mut self, number: usize, step: &Step, verb: &Verb, role: Role) -> Result<Act, Stop> {
        let act = self.actor.act(verb, Take { number, role }).await?;
        let control = matches!(role, Role::LeadingControl | Role::TrailingControl);
        let expected = if control { &Expectation::Accepted } else { step.expect_with(self.driver) }.to_string();
        let mut report = StepReport {
            number,
            line: step.line,
            role,
            action: act.action.clone(),
            note: step.note.clone(),
            expected,
            outcome: String::new(),
            class: None,
            reason: None,
            difference: step.difference.clone().filter(|_| role == Role::Attack),
            detail: act.detail.clone(),
            ceremony: act.ceremony.clone(),
            exchanges: act.exchanges.clone(),
        };
        report.ended(&act.outcome);
        (self.seen)(&report);
        self.steps.push(report);
        Ok(act)
    }

    /// Whether the options of the ceremony under test are those that the scenario is about.
    fn applies(&self, act: &Act) -> Result<(), Stop> {
        let Some(ceremony) = &act.ceremony else { return Ok(()) };
        for condition in &self.scenario.applies {
            let Subject::Options(path) = &condition.subject else { continue };
            let found = Condition::find(path, &ceremony.options);
            if !condition.holds(found.as_ref()) {
                let found = found.map_or_else(|| "nothing".to_owned(), |found| found.to_string());
                return Err(Stop::NotApplicable(format!("the options have {found}, not {condition}")));
            }
        }
        Ok(())
    }
}

fn weaker(proof: Option<Proof>, more: Proof) -> Proof {
    match proof {
        Some(proof) => proof.min(more),
        None => more,
    }
}

/// Whether a verb only looks, so that its end is about the target in any place.
const fn compares(verb: &Verb) -> bool {
    matches!(verb, Verb::Options(_) | Verb::ListCredentials(_) | Verb::Audit(_))
}

#[cfg(test)]
mod tests;
