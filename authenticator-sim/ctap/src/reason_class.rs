//! Reason classes: why a relying party refused, in one vocabulary for all of them.
//!
//! Each target maps its own words to these; what matches none is a generic refusal. The built-in relying party's
//! `reason` may say more (it may name the tier); its class is one of these.

use core::fmt;
use core::str::FromStr;

/// Why a relying party refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ReasonClass {
    /// The policy forbids the authenticator's type.
    AaguidBlocked,
    /// The authenticator's type is not on the list of those allowed.
    AaguidNotAllowed,
    /// The credential's algorithm was not among those offered.
    AlgorithmNotOffered,
    /// Too few people approved, or not the right ones.
    ApprovalMissing,
    /// The certificate's AAGUID is not the one in the authenticator data.
    AttestationAaguidMismatch,
    /// The attestation certificate breaks a rule of its format.
    AttestationCertificate,
    /// The attestation format is not supported.
    AttestationFormat,
    /// The attestation statement lacks something or has something it may not.
    AttestationMalformed,
    /// The policy wants an attestation and there is none.
    AttestationMissing,
    /// The attestation signature does not verify.
    AttestationSignature,
    /// The attestation leads to no trust anchor.
    AttestationUntrusted,
    /// Backup eligibility is not what it was at registration.
    BackupEligibilityChanged,
    /// The policy forbids credentials that can leave their device.
    BackupEligible,
    /// The backup state is not what it was.
    BackupStateChanged,
    /// Backed up, yet not eligible for backup.
    BackupStateImpossible,
    /// The challenge is not the one of this session, was used, or is too old.
    Challenge,
    /// The client data is not what the text asks for.
    ClientData,
    /// The credential is too young for this action after a recovery.
    Cooldown,
    /// The credential id is registered already.
    CredentialExists,
    /// The credential id is longer than 1,023 bytes.
    CredentialIdLength,
    /// The credential is not among those the options allow.
    CredentialNotAllowed,
    /// The credential was revoked.
    CredentialRevoked,
    /// Nobody has registered this credential.
    CredentialUnknown,
    /// The ceremony ran in a frame of another origin.
    CrossOrigin,
    /// The session may do nothing but register a credential.
    EnrolmentRequired,
    /// An extension output is not what was asked for.
    Extension,
    /// The credential public key is of no use.
    Key,
    /// The request or a part of it cannot be read.
    Malformed,
    /// The origin is not one of the relying party's.
    Origin,
    /// The access pass is wrong, used or too old.
    Pass,
    /// The proof offered is too weak for a recovery.
    Recovery,
    /// The authenticator data is for another relying party.
    RpId,
    /// There is no session, or it may not do this.
    Session,
    /// The signature counter did not grow.
    SignCount,
    /// The assertion signature does not verify.
    Signature,
    /// A stronger proof is needed first.
    StepUp,
    /// The policy does not allow the transport.
    Transport,
    /// The client data is of the other ceremony, or of none.
    Type,
    /// The account is disabled.
    UserDisabled,
    /// The user handle is not the credential owner's.
    UserHandle,
    /// The user-present bit is not set.
    UserNotPresent,
    /// The user-verified bit is not set and should be.
    UserNotVerified,
    /// There is no such account.
    UserUnknown,
}

