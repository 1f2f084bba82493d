//! The one step after the numbered ones: everything a policy has against a credential, all at once.

use keyrig_ctap::{Aaguid, ReasonClass};

use super::{CredentialType, Requirement, Rules, TransportSemantics};
use crate::Refusal;
use crate::verify::AttestationKind;

/// What is known about a credential when a policy judges it.
#[derive(Clone, Debug)]
pub struct Evidence {
    /// The authenticator's type, as it claims.
    pub aaguid: Aaguid,
    /// Whether it is eligible for backup.
    pub backup_eligible: bool,
    /// What its attestation was worth when it was registered.
    pub attestation: AttestationKind,
    /// Whether that attestation covers the AAGUID; a FIDO U2F statement does not.
    pub aaguid_attested: bool,
    /// Whether its user was verified in this ceremony.
    pub user_verified: bool,
    /// The transports the client reported when it was registered; empty where it reported none.
    pub transports: Vec<String>,
    /// The attachment the client reported when it was registered.
    pub attachment: Option<String>,
}

impl Evidence {
    /// What carries the credential. Only backup eligibility is signed; the rest is the client's word.
    pub fn credential_type(&self) -> CredentialType {
        let internal = self.transports.iter().any(|transport| transport == "internal");
        if self.backup_eligible {
            CredentialType::SyncedPasskey
        } else if internal || self.attachment.as_deref() == Some("platform") {
            CredentialType::PlatformAuthenticator
        } else {
            CredentialType::SecurityKey
        }
    }
}

/// Puts refusals into the order in which the first one is the reason: what the authenticator is, whether its credential
/// can leave it, what vouches for it, who used it, how it was reached.
pub fn in_order(mut refusals: Vec<Refusal>) -> Vec<Refusal> {
    const ORDER: [ReasonClass; 7] = [
        ReasonClass::AaguidBlocked,
        ReasonClass::AaguidNotAllowed,
        ReasonClass::BackupEligible,
        ReasonClass::AttestationMissing,
        ReasonClass::AttestationUntrusted,
        ReasonClass::UserNotVerified,
        ReasonClass::Transport,
    ];
    refusals.sort_by_key(|refusal| ORDER.iter().position(|class| *class == refusal.class).unwrap_or(ORDER.len()));
    refusals
}

impl Rules {
    /// Every refusal of a registration, the reason first.
    pub fn judge_registration(&self, evidence: &Evidence) -> Vec<Refusal> {
        in_order(self.against_credential(evidence).into_iter().chain(self.against_ceremony(evidence)).collect())
    }

    /// Every refusal of an authentication, the reason first; `enforce_all` holds the rules of registration too.
    pub fn judge_authentication(&self, evidence: &Evidence, enforce_all: bool) -> Vec<Refusal> {
        match enforce_all {
            true => self.judge_registration(evidence),
            false => self.against_ceremony(evidence).into_iter().collect(),
        }
    }

    fn against_ceremony(&self, evidence: &Evidence) -> Option<Refusal> {
        (self.user_verification == Some(Requirement::Required) && !evidence.user_verified).then(|| {
            self.refusal(
                ReasonClass::UserNotVerified,
                "user_verification_required",
                "the user was not verified",
                "require_user_verification",
            )
        })
    }

    fn against_credential(&self, evidence: &Evidence) -> Vec<Refusal> {
        let checks = [Self::against_model, Self::against_kind, Self::against_attestation, Self::against_transports];
        checks.iter().filter_map(|check| check(self, evidence)).collect()
    }

    fn against_model(&self, evidence: &Evidence) -> Option<Refusal> {
        let aaguid = evidence.aaguid;
        if self.blocked.contains(&aaguid) {
            return Some(self.refusal(
                ReasonClass::AaguidBlocked,
                "aaguid_not_permitted",
                &format!("the administrator does not permit authenticators of type {aaguid}"),
                "aaguid_blocklist",
            ));
        }
        let allowed = self.allowed.as_ref().is_none_or(|allowed| allowed.contains(&aaguid));
        (!allowed).then(|| {
            self.refusal(
                ReasonClass::AaguidNotAllowed,
                "aaguid_not_allowed",
                &format!("authenticators of type {aaguid} are not on the list"),
                "aaguid_allowlist",
            )
        })
    }

    fn against_kind(&self, evidence: &Evidence) -> Option<Refusal> {
        let kind = evidence.credential_type();
        let allowed = self.credential_types.as_ref().is_none_or(|allowed| allowed.contains(&kind));
        if kind == CredentialType::SyncedPasskey {
            return (!allowed || !self.sync_allowed).then(|| {
                self.refusal(
                    ReasonClass::BackupEligible,
                    "backup_eligible_not_allowed",
                    "the credential can leave its device",
                    "sync_allowed",
                )
            });
        }
        let reason = match kind {
            CredentialType::PlatformAuthenticator => "platform_authenticator_not_allowed",
            _ => "security_key_not_allowed",
        };
        (!allowed).then(|| {
            self.refusal(
                ReasonClass::Transport,
                reason,
                "the client says that the authenticator is of a kind that is not allowed",
                "allowed_credential_types",
            )
        })
    }

