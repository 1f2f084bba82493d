//! A policy file as it is written: the shape of the rollout guides first, then the keys that are ours.

use std::collections::BTreeMap;
use std::fmt;
use std::num::NonZeroU32;

use keyrig_ctap::Aaguid;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use serde_saphyr::Spanned;

use super::settings::{
    AccessPass, BackupStateMonitor, Enrolment, MemberOrder, Origins, RecoveryRules, RegistrationOptions, Rotation,
    SessionRules, SignCountRule, Tier, TransportSemantics,
};
use super::span::Span;

/// A policy: who may enrol and use which authenticator, how an account is recovered, and what else is watched.
///
/// Rules are written for groups. All rules of all groups of a user hold together, the strictest first: allow lists
/// intersect, block lists add up, and what one rule requires no other rule takes back.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(title = "keyrig policy")]
pub struct Document {
    /// What kinds of credentials each group may have.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub passkey_policy: BTreeMap<String, PasskeyPolicy>,
    /// Which authenticator models each group may use, and whether they have to prove what they are.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fido2_policies: Vec<Fido2Policy>,
    /// Over which transports each group may use its authenticators.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub authentication_methods: Vec<AuthenticationMethod>,
    /// How somebody who lost every authenticator comes back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recovery_workflow: Option<RecoveryWorkflow>,

    /// Which groups make up which tier; without it, a group named `tier-<n>` or `tier-<n>-…` is tier n.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tiers: Vec<Tier>,
    /// What the options of a registration ask for, by group.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub registration_options: Vec<RegistrationOptions>,
    /// AAGUIDs behind the names in `approved_authenticators`.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    #[schemars(with = "BTreeMap<String, Vec<String>>")]
    pub authenticator_models: BTreeMap<String, Vec<Aaguid>>,
    /// Whose pages may run a ceremony.
    pub origins: Origins,
    /// Whether the rules of registration hold at each authentication too, also for credentials that were enrolled
    /// under other rules.
    pub enforce_at_authentication: bool,
    /// How `allowed_transports` is compared with the transports that the client reported.
    pub transport_semantics: TransportSemantics,
    /// What a signature counter that does not grow means.
    pub sign_count: SignCountRule,
    /// Whether the members of an attestation object may stand in another order than the canonical one.
    pub attestation_object_order: MemberOrder,
    /// What happens when a credential's backup state changes.
    pub backup_state_monitor: BackupStateMonitor,
    /// Who may add a credential to an account.
    pub enrolment: Enrolment,
    /// Access passes that a help desk hands out.
    pub access_pass: AccessPass,
    /// Sessions.
    pub session: SessionRules,
    /// What a recovery does beyond `recovery_workflow`.
    pub recovery: RecoveryRules,
    /// How soon relying parties downstream learn of a change.
    pub rotation: Rotation,
}

/// What kinds of credentials a group may have.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PasskeyPolicy {
    /// The kinds.
    pub allowed_credential_types: Vec<CredentialType>,
    /// How many credentials each user should hold; fewer is reported, not refused.
    #[serde(default)]
    pub minimum_credentials: u32,
    /// Whether a registration needs an attestation that leads to a trust anchor.
    pub attestation_required: bool,
    /// Whether credentials that are eligible for backup are allowed.
    pub sync_allowed: bool,
    /// The only models allowed, by name: a key of `authenticator_models`, or how names in the AAGUID catalogue begin.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<Vec<String>>")]
    pub approved_authenticators: Option<Vec<Spanned<String>>>,
}

/// What carries a credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CredentialType {
    /// Eligible for backup, whatever holds it.
    SyncedPasskey,
    /// Bound to a computer or phone.
    PlatformAuthenticator,
    /// Bound to a key that roams.
    SecurityKey,
}

/// Which authenticator models a group may use.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Fido2Policy {
    /// The group.
    pub target: String,
    /// Whether a registration needs an attestation that leads to a trust anchor.
    pub enforce_attestation: bool,
    /// The only models allowed; absent, any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<Vec<String>>")]
    pub aaguid_allowlist: Option<Vec<Aaguid>>,
    /// Models refused, also where the allow list names them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(with = "Vec<String>")]
    pub aaguid_blocklist: Vec<Aaguid>,
    /// Whether every ceremony needs user verification.
    #[serde(default)]
    pub require_user_verification: bool,
}

/// Over which transports a group may use its authenticators.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AuthenticationMethod {
    /// The group.
    pub target: String,
    /// The transports, in WebAuthn's words.
    pub allowed_transports: Vec<String>,
    /// Whether the hybrid transport has to prove nearness. The client enforces that; no relying party can observe it.
    #[serde(default)]
    pub require_ble_proximity: bool,
}

