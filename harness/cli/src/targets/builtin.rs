//! The built-in relying party as a target: one on a loopback port of its own each time.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::path::Path;
use std::sync::LazyLock;

use keyrig_ctap::profile::Sends;
use keyrig_device::profiles::{self, roots_pem};
use keyrig_relying_party::policy::{OnBackupStateChange, OriginCheck, SignCountRule};
use keyrig_relying_party::{Config, Policy, Users, serve};
use keyrig_runner::target::{Starting, Target, TargetFile, Targets};
use keyrig_runner::{EnvironmentError, Scenario};
use serde_json::{Map, Value, json};
use tokio::net::TcpListener;

use crate::failure::Failure;
use crate::nearest::unknown;

/// The built-in relying party, with the trust anchors of the embedded profiles and the shared users.
pub(crate) struct Builtin {
    policy: Option<Box<Policy>>,
    seed: [u8; 32],
    /// Trust anchors beside those of the embedded profiles, PEM.
    trusted: String,
}

impl Builtin {
    /// Under the policy that each scenario names.
    pub(crate) const fn any(seed: [u8; 32]) -> Self {
        Self { policy: None, seed, trusted: String::new() }
    }

    /// Under `policy`, whatever a scenario names.
    pub(crate) fn under(policy: Policy, seed: [u8; 32]) -> Self {
        Self { policy: Some(Box::new(policy)), seed, trusted: String::new() }
    }

    /// It trusts these anchors too, PEM.
    pub(crate) fn trust(&mut self, anchors: &str) {
        self.trusted.push_str(anchors);
    }

    /// The target file of one that is not up.
    ///
    /// # Errors
    ///
    /// [`EnvironmentError`] where no policy has the name.
    pub(crate) fn describe(&self, policy: Option<&str>) -> Result<TargetFile, EnvironmentError> {
        Ok(described(&self.config(policy)?))
    }

    fn config(&self, wanted: Option<&str>) -> Result<Config, EnvironmentError> {
        let name = wanted.unwrap_or(Scenario::DEFAULT_POLICY);
        let policy = match &self.policy {
            Some(policy) => (**policy).clone(),
            None => Policy::builtin(name).ok_or_else(|| failed(format!("no policy is called {name}")))?,
        };
        Ok(Config {
            trust_anchors_pem: format!("{}{}", self.trusted, trust_anchors()),
            seed: Some(self.seed),
            ..Config::new(policy, Users::builtin())
        })
    }

    async fn up(&self, wanted: Option<&str>) -> Result<Target, EnvironmentError> {
        let config = self.config(wanted)?;
        let mut file = described(&config);
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.map_err(|e| failed(e.to_string()))?;
        let running = serve(listener, config).map_err(|e| failed(e.to_string()))?;
        file.url.clone_from(&running.url);
        file.admin_token = Some(running.admin_token.clone());
        Target::attach(file, Box::new(running)).await
    }
}

impl Targets for Builtin {
    fn start<'a>(&'a self, policy: Option<&'a str>) -> Starting<'a> {
        Box::pin(self.up(policy))
    }
}

/// The roots of the embedded profiles, each for the models that attest under it and no others. Making them takes a
/// signature each, so it is done once, and once for all models that have theirs in common.
pub(crate) fn trust_anchors() -> &'static str {
    static PEM: LazyLock<String> = LazyLock::new(|| {
        let mut made = BTreeMap::new();
        let mut for_models = String::new();
        for profile in profiles::all() {
            let Some(chain) = &profile.attestation.chain else { continue };
            let anchors = (&chain.root, (chain.sends == Sends::Leaf).then_some(&chain.intermediates));
            let pem: &String = made.entry(anchors).or_insert_with(|| roots_pem([profile]));
            for_models.push_str(&format!("AAGUID: {}\n{pem}", profile.aaguid));
        }
        for_models
    });
    &PEM
}

