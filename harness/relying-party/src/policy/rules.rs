//! What a policy says about one user: every rule of every group, the strictest first.

use std::collections::BTreeSet;

use keyrig_ctap::Aaguid;
use keyrig_ctap::cose::Algorithm;

use super::{
    Attachment, Conveyance, CredentialType, Document, Hint, Policy, RecoveryProof, RecoveryStep, Requirement, Span,
    TransportSemantics,
};

/// What a policy says about one user.
#[derive(Clone, Debug)]
pub struct Rules {
    /// The tier; 0 is the most privileged.
    pub tier: u8,
    /// The models allowed; `None` for all.
    pub allowed: Option<BTreeSet<Aaguid>>,
    /// The models refused, also where they are allowed.
    pub blocked: BTreeSet<Aaguid>,
    /// The kinds of credentials allowed; `None` for all.
    pub credential_types: Option<BTreeSet<CredentialType>>,
    /// Whether credentials that are eligible for backup are allowed.
    pub sync_allowed: bool,
    /// Whether a registration needs an attestation that leads to a trust anchor.
    pub attestation_required: bool,
    /// User verification, if the policy has a word on it; `required` is enforced.
    pub user_verification: Option<Requirement>,
    /// The transports allowed; `None` for all.
    pub transports: Option<Vec<String>>,
    /// How they are compared.
    pub transport_semantics: TransportSemantics,
    /// How many credentials the user should hold.
    pub minimum_credentials: u32,
    /// `residentKey` in the options, if the policy has a word on it.
    pub resident_key: Option<Requirement>,
    /// `authenticatorAttachment` in the options, if the policy has a word on it.
    pub attachment: Option<Attachment>,
    /// `attestation` in the options, if the policy has a word on it.
    pub conveyance: Option<Conveyance>,
    /// What the options offer, the preferred one first.
    pub algorithms: Vec<Algorithm>,
    /// What the options hint at.
    pub hints: Vec<Hint>,
}

/// What a policy says about recoveries.
#[derive(Clone, Debug, Default)]
pub struct Recovery<'a> {
    /// The proofs, any one of which is enough.
    pub proofs: Vec<&'a RecoveryProof>,
    /// No tier-0 action for this long.
    pub cooldown: Option<Span>,
    /// The event's name in the audit log.
    pub audit_name: Option<&'a str>,
    /// How many days that event is kept at least.
    pub retain_days: Option<u32>,
}

/// The tier of somebody in no group that makes one up.
const WORKFORCE: u8 = 2;

impl Policy {
    /// What the policy says about a member of these groups.
    pub fn rules(&self, groups: &[String]) -> Rules {
        let document = self.document();
        let mut rules = Rules::of_tier(document.tier_of(groups), document.transport_semantics);
        for group in groups {
            rules.add_group(document, group);
        }
        if let Some(algorithms) = document.algorithms_of(groups) {
            rules.algorithms = algorithms;
        }
        if rules.attestation_required {
            rules.conveyance = rules.conveyance.max(Some(Conveyance::Direct));
        }
        rules
    }

    /// The user verification that holds for everybody the policy has a word on: what the options ask for while nobody
    /// has said who they are.
    pub fn user_verification_of_strangers(&self) -> Option<Requirement> {
        let groups: BTreeSet<&str> = self.document().groups().collect();
        groups.into_iter().map(|group| self.rules(&[group.to_owned()]).user_verification).min().flatten()
    }

    /// What the policy says about recoveries.
    pub fn recovery(&self) -> Recovery<'_> {
        let mut recovery = Recovery::default();
        for step in self.document().recovery_workflow.iter().flat_map(|workflow| &workflow.steps) {
            match step {
                RecoveryStep::RequireAtLeastOne(proofs) => recovery.proofs.extend(proofs),
                RecoveryStep::OnComplete(then) => recovery.cooldown = then.set_attribute.map(|cooldown| cooldown.0),
                RecoveryStep::Audit(audit) => {
                    recovery.audit_name = Some(&audit.log);
                    recovery.retain_days = Some(audit.retain_days);
                }
            }
        }
        recovery
    }
}