    fn against_attestation(&self, evidence: &Evidence) -> Option<Refusal> {
        let (class, reason, message) = match evidence.attestation {
            _ if !self.attestation_required => return None,
            AttestationKind::Basic { trusted: true } if evidence.aaguid_attested || !self.chooses_models() => {
                return None;
            }
            AttestationKind::Basic { trusted: true } => (
                ReasonClass::AttestationUntrusted,
                "attestation_untrusted",
                "the attestation does not cover the type of the authenticator",
            ),
            AttestationKind::None => {
                (ReasonClass::AttestationMissing, "attestation_required", "nothing vouches for the authenticator")
            }
            AttestationKind::SelfAttested => (
                ReasonClass::AttestationUntrusted,
                "attestation_untrusted",
                "nobody but the credential key itself vouches for the authenticator",
            ),
            AttestationKind::Basic { trusted: false } => {
                (ReasonClass::AttestationUntrusted, "attestation_untrusted", "the attestation leads to no trust anchor")
            }
        };
        Some(self.refusal(class, reason, message, "enforce_attestation"))
    }

    fn chooses_models(&self) -> bool {
        self.allowed.is_some() || !self.blocked.is_empty()
    }

    fn against_transports(&self, evidence: &Evidence) -> Option<Refusal> {
        let allowed = self.transports.as_ref()?;
        let reported = &evidence.transports;
        let passes = reported.is_empty()
            || match self.transport_semantics {
                TransportSemantics::Subset => reported.iter().all(|transport| allowed.contains(transport)),
                TransportSemantics::Intersects => reported.iter().any(|transport| allowed.contains(transport)),
                TransportSemantics::Ignore => true,
            };
        (!passes).then(|| {
            let message = format!("the client reports {}, allowed are {}", reported.join(", "), allowed.join(", "));
            self.refusal(ReasonClass::Transport, "transport_not_allowed", &message, "allowed_transports")
        })
    }

    fn refusal(&self, class: ReasonClass, reason: &str, message: &str, key: &str) -> Refusal {
        Refusal::new(
            class,
            format!("{reason}_for_tier_{}", self.tier),
            message.to_owned(),
            format_args!("policy of tier {}: {key}", self.tier),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::Policy;

    const YUBIKEY: &str = "2fc0579f-8113-47ea-b116-bb5a8db9202a";
    const BLOCKED: &str = "adce0002-35bc-c60a-648b-0b25f1f05503";

    type Spoil = fn(&mut Evidence);

    fn good() -> Evidence {
        Evidence {
            aaguid: YUBIKEY.parse().unwrap(),
            backup_eligible: false,
            attestation: AttestationKind::Basic { trusted: true },
            aaguid_attested: true,
            user_verified: true,
            transports: vec!["usb".into(), "nfc".into()],
            attachment: Some("cross-platform".into()),
        }
    }

    fn reasons(evidence: &Evidence) -> Vec<String> {
        let rules = Policy::builtin("hardened").unwrap().rules(&["tier-0-admins".into()]);
        rules.judge_registration(evidence).into_iter().map(|refusal| refusal.reason).collect()
    }

    #[test]
    fn each_defect_has_its_reason_and_the_honest_key_passes() {
        assert_eq!(reasons(&good()), [""; 0]);
        let defects: [(&str, Spoil); 10] = [
            ("aaguid_not_permitted_for_tier_0", |e| e.aaguid = BLOCKED.parse().unwrap()),
            ("aaguid_not_allowed_for_tier_0", |e| e.aaguid = Aaguid::ZERO),
            ("backup_eligible_not_allowed_for_tier_0", |e| e.backup_eligible = true),
            ("attestation_required_for_tier_0", |e| e.attestation = AttestationKind::None),
            ("attestation_untrusted_for_tier_0", |e| e.attestation = AttestationKind::SelfAttested),
            ("attestation_untrusted_for_tier_0", |e| e.attestation = AttestationKind::Basic { trusted: false }),
            ("attestation_untrusted_for_tier_0", |e| e.aaguid_attested = false),
            ("user_verification_required_for_tier_0", |e| e.user_verified = false),
            ("transport_not_allowed_for_tier_0", |e| e.transports = vec!["usb".into(), "hybrid".into()]),
            ("platform_authenticator_not_allowed_for_tier_0", |e| e.attachment = Some("platform".into())),
        ];
        for (reason, spoil) in defects {
            let mut evidence = good();
            spoil(&mut evidence);
            assert_eq!(reasons(&evidence), [reason]);
        }
    }

    #[test]
    fn several_defects_come_in_order() {
        let all = Evidence {
            aaguid: BLOCKED.parse().unwrap(),
            backup_eligible: true,
            attestation: AttestationKind::None,
            aaguid_attested: false,
            user_verified: false,
            transports: vec!["hybrid".into()],
            attachment: None,
        };
        assert_eq!(
            reasons(&all),
            [
                "aaguid_not_permitted_for_tier_0",
                "backup_eligible_not_allowed_for_tier_0",
                "attestation_required_for_tier_0",
                "user_verification_required_for_tier_0",
                "transport_not_allowed_for_tier_0",
            ]
        );
    }

    #[test]
    fn unknown_transports_pass() {
        assert_eq!(reasons(&Evidence { transports: Vec::new(), ..good() }), [""; 0]);
    }
}