impl ReasonClass {
    /// Every class, sorted by name.
    pub const ALL: &'static [Self] = &[
        Self::AaguidBlocked,
        Self::AaguidNotAllowed,
        Self::AlgorithmNotOffered,
        Self::ApprovalMissing,
        Self::AttestationAaguidMismatch,
        Self::AttestationCertificate,
        Self::AttestationFormat,
        Self::AttestationMalformed,
        Self::AttestationMissing,
        Self::AttestationSignature,
        Self::AttestationUntrusted,
        Self::BackupEligibilityChanged,
        Self::BackupEligible,
        Self::BackupStateChanged,
        Self::BackupStateImpossible,
        Self::Challenge,
        Self::ClientData,
        Self::Cooldown,
        Self::CredentialExists,
        Self::CredentialIdLength,
        Self::CredentialNotAllowed,
        Self::CredentialRevoked,
        Self::CredentialUnknown,
        Self::CrossOrigin,
        Self::EnrolmentRequired,
        Self::Extension,
        Self::Key,
        Self::Malformed,
        Self::Origin,
        Self::Pass,
        Self::Recovery,
        Self::RpId,
        Self::Session,
        Self::SignCount,
        Self::Signature,
        Self::StepUp,
        Self::Transport,
        Self::Type,
        Self::UserDisabled,
        Self::UserHandle,
        Self::UserNotPresent,
        Self::UserNotVerified,
        Self::UserUnknown,
    ];

    /// The name in files and reports, in kebab-case.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AaguidBlocked => "aaguid-blocked",
            Self::AaguidNotAllowed => "aaguid-not-allowed",
            Self::AlgorithmNotOffered => "algorithm-not-offered",
            Self::ApprovalMissing => "approval-missing",
            Self::AttestationAaguidMismatch => "attestation-aaguid-mismatch",
            Self::AttestationCertificate => "attestation-certificate",
            Self::AttestationFormat => "attestation-format",
            Self::AttestationMalformed => "attestation-malformed",
            Self::AttestationMissing => "attestation-missing",
            Self::AttestationSignature => "attestation-signature",
            Self::AttestationUntrusted => "attestation-untrusted",
            Self::BackupEligibilityChanged => "backup-eligibility-changed",
            Self::BackupEligible => "backup-eligible",
            Self::BackupStateChanged => "backup-state-changed",
            Self::BackupStateImpossible => "backup-state-impossible",
            Self::Challenge => "challenge",
            Self::ClientData => "client-data",
            Self::Cooldown => "cooldown",
            Self::CredentialExists => "credential-exists",
            Self::CredentialIdLength => "credential-id-length",
            Self::CredentialNotAllowed => "credential-not-allowed",
            Self::CredentialRevoked => "credential-revoked",
            Self::CredentialUnknown => "credential-unknown",
            Self::CrossOrigin => "cross-origin",
            Self::EnrolmentRequired => "enrolment-required",
            Self::Extension => "extension",
            Self::Key => "key",
            Self::Malformed => "malformed",
            Self::Origin => "origin",
            Self::Pass => "pass",
            Self::Recovery => "recovery",
            Self::RpId => "rp-id",
            Self::Session => "session",
            Self::SignCount => "sign-count",
            Self::Signature => "signature",
            Self::StepUp => "step-up",
            Self::Transport => "transport",
            Self::Type => "type",
            Self::UserDisabled => "user-disabled",
            Self::UserHandle => "user-handle",
            Self::UserNotPresent => "user-not-present",
            Self::UserNotVerified => "user-not-verified",
            Self::UserUnknown => "user-unknown",
        }
    }

    /// One sentence for people.
    pub const fn describe(self) -> &'static str {
        match self {
            Self::AaguidBlocked => "The policy forbids the authenticator's type.",
            Self::AaguidNotAllowed => "The authenticator's type is not on the list of those allowed.",
            Self::AlgorithmNotOffered => "The credential's algorithm was not among those offered.",
            Self::ApprovalMissing => "Too few people approved, or not the right ones.",
            Self::AttestationAaguidMismatch => "The certificate's AAGUID is not the one in the authenticator data.",
            Self::AttestationCertificate => "The attestation certificate breaks a rule of its format.",
            Self::AttestationFormat => "The attestation format is not supported.",
            Self::AttestationMalformed => "The attestation statement lacks something or has something it may not.",
            Self::AttestationMissing => "The policy wants an attestation and there is none.",
            Self::AttestationSignature => "The attestation signature does not verify.",
            Self::AttestationUntrusted => "The attestation leads to no trust anchor.",
            Self::BackupEligibilityChanged => "Backup eligibility is not what it was at registration.",
            Self::BackupEligible => "The policy forbids credentials that can leave their device.",
            Self::BackupStateChanged => "The backup state is not what it was.",
            Self::BackupStateImpossible => "Backed up, yet not eligible for backup.",
            Self::Challenge => "The challenge is not the one of this session, was used, or is too old.",
            Self::ClientData => "The client data is not what the text asks for.",
            Self::Cooldown => "The credential is too young for this action after a recovery.",
            Self::CredentialExists => "The credential id is registered already.",
            Self::CredentialIdLength => "The credential id is longer than 1,023 bytes.",
            Self::CredentialNotAllowed => "The credential is not among those the options allow.",
            Self::CredentialRevoked => "The credential was revoked.",
            Self::CredentialUnknown => "Nobody has registered this credential.",
            Self::CrossOrigin => "The ceremony ran in a frame of another origin.",
            Self::EnrolmentRequired => "The session may do nothing but register a credential.",
            Self::Extension => "An extension output is not what was asked for.",
            Self::Key => "The credential public key is of no use.",
            Self::Malformed => "The request or a part of it cannot be read.",
            Self::Origin => "The origin is not one of the relying party's.",
            Self::Pass => "The access pass is wrong, used or too old.",
            Self::Recovery => "The proof offered is too weak for a recovery.",
            Self::RpId => "The authenticator data is for another relying party.",
            Self::Session => "There is no session, or it may not do this.",
            Self::SignCount => "The signature counter did not grow.",
            Self::Signature => "The assertion signature does not verify.",
            Self::StepUp => "A stronger proof is needed first.",
            Self::Transport => "The policy does not allow the transport.",
            Self::Type => "The client data is of the other ceremony, or of none.",
            Self::UserDisabled => "The account is disabled.",
            Self::UserHandle => "The user handle is not the credential owner's.",
            Self::UserNotPresent => "The user-present bit is not set.",
            Self::UserNotVerified => "The user-verified bit is not set and should be.",
            Self::UserUnknown => "There is no such account.",
        }
    }
}

impl fmt::Display for ReasonClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The text names no reason class.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotAReasonClass;

impl fmt::Display for NotAReasonClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a reason class")
    }
}

impl core::error::Error for NotAReasonClass {}

impl FromStr for ReasonClass {
    type Err = NotAReasonClass;

    fn from_str(text: &str) -> Result<Self, NotAReasonClass> {
        Self::ALL.iter().copied().find(|class| class.as_str() == text).ok_or(NotAReasonClass)
    }
}

impl serde::Serialize for ReasonClass {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> serde::Deserialize<'de> for ReasonClass {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = alloc::string::String::deserialize(deserializer)?;
        text.parse().map_err(|_| serde::de::Error::custom(alloc::format!("{text} is not a reason class")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_and_reads_itself_back() {
        assert!(ReasonClass::ALL.is_sorted_by_key(|class| class.as_str()));
        for class in ReasonClass::ALL {
            assert_eq!(class.as_str().parse(), Ok(*class));
        }
    }
}
