//! The relying party without the network: configuration, memory, and who asks.

use std::sync::{Mutex, MutexGuard, PoisonError};

use keyrig_ctap::ReasonClass;

use crate::clock::{Clock, Timestamp};
use crate::config::Config;
use crate::denied::Denied;
use crate::entropy::Entropy;
use crate::policy::{OnBackupStateChange, OriginCheck, Policy, Rules};
use crate::rotation::Pusher;
use crate::session::{Login, Scope, Visitor};
use crate::store::{Account, State};
use crate::verify::TrustAnchor;

/// The relying party without the network.
#[derive(Debug)]
pub(crate) struct Service {
    pub(crate) policy: Policy,
    pub(crate) rp_id: String,
    origins: Vec<String>,
    pub(crate) trust_anchors: Vec<TrustAnchor>,
    pub(crate) clock: Clock,
    pub(crate) entropy: Entropy,
    pub(crate) admin_token: String,
    /// What decoy credential ids are made from.
    pub(crate) decoy_key: [u8; 32],
    pub(crate) pusher: Pusher,
    state: Mutex<State>,
}

impl Service {
    pub(crate) fn new(config: Config, trust_anchors: Vec<TrustAnchor>) -> Self {
        let entropy = Entropy::new(config.seed);
        let state = Mutex::new(State::new(&config, &entropy));
        let declared = &config.policy.document().origins.declared;
        let origins = if declared.is_empty() { config.origins } else { declared.clone() };
        Self {
            policy: config.policy,
            rp_id: config.rp_id,
            origins,
            trust_anchors,
            clock: config.clock,
            decoy_key: entropy.bytes(),
            entropy,
            admin_token: config.admin_token,
            pusher: Pusher::default(),
            state,
        }
    }

    /// The memory. Nobody panics while holding it half changed, so a poisoned lock is as good as any.
    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The browser behind a cookie.
    pub(crate) fn visit(&self, cookie: Option<&str>) -> Visitor {
        self.state().sessions.visit(cookie, &self.entropy)
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub(crate) fn rules(&self, account: &Account) -> Rules {
        self.policy.rules(&account.groups)
    }

    /// Whether a policy looks at backup state, so that backup eligibility may not change (WebAuthn L3 §7.2 step 19).
    pub(crate) fn backup_state_is_policy(&self, rules: &Rules) -> bool {
        !rules.sync_allowed || self.policy.document().backup_state_monitor.on_change != OnBackupStateChange::Ignore
    }

    /// The origins that pass for client data that claims `claimed`.
    pub(crate) fn accepted_origins(&self, claimed: Option<String>) -> Vec<String> {
        let mut origins = self.origins.clone();
        let passes = |origin: &String| match self.policy.document().origins.check {
            OriginCheck::Declared => false,
            OriginCheck::WithinRpId => lies_within(origin, &self.rp_id),
            OriginCheck::None => true,
        };
        origins.extend(claimed.filter(passes));
        origins
    }

    /// Who is signed in and may do more than register a credential.
    pub(crate) fn signed_in(&self, state: &State, cookie: Option<&str>) -> Result<Login, Denied> {
        let login = state.sessions.login(cookie, self.now()).ok_or_else(not_signed_in)?;
        match login.scope {
            Scope::Full => Ok(login.clone()),
            Scope::RegisterPasskey => Err(Denied::new(
                403,
                ReasonClass::EnrolmentRequired,
                "enrolment_required",
                "this session may do nothing but register a credential",
            )),
        }
    }
}

/// Nobody is signed in.
pub(crate) fn not_signed_in() -> Denied {
    Denied::new(401, ReasonClass::Session, "not_signed_in", "nobody is signed in")
}

/// An account that an administrator named and nobody knows.
pub(crate) fn no_such_account(username: &str) -> Denied {
    Denied::new(404, ReasonClass::UserUnknown, "user_unknown", format!("there is no account {username:?}"))
}

/// An account that is disabled.
pub(crate) fn user_disabled() -> Denied {
    Denied::new(403, ReasonClass::UserDisabled, "user_disabled", "the account is disabled")
}

fn lies_within(origin: &str, rp_id: &str) -> bool {
    let Ok(url) = url::Url::parse(origin) else { return false };
    let host = url.host_str().unwrap_or_default();
    let below = host.strip_suffix(rp_id).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
    url.scheme() == "https" && below && url.origin().ascii_serialization() == origin
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_lies_within_the_rp_id_or_it_does_not() {
        for origin in ["https://corp.example.com", "https://a.b.corp.example.com", "https://corp.example.com:8443"] {
            assert!(lies_within(origin, "corp.example.com"), "{origin}");
        }
        for origin in [
            "https://example.com",
            "https://evil-corp.example.com",
            "http://corp.example.com",
            "https://corp.example.com.evil.example",
            "https://corp.example.com/",
            "https://CORP.example.com",
            "null",
            "",
        ] {
            assert!(!lies_within(origin, "corp.example.com"), "{origin}");
        }
    }
}
