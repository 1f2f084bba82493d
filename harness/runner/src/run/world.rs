//! The world of one scenario: a target, devices by name, sessions by user. It ends with the scenario.

use std::collections::BTreeMap;

use serde_json::Value;

use super::actor::{Act, Actor, Stop, Take};
use super::devices::{CannotPlug, Devices};
use super::needs;
use super::{Seed, Settings};
use crate::client::ClientProfile;
use crate::device::Device;
use crate::environment_error::EnvironmentError;
use crate::evidence::Role;
use crate::outcome::Outcome;
use crate::scenario::{Basis, Condition, Plug, Scenario, Subject, Verb};
use crate::target::{self, Session, Target, Targets};

/// The world of one scenario.
pub(super) struct World<'a> {
    pub(super) target: Target,
    pub(super) targets: &'a dyn Targets,
    pub(super) plugs: &'a dyn Devices,
    pub(super) settings: &'a Settings,
    pub(super) seed: Seed,
    /// Relying parties that joined, by name.
    pub(super) downstream: BTreeMap<String, Target>,
    /// Devices by name.
    pub(super) devices: BTreeMap<String, Held>,
    /// Sessions by name, the user's where none was given.
    pub(super) sessions: BTreeMap<String, Session>,
    /// Groups by account, as far as they are known.
    pub(super) groups: BTreeMap<String, Vec<String>>,
    /// The pass issued last, by account.
    pub(super) passes: BTreeMap<String, String>,
    /// What was taken from devices, by name.
    pub(super) snapshots: BTreeMap<String, Vec<u8>>,
    /// What tells the accounts of this scenario from those of others in the same target.
    suffix: Option<String>,
}

/// A device, and the credential it made last for each account.
pub(super) struct Held {
    pub(super) device: Box<dyn Device>,
    pub(super) credentials: BTreeMap<String, String>,
}

impl<'a> World<'a> {
    /// A fresh one for `scenario`, once everything that it needs is there.
    pub(super) async fn new(
        scenario: &Scenario,
        targets: &'a dyn Targets,
        plugs: &'a dyn Devices,
        settings: &'a Settings,
    ) -> Result<Self, Stop> {
        if let Some(why) = plugs.skips(scenario) {
            return Err(Stop::Skipped(why));
        }
        let policy = settings.policy.as_deref().unwrap_or(&scenario.policy);
        let target = targets.start(Some(policy)).await?;
        if settings.shared_target {
            target.answers().await?;
        }
        check(scenario, &target)?;
        if !settings.exact_reasons {
            declared(scenario, &target)?;
        }
        let seed = settings.seed.of(&["scenario", scenario.id()]);
        let began = crate::day::timestamp(settings.started);
        let suffix = settings.shared_target.then(|| seed.of(&["accounts", &began]).to_string()[..8].to_owned());
        let groups = declared_groups(&target);
        Ok(Self {
            target,
            targets,
            plugs,
            settings,
            seed,
            downstream: BTreeMap::new(),
            devices: BTreeMap::new(),
            sessions: BTreeMap::new(),
            groups,
            passes: BTreeMap::new(),
            snapshots: BTreeMap::new(),
            suffix,
        })
    }

    /// The account's whole name.
    pub(super) fn account(&self, name: &str) -> String {
        let (local, domain) = name.split_once('@').unwrap_or((name, &self.target.file().rp_id));
        match &self.suffix {
            Some(suffix) => format!("{local}+{suffix}@{domain}"),
            None => format!("{local}@{domain}"),
        }
    }

    /// The account that stands in for `name` in a control, created with the same groups where accounts are created.
    pub(super) async fn stand_in(&mut self, name: &str, role: Role) -> Result<String, Stop> {
        let Some(order) = order(role) else { return Ok(self.account(name)) };
        let (local, domain) = name.split_once('@').unwrap_or((name, &self.target.file().rp_id));
        let stand_in = self.account(&format!("{local}+control-{order}@{domain}"));
        if !self.target.can(target::Verb::CreateUser) {
            return Ok(stand_in);
        }
        let Some(groups) = self.groups.get(&self.account(name)).cloned() else {
            return Err(Stop::Inconclusive(format!("nobody says which groups {name} is in, so it has no control")));
        };
        let answer = self.create_user(&stand_in, &groups).await?;
        match answer.outcome {
            Outcome::Accepted => Ok(stand_in),
            other => Err(Stop::Inconclusive(format!("the control's account {stand_in} could not be created: {other}"))),
        }
    }