/// How somebody who lost every authenticator comes back.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RecoveryWorkflow {
    /// The event that starts it.
    pub on_event: RecoveryEvent,
    /// The steps, in order, each at most once.
    #[serde(deserialize_with = "each_once")]
    pub steps: Vec<RecoveryStep>,
}

/// Two lists of proofs would have to hold together, and two of anything else would contradict each other.
fn each_once<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<RecoveryStep>, D::Error> {
    let steps = Vec::<RecoveryStep>::deserialize(deserializer)?;
    let kinds: Vec<&str> = steps.iter().map(RecoveryStep::as_str).collect();
    match kinds.iter().enumerate().find(|(at, kind)| kinds[..*at].contains(kind)) {
        Some((_, kind)) => Err(de::Error::custom(format!("the step `{kind}` stands twice"))),
        None => Ok(steps),
    }
}

/// The event that starts a recovery.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RecoveryEvent {
    /// Somebody asks for it.
    PasskeyResetRequested,
}

/// One step of a recovery.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RecoveryStep {
    /// Proofs, any one of which is enough.
    RequireAtLeastOne(Vec<RecoveryProof>),
    /// What a proof leads to.
    OnComplete(OnComplete),
    /// What is written down.
    Audit(AuditRule),
}

impl RecoveryStep {
    /// The step, as files write it.
    const fn as_str(&self) -> &'static str {
        match self {
            Self::RequireAtLeastOne(_) => "require_at_least_one",
            Self::OnComplete(_) => "on_complete",
            Self::Audit(_) => "audit",
        }
    }
}

/// A proof that somebody is who they say.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RecoveryProof {
    /// An assertion by a credential that is still at hand.
    AssertionFromFactor(Factor),
    /// Approval by other people.
    ApprovalQuorum(ApprovalQuorum),
    /// A call in which a face is compared with a badge.
    VideoIdProof(VideoIdProof),
    /// A code sent to a number or address on file: what a phisher or a SIM swapper also gets. Ours, for plain rollouts.
    OneTimeCode(CodeChannel),
}

/// A factor that proves a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Factor {
    /// A device-bound credential on a security key.
    HardwareSecurityKey,
}

/// Approval by other people.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ApprovalQuorum {
    /// How many different people, at least one.
    pub count: NonZeroU32,
    /// Where they come from, each from another one as far as the count allows; `user.manager` is the user's manager.
    pub from_groups: Vec<String>,
    /// How each approver proves who they are.
    pub method: ApprovalMethod,
}

/// How an approver proves who they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ApprovalMethod {
    /// A session, not older than five minutes, that began with a ceremony with user verification.
    WebauthnStepUp,
    /// The administrator's word.
    AdminRecord,
}

/// A call in which a face is compared with a badge.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct VideoIdProof {
    /// Who makes the call.
    pub provider: String,
    /// Whether the badge has to match.
    pub require_employee_badge_match: bool,
}

/// Where a one-time code goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CodeChannel {
    /// A text message.
    Sms,
    /// A mail.
    Email,
}

impl CodeChannel {
    /// The channel, as files write it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sms => "sms",
            Self::Email => "email",
        }
    }
}

impl ApprovalMethod {
    /// The method, as files write it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::WebauthnStepUp => "webauthn_step_up",
            Self::AdminRecord => "admin_record",
        }
    }
}

/// What a proof leads to.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OnComplete {
    /// A fresh credential has to be registered before anything else. This is no choice: it has to be `true`.
    #[serde(deserialize_with = "only_true")]
    #[schemars(extend("const" = true))]
    pub register_new_passkey: bool,
    /// `passkey_recovery_cooldown_until=now+<span>`: no tier-0 action before then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub set_attribute: Option<Cooldown>,
}

fn only_true<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    match bool::deserialize(deserializer)? {
        true => Ok(true),
        false => Err(de::Error::custom("a recovery that leads to no new credential is a way to sign in without one")),
    }
}

/// No tier-0 action for this long after a recovery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cooldown(pub Span);

impl Cooldown {
    const PREFIX: &str = "passkey_recovery_cooldown_until=now+";
}

impl fmt::Display for Cooldown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", Self::PREFIX, self.0)
    }
}

impl Serialize for Cooldown {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Cooldown {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let span = text.strip_prefix(Self::PREFIX).ok_or_else(|| {
            de::Error::custom(format!("the one attribute that can be set is {}<span>, not {text:?}", Self::PREFIX))
        })?;
        span.parse().map(Self).map_err(de::Error::custom)
    }
}

/// What is written down.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AuditRule {
    /// The event's name.
    pub log: String,
    /// How many days it is kept at least.
    pub retain_days: u32,
}
