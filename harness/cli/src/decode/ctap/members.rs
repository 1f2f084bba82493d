//! The tables of members (CTAP 2.3 §6).

use keyrig_ctap::Command;
use keyrig_ctap::message::client_pin::Subcommand;

use crate::decode::shape::Shape::{self, Aaguid, AuthData, Bits, CoseKey, Named, Plain, Utf8};
use crate::decode::shape::{Member, member};

const PERMISSIONS: Shape = Bits(&["mc", "ga", "cm", "be", "lbw", "acfg", "pcmr"]);
const UV_MODALITY: Shape = Bits(&[
    "presence-internal",
    "fingerprint-internal",
    "passcode-internal",
    "voiceprint-internal",
    "faceprint-internal",
    "location-internal",
    "eyeprint-internal",
    "pattern-internal",
    "handprint-internal",
    "none",
    "all",
    "passcode-external",
    "pattern-external",
]);

/// The parameters of a command.
pub(super) const fn request(command: Command) -> &'static [Member] {
    match command {
        Command::MAKE_CREDENTIAL => MAKE_CREDENTIAL_REQUEST,
        Command::GET_ASSERTION => GET_ASSERTION_REQUEST,
        Command::CLIENT_PIN => CLIENT_PIN_REQUEST,
        _ => &[],
    }
}

/// What a command yields.
pub(super) const fn response(command: Command) -> &'static [Member] {
    match command {
        Command::MAKE_CREDENTIAL => MAKE_CREDENTIAL_RESPONSE,
        Command::GET_ASSERTION | Command::GET_NEXT_ASSERTION => GET_ASSERTION_RESPONSE,
        Command::GET_INFO => GET_INFO_RESPONSE,
        Command::CLIENT_PIN => CLIENT_PIN_RESPONSE,
        _ => &[],
    }
}

fn subcommand(n: u64) -> Option<&'static str> {
    Subcommand(n).name()
}

const MAKE_CREDENTIAL_REQUEST: &[Member] = &[
    member(1, "clientDataHash", Plain),
    member(2, "rp", Plain),
    member(3, "user", Plain),
    member(4, "pubKeyCredParams", Plain),
    member(5, "excludeList", Plain),
    member(6, "extensions", Plain),
    member(7, "options", Plain),
    member(8, "pinUvAuthParam", Plain),
    member(9, "pinUvAuthProtocol", Plain),
    member(10, "enterpriseAttestation", Plain),
    member(11, "attestationFormatsPreference", Plain),
];
const MAKE_CREDENTIAL_RESPONSE: &[Member] = &[
    member(1, "fmt", Plain),
    member(2, "authData", AuthData),
    member(3, "attStmt", Plain),
    member(4, "epAtt", Plain),
    member(5, "largeBlobKey", Plain),
    member(6, "unsignedExtensionOutputs", Plain),
];
const GET_ASSERTION_REQUEST: &[Member] = &[
    member(1, "rpId", Plain),
    member(2, "clientDataHash", Plain),
    member(3, "allowList", Plain),
    member(4, "extensions", Plain),
    member(5, "options", Plain),
    member(6, "pinUvAuthParam", Plain),
    member(7, "pinUvAuthProtocol", Plain),
];
const GET_ASSERTION_RESPONSE: &[Member] = &[
    member(1, "credential", Plain),
    member(2, "authData", AuthData),
    member(3, "signature", Plain),
    member(4, "user", Plain),
    member(5, "numberOfCredentials", Plain),
    member(6, "userSelected", Plain),
    member(7, "largeBlobKey", Plain),
    member(8, "unsignedExtensionOutputs", Plain),
];
const CLIENT_PIN_REQUEST: &[Member] = &[
    member(1, "pinUvAuthProtocol", Plain),
    member(2, "subCommand", Named(subcommand)),
    member(3, "keyAgreement", CoseKey),
    member(4, "pinUvAuthParam", Plain),
    member(5, "newPinEnc", Plain),
    member(6, "pinHashEnc", Plain),
    member(9, "permissions", PERMISSIONS),
    member(10, "rpId", Plain),
];
const CLIENT_PIN_RESPONSE: &[Member] = &[
    member(1, "keyAgreement", CoseKey),
    member(2, "pinUvAuthToken", Plain),
    member(3, "pinRetries", Plain),
    member(4, "powerCycleState", Plain),
    member(5, "uvRetries", Plain),
];
const GET_INFO_RESPONSE: &[Member] = &[
    member(0x01, "versions", Plain),
    member(0x02, "extensions", Plain),
    member(0x03, "aaguid", Aaguid),
    member(0x04, "options", Plain),
    member(0x05, "maxMsgSize", Plain),
    member(0x06, "pinUvAuthProtocols", Plain),
    member(0x07, "maxCredentialCountInList", Plain),
    member(0x08, "maxCredentialIdLength", Plain),
    member(0x09, "transports", Plain),
    member(0x0a, "algorithms", Plain),
    member(0x0b, "maxSerializedLargeBlobArray", Plain),
    member(0x0c, "forcePINChange", Plain),
    member(0x0d, "minPINLength", Plain),
    member(0x0e, "firmwareVersion", Plain),
    member(0x0f, "maxCredBlobLength", Plain),
    member(0x10, "maxRPIDsForSetMinPINLength", Plain),
    member(0x11, "preferredPlatformUvAttempts", Plain),
    member(0x12, "uvModality", UV_MODALITY),
    member(0x13, "certifications", Plain),
    member(0x14, "remainingDiscoverableCredentials", Plain),
    member(0x15, "vendorPrototypeConfigCommands", Plain),
    member(0x16, "attestationFormats", Plain),
    member(0x17, "uvCountSinceLastPinEntry", Plain),
    member(0x18, "longTouchForReset", Plain),
    member(0x19, "encIdentifier", Plain),
    member(0x1a, "transportsForReset", Plain),
    member(0x1b, "pinComplexityPolicy", Plain),
    member(0x1c, "pinComplexityPolicyURL", Utf8),
    member(0x1d, "maxPINLength", Plain),
    member(0x1e, "encCredStoreState", Plain),
    member(0x1f, "authenticatorConfigCommands", Plain),
];