impl Document {
    fn tier_of(&self, groups: &[String]) -> u8 {
        let listed = self.tiers.iter().filter(|tier| tier.groups.iter().any(|group| groups.contains(group)));
        let tier = match self.tiers.is_empty() {
            false => listed.map(|tier| tier.tier).min(),
            true => groups.iter().filter_map(|group| tier_in_name(group)).min(),
        };
        tier.unwrap_or(WORKFORCE)
    }

    /// The algorithms that every group offers which has a word on them, in the order of the first.
    fn algorithms_of(&self, groups: &[String]) -> Option<Vec<Algorithm>> {
        let rules =
            groups.iter().flat_map(|group| self.registration_options.iter().filter(move |r| r.target == *group));
        let mut lists = rules.filter_map(|rule| rule.algorithms.as_ref());
        let mut offered = lists.next()?.clone();
        lists.for_each(|list| offered.retain(|algorithm| list.contains(algorithm)));
        Some(offered)
    }

    /// Groups for which a rule about user verification can be written.
    fn groups(&self) -> impl Iterator<Item = &str> {
        let fido2 = self.fido2_policies.iter().map(|rule| rule.target.as_str());
        fido2.chain(self.registration_options.iter().map(|rule| rule.target.as_str()))
    }
}

fn tier_in_name(group: &str) -> Option<u8> {
    let rest = group.strip_prefix("tier-")?;
    rest.split_once('-').map_or(rest, |(number, _)| number).parse().ok()
}

impl Rules {
    fn of_tier(tier: u8, transport_semantics: TransportSemantics) -> Self {
        Self {
            tier,
            allowed: None,
            blocked: BTreeSet::new(),
            credential_types: None,
            sync_allowed: true,
            attestation_required: false,
            user_verification: None,
            transports: None,
            transport_semantics,
            minimum_credentials: 0,
            resident_key: None,
            attachment: None,
            conveyance: None,
            algorithms: vec![Algorithm::ES256, Algorithm::EDDSA, Algorithm::RS256],
            hints: Vec::new(),
        }
    }

    fn add_group(&mut self, document: &Document, group: &str) {
        if let Some(rule) = document.passkey_policy.get(group) {
            narrow(&mut self.credential_types, rule.allowed_credential_types.iter().copied().collect());
            self.minimum_credentials = self.minimum_credentials.max(rule.minimum_credentials);
            self.attestation_required |= rule.attestation_required;
            self.sync_allowed &= rule.sync_allowed;
            if let Some(names) = &rule.approved_authenticators {
                narrow(&mut self.allowed, names.iter().flat_map(|name| document.models_named(&name.value)).collect());
            }
        }
        for rule in document.fido2_policies.iter().filter(|rule| rule.target == group) {
            self.attestation_required |= rule.enforce_attestation;
            self.blocked.extend(&rule.aaguid_blocklist);
            if let Some(list) = &rule.aaguid_allowlist {
                narrow(&mut self.allowed, list.iter().copied().collect());
            }
            if rule.require_user_verification {
                self.user_verification = Some(Requirement::Required);
            }
        }
        for rule in document.authentication_methods.iter().filter(|rule| rule.target == group) {
            match &mut self.transports {
                None => self.transports = Some(rule.allowed_transports.clone()),
                Some(transports) => transports.retain(|transport| rule.allowed_transports.contains(transport)),
            }
        }
        self.add_options(document, group);
    }

    fn add_options(&mut self, document: &Document, group: &str) {
        for options in document.registration_options.iter().filter(|options| options.target == group) {
            self.resident_key = options.resident_key.max(self.resident_key);
            self.user_verification = options.user_verification.max(self.user_verification);
            self.attachment = options.authenticator_attachment.or(self.attachment);
            self.conveyance = options.attestation.max(self.conveyance);
            self.hints.extend(&options.hints);
        }
    }
}

fn narrow<T: Ord>(all: &mut Option<BTreeSet<T>>, to: BTreeSet<T>) {
    match all {
        None => *all = Some(to),
        Some(all) => all.retain(|item| to.contains(item)),
    }
}
