//! Why the authenticator said no, and the one place where that becomes a status byte.

use keyrig_ctap::Status;
use keyrig_ctap::cbor::DecodeError;
use keyrig_ctap::seal::CannotVouch;

use crate::provider::ProviderError;

/// Why the authenticator said no.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reason {
    /// No offered algorithm is one of the profile's.
    AlgorithmUnsupported,
    /// `alwaysUv` cannot be switched off.
    AlwaysUvForGood,
    /// Another request waits for the user or the store.
    Busy,
    /// Built-in verification failed and a PIN could do instead.
    BuiltInFailedPinMayDo,
    /// Built-in verification failed and nothing else is there.
    BuiltInFailed,
    /// Built-in verification failed too often.
    BuiltInBlocked,
    /// Built-in verification failed while a token was asked for.
    BuiltInInvalid,
    /// Built-in verification is not set up, so no token comes of it.
    BuiltInNotConfigured,
    /// Built-in verification failed too often for a token to come of it.
    BuiltInTokenBlocked,
    /// The platform cancelled.
    Cancelled,
    /// The statement cannot be signed.
    CannotVouch(CannotVouch),
    /// The bytes are not the message they should be.
    Decode(DecodeError),
    /// The user said no.
    Declined,
    /// Enterprise attestation is asked for and not there.
    EnterpriseUnsupported,
    /// A finger's name is longer than getFingerprintSensorInfo says.
    FingerprintName,
    /// No room for another finger.
    FingerprintsFull,
    /// A fragment of the large-blob array is longer than a message can hold.
    FragmentTooLong,
    /// A fragment of the large-blob array is not the one that follows.
    FragmentOutOfOrder,
    /// `hmac-secret-mc` without `hmac-secret: true`.
    HmacSecretNotEnabled,
    /// `largeBlobKey` is not true, or the credential is not discoverable.
    LargeBlobKeyInput,
    /// The large-blob array's checksum is wrong.
    LargeBlobsNotIntact,
    /// The large-blob array is longer than getInfo says.
    LargeBlobStorageFull,
    /// There is no such kind of enterprise attestation.
    EnterpriseKind,
    /// A credential of the exclude list is here.
    Excluded,
    /// An extension's value is out of range.
    ExtensionValue,
    /// `hmac-secret` wants a touch and `up` is false.
    HmacSecretWithoutPresence,
    /// The salts of `hmac-secret` do not verify.
    HmacSecretSaltAuth,
    /// The key-agreement key or a ciphertext is of no use.
    KeyAgreement,
    /// No room for another discoverable credential.
    KeyStoreFull,
    /// The list is longer than getInfo says.
    ListTooLong,
    /// The message is longer than getInfo says.
    MessageTooLarge,
    /// There is no message, or more of it than the command takes.
    MessageLength,
    /// A mandatory member is not there.
    Missing,
    /// Nobody touched the authenticator during a ceremony.
    NobodyTouched,
    /// The user cannot be asked for a touch: the card was put on the reader too long ago.
    NobodyThere,
    /// No finger is enrolled, or none with that template id.
    NoFingerprint,
    /// No credential fits.
    NoCredentials,
    /// There is nothing to go on with.
    NothingToContinue,
    /// Parameters that this subcommand does not take, or an empty set of permissions.
    Parameter,
    /// The token lacks the permission.
    PermissionMissing,
    /// The authenticator has no such permission to give.
    PermissionUnsupported,
    /// The PIN is set already.
    PinAlreadySet,
    /// Too many wrong PINs in a row.
    PinAuthBlocked,
    /// The parameter does not verify.
    PinAuthInvalid,
    /// No retries are left.
    PinBlocked,
    /// The PIN has to be changed first (CTAP 2.0 subcommand).
    PinChangeForcedLegacy,
    /// The PIN has to be changed first.
    PinChangeForced,
    /// The PIN is wrong.
    PinInvalid,
    /// No PIN is set.
    PinNotSet,
    /// The PIN is too short, too long, or the same as before.
    PinPolicy,
    /// `pinUvAuthProtocol` is not there.
    ProtocolMissing,
    /// `pinUvAuthProtocol` names none of ours.
    ProtocolUnsupported,
    /// The provider failed.
    Provider(ProviderError),
    /// Too long after power-up.
    ResetTooLate,
    /// This transport is not one to reset by.
    ResetTransport,
    /// The `rk` option is not for this command or this product.
    RkUnsupported,
    /// The user selected this authenticator, which has a PIN.
    SelectedWithPin,
    /// The user selected this authenticator, which has no PIN.
    SelectedWithoutPin,
    /// The token is bound to another RP ID.
    TokenRpId,
    /// The token comes from no verification.
    TokenUnverified,
    /// The command is not known, or not part of the profile.
    UnknownCommand,
    /// The subcommand is not known, or not part of the profile.
    UnknownSubcommand,
    /// `up` is false where it may not be.
    UpFalse,
    /// The user did nothing.
    UserActionTimeout,
    /// The seal answered an assertion with an attestation, or the other way round.
    WrongSeal,
    /// `uv` is true and nothing is built in, or nothing is set up.
    UvUnavailable,
    /// Verification is needed, and the product has no PIN to do it by.
    VerificationImpossible,
    /// Verification is needed: a token, or `uv`.
    VerificationNeeded,
}