/// The policy of this name, or in this file.
///
/// # Errors
///
/// A usage error where there is none, or the file has a mistake.
pub(crate) fn policy(name: &str) -> Result<Policy, Failure> {
    if let Some(policy) = Policy::builtin(name) {
        return Ok(policy);
    }
    let path = Path::new(name);
    if path.exists() || name.ends_with(".yaml") || name.contains('/') {
        return Policy::load(path).map_err(|e| Failure::usage(*e));
    }
    Err(unknown("policy", name, Policy::builtin_names(), "keyrig list policies"))
}

/// The users in this file; the shared ones if there is none.
///
/// # Errors
///
/// A usage error where the file has a mistake.
pub(crate) fn users(path: Option<&Path>) -> Result<Users, Failure> {
    path.map_or_else(|| Ok(Users::builtin()), |path| Users::load(path).map_err(|e| Failure::usage(*e)))
}

/// The target file of a relying party with this configuration; the address and the admin token are still to come.
fn described(config: &Config) -> TargetFile {
    let text = include_str!("builtin.yaml");
    let mut file = TargetFile::parse("builtin.yaml", text).expect("the embedded target file is tested");
    file.name = format!("built-in, policy {}", config.policy.name());
    file.rp_id.clone_from(&config.rp_id);
    file.origin.clone_from(&config.origins[0]);
    file.declares.extend(declared(config).map(|(key, value)| (key.to_owned(), value)));
    file
}

/// What the built-in relying party says of itself, for scenarios that are about some targets only.
fn declared(config: &Config) -> [(&'static str, Value); 4] {
    let document = config.policy.document();
    let origins = match document.origins.check {
        OriginCheck::Declared if document.origins.declared.is_empty() => json!(config.origins),
        OriginCheck::Declared => json!(document.origins.declared),
        OriginCheck::WithinRpId | OriginCheck::None => json!(false),
    };
    let backup_state = match document.backup_state_monitor.on_change {
        OnBackupStateChange::Ignore => json!(false),
        OnBackupStateChange::Audit => json!("audited"),
        OnBackupStateChange::StepUp => json!("step-up"),
    };
    let sign_count = match document.sign_count {
        SignCountRule::Refuse => "must-grow",
        SignCountRule::Record => "recorded",
        SignCountRule::Ignore => "ignored",
    };
    let groups: Map<String, Value> =
        config.users.users.iter().map(|user| (user.name.clone(), json!(user.groups))).collect();
    [("origins", origins), ("backup-state", backup_state), ("sign-count", json!(sign_count)), ("groups", groups.into())]
}

fn failed(why: String) -> EnvironmentError {
    EnvironmentError::Start { why, tail: None }
}

#[cfg(test)]
mod tests {
    use keyrig_runner::target::Verb;

    use super::*;

    #[test]
    fn the_embedded_target_file_has_every_verb() {
        let file = Builtin::any([0; 32]).describe(None).unwrap();
        assert_eq!(file.name, "built-in, policy hardened");
        for verb in Verb::ALL {
            assert!(file.verbs.contains_key(verb), "{}", verb.as_str());
        }
    }

    #[test]
    fn a_model_has_its_own_roots_whoever_else_has_them() {
        for profile in profiles::all().iter().filter(|profile| profile.attestation.chain.is_some()) {
            let own = format!("AAGUID: {}\n{}", profile.aaguid, roots_pem([profile]));
            let (_, after) = trust_anchors().split_once(&own).unwrap_or_else(|| panic!("{}", profile.id));
            assert!(after.is_empty() || after.starts_with("AAGUID: "), "{}", profile.id);
        }
    }

    #[tokio::test]
    async fn one_comes_up_and_is_well() {
        let target = Builtin::any([0; 32]).start(Some("default")).await.unwrap();
        assert!(target.is_well().await);
        assert_eq!(target.file().origin, "https://corp.example.com");
    }
}