    /// Plugs in a device and calls it `name`.
    pub(super) fn plug(&mut self, name: &str, plug: &Plug) -> Result<(), Stop> {
        let seed = self.seed.of(&["device", name]);
        let device = self.plugs.plug(plug, seed).map_err(|error| match error {
            CannotPlug::Skip(why) => Stop::Skipped(why),
            CannotPlug::Trouble(why) => Stop::Environment(EnvironmentError::Target { why }),
        })?;
        self.devices.insert(name.to_owned(), Held { device, credentials: BTreeMap::new() });
        Ok(())
    }

    /// The client profile of a ceremony.
    pub(super) fn client(&self, named: Option<&str>) -> &'static ClientProfile {
        let name = named.unwrap_or(&self.settings.client);
        ClientProfile::find(name).unwrap_or_else(ClientProfile::l3)
    }

    /// A refusal by accident is a crash where the target is not well after it.
    pub(super) async fn settled(&self, outcome: Outcome) -> Outcome {
        match outcome {
            Outcome::Errored { status } if !self.target.is_well().await => {
                Outcome::Crashed { why: format!("HTTP {status}, and its health probe fails since"), well: false }
            }
            other => other,
        }
    }
}

impl Actor for World<'_> {
    async fn act(&mut self, verb: &Verb, take: Take) -> Result<Act, Stop> {
        match verb {
            Verb::Register(register) => self.register(register, take).await,
            Verb::RegisterU2f(register) => self.register_u2f(register).await,
            Verb::Authenticate(authenticate) => self.authenticate(authenticate, take).await,
            Verb::Recover(recover) => self.recover(recover, take).await,
            Verb::Options(options) => self.options(options).await,
            Verb::Handle(handle) => self.handle_device(handle),
            other => self.administer(other).await,
        }
    }
}

/// Which control it is, from one.
pub(super) const fn order(role: Role) -> Option<u8> {
    match role {
        Role::LeadingControl => Some(1),
        Role::TrailingControl => Some(2),
        Role::Step | Role::Attack => None,
    }
}

/// Whether `target` has the verbs and says the things that `scenario` asks for.
fn check(scenario: &Scenario, target: &Target) -> Result<(), Stop> {
    for verb in scenario.steps.iter().filter_map(|step| needs::verb_of_target(&step.verb)) {
        if !target.can(verb) {
            return Err(Stop::NotApplicable(format!("the target has no verb {}", verb.as_str())));
        }
    }
    for condition in &scenario.applies {
        let found = match &condition.subject {
            Subject::Options(_) => continue,
            Subject::Declares(key) => target.file().declares.get(key).cloned(),
            Subject::Can(name) => {
                let verb = target::Verb::ALL.iter().find(|verb| verb.as_str() == name);
                verb.map(|verb| target.can(*verb).into())
            }
        };
        if !Condition::holds(condition, found.as_ref()) {
            let found = found.map_or_else(|| "nothing".to_owned(), |found| found.to_string());
            return Err(Stop::NotApplicable(format!("the target says {found}, not {condition}")));
        }
    }
    Ok(())
}

/// A policy binds a target that declares it; our own has one by each name, whether it enforces it or not.
fn declared(scenario: &Scenario, target: &Target) -> Result<(), Stop> {
    let Basis::Policy(key) = &scenario.basis else { return Ok(()) };
    match target.file().declares.get(key) {
        None | Some(Value::Null | Value::Bool(false)) => {
            Err(Stop::NotApplicable(format!("the target declares no policy {key}")))
        }
        Some(_) => Ok(()),
    }
}

/// The groups of the accounts that the target says it has.
fn declared_groups(target: &Target) -> BTreeMap<String, Vec<String>> {
    let Some(Value::Object(accounts)) = target.file().declares.get("groups") else { return BTreeMap::new() };
    let names = |groups: &Value| {
        let groups = groups.as_array().into_iter().flatten();
        groups.filter_map(|group| group.as_str().map(str::to_owned)).collect()
    };
    accounts.iter().map(|(account, groups)| (account.clone(), names(groups))).collect()
}
