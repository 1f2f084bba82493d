//! Running scenarios: a fresh world for each, its steps in order, a judgement of what came of them.

mod actor;
mod administration;
mod ceremonies;
mod devices;
mod handling;
mod hold;
mod judge;
mod needs;
mod play;
mod recovery;
mod seed;
mod shard;
mod u2f;
mod world;

use std::time::{Duration, Instant, SystemTime};

use judge::Reasons;
use play::{Ended, Played, play};
use world::World;

pub use devices::{CannotPlug, Devices, Emulated};
pub(crate) use needs::verb_of_target;
pub use needs::{Abilities, skipped_with_real_key};
pub use seed::Seed;
pub use shard::Shard;

use crate::day::{Day, timestamp};
use crate::event::Event;
use crate::evidence::{Role, StepReport};
use crate::finding::{Finding, TargetNote};
use crate::known::Known;
use crate::not_shown;
use crate::scenario::{Driver, Scenario, Suite};
use crate::severity::Severity;
use crate::summary::{Case, Counts, End, Header, Summary};
use crate::target::Targets;
use crate::verdict::Verdict;

/// A set of scenarios against a target.
pub struct Run<'a> {
    /// The scenarios.
    pub suite: &'a Suite,
    /// Where targets come from.
    pub targets: &'a dyn Targets,
    /// Where authenticators come from.
    pub devices: &'a dyn Devices,
    /// What else is set.
    pub settings: Settings,
}

/// What a run is given.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The target as it was named.
    pub target: String,
    /// The policy for all scenarios; each has its own where this is `None`.
    pub policy: Option<String>,
    /// The client profile's id.
    pub client: String,
    /// Who plays the client.
    pub driver: Driver,
    /// Where everything random comes from.
    pub seed: Seed,
    /// When the run begins.
    pub started: SystemTime,
    /// Which part of the scenarios.
    pub shard: Option<Shard>,
    /// Ids, or folders of ids ending in a slash, or ids with `*` for any characters; all if empty.
    pub select: Vec<String>,
    /// Whether the target's reasons are our own, so that only the right one counts.
    pub exact_reasons: bool,
    /// Whether each start gives the same target, so that accounts need names of their own.
    pub shared_target: bool,
    /// Deviations that are known.
    pub known: Known,
    /// How long one scenario may take.
    pub time_limit: Duration,
}

impl Settings {
    /// A run of everything against the built-in relying party.
    pub fn new(seed: Seed, started: SystemTime) -> Self {
        Self {
            target: "builtin".to_owned(),
            policy: None,
            client: "l3".to_owned(),
            driver: Driver::default(),
            seed,
            started,
            shard: None,
            select: Vec::new(),
            exact_reasons: true,
            shared_target: false,
            known: Known::default(),
            time_limit: Duration::from_secs(120),
        }
    }

    /// Whether the scenario called `id` is selected.
    pub fn selects(&self, id: &str) -> bool {
        self.select.is_empty() || self.select.iter().any(|pattern| matches(pattern, id))
    }
}

/// Whether `id` is what `pattern` says: the same, below it, or like it.
fn matches(pattern: &str, id: &str) -> bool {
    match pattern.split_once('*') {
        None => id == pattern || id.strip_prefix(pattern.trim_end_matches('/')).is_some_and(|r| r.starts_with('/')),
        Some((before, after)) => id.strip_prefix(before).is_some_and(|rest| {
            rest.char_indices()
                .map(|(at, _)| at)
                .chain([rest.len()])
                .any(|at| if after.is_empty() { true } else { matches(after, &rest[at..]) })
        }),
    }
}

