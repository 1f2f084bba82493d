//! The keys of a policy file that no guide has: what a relying party has to decide and the guides leave open.
//!
//! Their defaults are those of a plain rollout.

use std::borrow::Cow;

use keyrig_ctap::cose::Algorithm;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, de};

use super::span::Span;

/// A tier and the groups that make it up.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Tier {
    /// The number; 0 is the most privileged.
    pub tier: u8,
    /// The groups.
    pub groups: Vec<String>,
}

/// What the options of a registration ask for.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RegistrationOptions {
    /// The group.
    pub target: String,
    /// `authenticatorSelection.residentKey`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resident_key: Option<Requirement>,
    /// `authenticatorSelection.userVerification`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_verification: Option<Requirement>,
    /// `authenticatorSelection.authenticatorAttachment`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authenticator_attachment: Option<Attachment>,
    /// `attestation`; where a rule requires an attestation it is `direct` whatever stands here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attestation: Option<Conveyance>,
    /// The COSE algorithms of `pubKeyCredParams`, the preferred one first.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "at_least_one")]
    #[schemars(with = "Option<Vec<i64>>", length(min = 1))]
    pub algorithms: Option<Vec<Algorithm>>,
    /// `hints`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hints: Vec<Hint>,
}

/// A client that is offered none takes its own (WebAuthn L3 §5.1.3), and then each is refused.
fn at_least_one<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Vec<Algorithm>>, D::Error> {
    match Option::<Vec<Algorithm>>::deserialize(deserializer)? {
        Some(list) if list.is_empty() => Err(de::Error::custom("options offer at least one algorithm")),
        list => Ok(list),
    }
}

/// How much something is wanted (WebAuthn L3 §5.4.6, §5.8.6). Later values are stricter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Requirement {
    /// Rather not.
    Discouraged,
    /// If possible.
    Preferred,
    /// Or else nothing.
    Required,
}

/// Where the authenticator sits (WebAuthn L3 §5.4.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Attachment {
    /// It is part of the client's device.
    Platform,
    /// It roams.
    CrossPlatform,
}

/// Which attestation is wanted (WebAuthn L3 §5.4.7). Later values are stricter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Conveyance {
    /// None.
    None,
    /// The client may make it anonymous.
    Indirect,
    /// As the authenticator made it.
    Direct,
    /// One that may identify the very device.
    Enterprise,
}

/// What kind of authenticator the page expects (WebAuthn L3 §5.8.7).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Hint {
    /// A key that roams.
    SecurityKey,
    /// The client's own device.
    ClientDevice,
    /// A phone.
    Hybrid,
}

/// Whose pages may run a ceremony.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Origins {
    /// How the origin in the client data is checked.
    pub check: OriginCheck,
    /// The origins, instead of those that the relying party was started with.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub declared: Vec<String>,
}

/// How the origin in the client data is checked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OriginCheck {
    /// It is one of those declared, character by character.
    #[default]
    Declared,
    /// It is https, and its host is the RP ID or lies below it.
    WithinRpId,
    /// Not at all: what a relying party does that forgets the step.
    None,
}

/// How `allowed_transports` is compared with the transports that the client reported at registration.
///
/// They are reported by the client, unsigned, and mean "believed to support". None reported means unknown and passes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TransportSemantics {
    /// Every reported transport is allowed.
    #[default]
    Subset,
    /// At least one reported transport is allowed.
    Intersects,
    /// They are not compared.
    Ignore,
}

/// What a signature counter that does not grow means.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SignCountRule {
    /// The ceremony is refused.
    Refuse,
    /// It is written to the audit log.
    #[default]
    Record,
    /// Nothing.
    Ignore,
}

/// In which order the members of an attestation object stand, which nobody signs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum MemberOrder {
    /// In that of CTAP2's canonical CBOR, as clients have to write them; another is refused, as WebAuthn L3 §2.4 says
    /// that decoders should.
    #[default]
    Canonical,
    /// In any, as many relying parties let them.
    Any,
}

/// What happens when a credential's backup state changes.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct BackupStateMonitor {
    /// What happens.
    pub on_change: OnBackupStateChange,
    /// The tiers that have to step up; for the others a change is only written to the audit log.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub step_up_tiers: Vec<u8>,
}

/// What happens when a credential's backup state changes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OnBackupStateChange {
    /// The new state is stored and nobody is told.
    #[default]
    Ignore,
    /// The change is written to the audit log and stored.
    Audit,
    /// The change is written to the audit log, and the tiers named get a session and the new state stored only after
    /// an assertion by another credential of theirs whose state has not changed, or an administrator's approval.
    StepUp,
}

/// Who may add a credential to an account.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Enrolment {
    /// Who may add one to an account that has some.
    pub additional_credentials: AdditionalCredentials,
}

/// Who may add a credential to an account that has some.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AdditionalCredentials {
    /// Its owner, signed in or in a recovery.
    #[default]
    SignedIn,
    /// Anybody who knows its name.
    Anybody,
}

/// Access passes: codes that a help desk hands out, good for one registration.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct AccessPass {
    /// Whether there are any.
    pub enabled: bool,
    /// How long a pass is good for.
    pub lifetime: Span,
    /// Tiers whose passes need a proof of the recovery workflow first: a quorum of approvals or an identity proof.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub proof_required_for_tiers: Vec<u8>,
}

impl Default for AccessPass {
    fn default() -> Self {
        Self { enabled: true, lifetime: Span::minutes(30), proof_required_for_tiers: Vec::new() }
    }
}

/// Sessions and challenges.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct SessionRules {
    /// How long a session lasts.
    pub lifetime: Span,
    /// How long a session lasts that may only register a credential.
    pub enrolment_lifetime: Span,
    /// How long a challenge is good for.
    pub challenge_lifetime: Span,
}

impl Default for SessionRules {
    fn default() -> Self {
        Self { lifetime: Span::hours(12), enrolment_lifetime: Span::minutes(15), challenge_lifetime: Span::minutes(5) }
    }
}

/// What a recovery does beyond the workflow.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RecoveryRules {
    /// Whether the fresh credential replaces all others.
    pub revoke_old_credentials: bool,
    /// How long a one-time code is good for.
    pub code_lifetime: Span,
    /// Wrong codes or passes in a row before a name is locked.
    pub wrong_guesses: u32,
    /// How long it stays locked.
    pub lockout: Span,
}

impl Default for RecoveryRules {
    fn default() -> Self {
        Self {
            revoke_old_credentials: false,
            code_lifetime: Span::minutes(10),
            wrong_guesses: 5,
            lockout: Span::minutes(15),
        }
    }
}

/// How soon relying parties downstream learn of a change.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Rotation {
    /// The time between a change and its push; 0 is before the change is answered.
    pub push_after: Span,
}

impl Default for Rotation {
    fn default() -> Self {
        Self { push_after: Span::hours(24) }
    }
}

impl JsonSchema for Span {
    fn schema_name() -> Cow<'static, str> {
        "Span".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A number with its unit (s, m, h, d), or 0.",
            "type": ["string", "integer"],
            "pattern": "^([0-9]+[smhd]|0)$",
            "minimum": 0,
            "maximum": 0,
        })
    }
}