impl Reason {
    /// The status byte (CTAP 2.3 §8.2).
    pub(crate) const fn status(self) -> Status {
        match self {
            Self::AlgorithmUnsupported => Status::UNSUPPORTED_ALGORITHM,
            Self::Busy => Status::CHANNEL_BUSY,
            Self::BuiltInFailedPinMayDo | Self::VerificationNeeded => Status::PUAT_REQUIRED,
            Self::AlwaysUvForGood
            | Self::BuiltInFailed
            | Self::Declined
            | Self::NobodyTouched
            | Self::ResetTransport
            | Self::VerificationImpossible => Status::OPERATION_DENIED,
            Self::BuiltInBlocked | Self::PinBlocked => Status::PIN_BLOCKED,
            Self::BuiltInInvalid => Status::UV_INVALID,
            Self::BuiltInTokenBlocked => Status::UV_BLOCKED,
            Self::BuiltInNotConfigured | Self::NothingToContinue | Self::ResetTooLate => Status::NOT_ALLOWED,
            Self::Cancelled => Status::KEEPALIVE_CANCEL,
            Self::CannotVouch(_) | Self::Provider(_) | Self::WrongSeal => Status::OTHER,
            Self::Decode(error) => error.status(),
            Self::FingerprintsFull => Status::FP_DATABASE_FULL,
            Self::FragmentOutOfOrder => Status::INVALID_SEQ,
            Self::LargeBlobsNotIntact => Status::INTEGRITY_FAILURE,
            Self::LargeBlobStorageFull => Status::LARGE_BLOB_STORAGE_FULL,
            Self::Excluded => Status::CREDENTIAL_EXCLUDED,
            Self::EnterpriseUnsupported
            | Self::ExtensionValue
            | Self::KeyAgreement
            | Self::Parameter
            | Self::ProtocolUnsupported => Status::INVALID_PARAMETER,
            Self::HmacSecretWithoutPresence | Self::RkUnsupported => Status::UNSUPPORTED_OPTION,
            Self::HmacSecretSaltAuth
            | Self::PermissionMissing
            | Self::PinAlreadySet
            | Self::PinAuthInvalid
            | Self::TokenRpId
            | Self::TokenUnverified => Status::PIN_AUTH_INVALID,
            Self::KeyStoreFull => Status::KEY_STORE_FULL,
            Self::ListTooLong => Status::LIMIT_EXCEEDED,
            Self::MessageTooLarge => Status::REQUEST_TOO_LARGE,
            Self::FingerprintName | Self::FragmentTooLong | Self::MessageLength => Status::INVALID_LENGTH,
            Self::HmacSecretNotEnabled | Self::Missing | Self::ProtocolMissing => Status::MISSING_PARAMETER,
            Self::NobodyThere => Status::UP_REQUIRED,
            Self::NoCredentials => Status::NO_CREDENTIALS,
            Self::PermissionUnsupported => Status::UNAUTHORIZED_PERMISSION,
            Self::PinAuthBlocked => Status::PIN_AUTH_BLOCKED,
            Self::PinChangeForcedLegacy | Self::PinInvalid | Self::SelectedWithPin => Status::PIN_INVALID,
            Self::PinChangeForced | Self::PinPolicy => Status::PIN_POLICY_VIOLATION,
            Self::PinNotSet | Self::SelectedWithoutPin => Status::PIN_NOT_SET,
            Self::UnknownCommand => Status::INVALID_COMMAND,
            Self::UnknownSubcommand => Status::INVALID_SUBCOMMAND,
            Self::EnterpriseKind
            | Self::LargeBlobKeyInput
            | Self::NoFingerprint
            | Self::UpFalse
            | Self::UvUnavailable => Status::INVALID_OPTION,
            Self::UserActionTimeout => Status::USER_ACTION_TIMEOUT,
        }
    }
}

impl From<DecodeError> for Reason {
    fn from(error: DecodeError) -> Self {
        Self::Decode(error)
    }
}

impl From<CannotVouch> for Reason {
    fn from(why: CannotVouch) -> Self {
        Self::CannotVouch(why)
    }
}

impl From<ProviderError> for Reason {
    fn from(error: ProviderError) -> Self {
        Self::Provider(error)
    }
}