impl Run<'_> {
    /// The scenarios that are run, in their order.
    pub fn selected(&self) -> Vec<&Scenario> {
        let scenarios = self.suite.scenarios.iter().enumerate();
        let mine = scenarios.filter(|(index, scenario)| {
            self.settings.shard.is_none_or(|shard| shard.takes(*index)) && self.settings.selects(scenario.id())
        });
        mine.map(|(_, scenario)| scenario).collect()
    }

    /// Runs them; `listen` hears of everything as it happens.
    pub async fn execute(&self, listen: &mut dyn FnMut(Event<'_>)) -> Summary {
        let selected = self.selected();
        let header = self.header();
        listen(Event::RunBegins { header: &header, scenarios: selected.len() });
        let mut cases = Vec::with_capacity(selected.len());
        let mut gone: Option<String> = None;
        for scenario in &selected {
            listen(Event::CaseBegins { id: scenario.id(), title: &scenario.title });
            let case = match &gone {
                Some(why) => self.case(scenario, TargetNote::none(), not_tried(why), Duration::ZERO, &header),
                None => self.run(scenario, &header, listen).await,
            };
            if let End::Trouble(why) = &case.end
                && case.target.name.is_empty()
            {
                gone.get_or_insert_with(|| why.clone());
            }
            listen(Event::CaseEnded { case: &case });
            cases.push(case);
        }
        let summary = self.summary(header, cases, self.suite.scenarios.len() - selected.len());
        listen(Event::RunEnded { summary: &summary });
        summary
    }

    async fn run(&self, scenario: &Scenario, header: &Header, listen: &mut dyn FnMut(Event<'_>)) -> Case {
        let begun = Instant::now();
        let limit = self.settings.time_limit;
        let mut target = TargetNote::none();
        let played = match tokio::time::timeout(limit, self.play(scenario, &mut target, listen)).await {
            Ok(played) => played,
            Err(_) => {
                let why = format!("it took longer than {} s", limit.as_secs_f64());
                Played { end: Ended::Inconclusive(why), steps: Vec::new(), decisive: None }
            }
        };
        self.case(scenario, target, played, begun.elapsed(), header)
    }

    async fn play(&self, scenario: &Scenario, note: &mut TargetNote, listen: &mut dyn FnMut(Event<'_>)) -> Played {
        let mut world = match World::new(scenario, self.targets, self.devices, &self.settings).await {
            Ok(world) => world,
            Err(stop) => return Played { end: stop.into(), steps: Vec::new(), decisive: None },
        };
        let policy = self.settings.policy.clone().or_else(|| Some(scenario.policy.clone()));
        *note = TargetNote {
            name: world.target.file().name.clone(),
            url: world.target.file().url.clone(),
            policy: policy.filter(|_| self.settings.exact_reasons),
        };
        let reasons = if self.settings.exact_reasons { Reasons::Exact } else { Reasons::Foreign };
        let mut seen = |step: &StepReport| listen(Event::StepEnded { id: scenario.id(), step });
        play(scenario, &mut world, (reasons, self.settings.driver), &mut seen).await
    }

    fn case(&self, scenario: &Scenario, target: TargetNote, played: Played, took: Duration, header: &Header) -> Case {
        let Played { end, steps, decisive } = played;
        let end = match end {
            Ended::Pass(proof) => End::Judged(Verdict::Pass { proof }),
            Ended::Inconclusive(gap) => End::Judged(Verdict::Inconclusive { gap }),
            Ended::Skipped(why) => End::Judged(Verdict::Skipped { why }),
            Ended::NotApplicable(why) => End::Judged(Verdict::NotApplicable { why }),
            Ended::Trouble(why) => End::Trouble(why),
            Ended::Fail { summary } => {
                let finding = Box::new(finding(scenario, &target, &steps, decisive, summary, header));
                End::Judged(Verdict::Fail { finding })
            }
        };
        let known = matches!(end, End::Judged(Verdict::Fail { .. }))
            && self.settings.known.allows(scenario.id(), &self.settings.target, Day::of(self.settings.started));
        Case {
            id: scenario.id().to_owned(),
            title: scenario.title.clone(),
            file: scenario.file.clone(),
            source: scenario.source.clone(),
            requirement: scenario.requirement.clone(),
            basis: scenario.basis.to_string(),
            attacker: scenario.attacker,
            severity: Severity::of(&scenario.basis, scenario.attacker),
            target,
            row: scenario.row.clone(),
            end,
            decisive,
            steps,
            not_proved: scenario.not_proved.clone(),
            known,
            millis: u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
        }
    }

    fn header(&self) -> Header {
        Header {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            target: self.settings.target.clone(),
            client: self.settings.client.clone(),
            seed: self.settings.seed.to_string(),
            started: timestamp(self.settings.started),
            shard: self.settings.shard.map(|shard| shard.to_string()),
        }
    }

    fn summary(&self, header: Header, cases: Vec<Case>, not_selected: usize) -> Summary {
        let today = Day::of(self.settings.started);
        Summary {
            format: Summary::FORMAT.to_owned(),
            header,
            counts: Counts::of(&cases),
            known: self.settings.known.uses(&cases, &self.settings.target, today),
            observations: observations(&cases),
            not_shown: not_shown::gather(&cases, not_selected),
            cases,
        }
    }
}

fn not_tried(why: &str) -> Played {
    let why = format!("not tried, as the target is not there: {why}");
    Played { end: Ended::Trouble(why), steps: Vec::new(), decisive: None }
}

fn finding(
    scenario: &Scenario,
    target: &TargetNote,
    steps: &[StepReport],
    decisive: Option<usize>,
    summary: String,
    header: &Header,
) -> Finding {
    let shown = decisive.and_then(|place| steps.get(place));
    let number = shown.map_or(0, |step| step.number);
    Finding {
        format: Finding::FORMAT.to_owned(),
        scenario: scenario.id().to_owned(),
        title: scenario.title.clone(),
        summary,
        severity: Severity::of(&scenario.basis, scenario.attacker),
        basis: scenario.basis.to_string(),
        attacker: scenario.attacker,
        requirement: scenario.requirement.clone(),
        target: target.clone(),
        client: shown
            .and_then(|step| step.ceremony.as_ref())
            .map_or_else(|| header.client.clone(), |c| c.client.clone()),
        seed: header.seed.clone(),
        started: header.started.clone(),
        step: number,
        expected: shown.map(|step| step.expected.clone()).unwrap_or_default(),
        measured: shown.map(|step| step.outcome.clone()).unwrap_or_default(),
        measured_class: shown.and_then(|step| step.class.clone()),
        difference: shown.and_then(|step| step.difference.clone()),
        evidence: evidence(steps, number),
        scenario_file: scenario.file.clone(),
        scenario_text: scenario.text.to_string(),
    }
}

/// The attack between its controls; where it has none, everything that led to it.
fn evidence(steps: &[StepReport], number: usize) -> Vec<StepReport> {
    let sandwich = steps.iter().any(|step| step.number == number && step.role == Role::Attack);
    steps.iter().filter(|step| !sandwich || step.number == number).cloned().collect()
}

/// A refusal by accident is worth saying once for each target.
fn observations(cases: &[Case]) -> Vec<String> {
    let errored = cases.iter().flat_map(|case| case.steps.iter().map(move |step| (case, step)));
    let mut errored = errored.filter(|(_, step)| step.outcome.starts_with("errored("));
    let first = errored.next().map(|(case, step)| {
        let more = errored.count();
        let more = match more {
            0 => String::new(),
            1 => ", and once more".to_owned(),
            many => format!(", and {many} more times"),
        };
        let role = if step.role == Role::Attack { "an attack" } else { "a request" };
        format!("refuses by accident: {} to {role} in {}{more}", step.outcome, case.id)
    });
    first.into_iter().collect()
}

#[cfg(test)]
mod tests;
