//! Command bytes (CTAP 2.3 §8.1).

use crate::open::open_enum;

open_enum! {
    /// The first byte of each request.
    Command(u8, "{:#04x}") {
        /// Create a credential.
        MAKE_CREDENTIAL = 0x01 => "authenticatorMakeCredential",
        /// Sign with a credential.
        GET_ASSERTION = 0x02 => "authenticatorGetAssertion",
        /// Say what the authenticator can do.
        GET_INFO = 0x04 => "authenticatorGetInfo",
        /// PIN and `pinUvAuthToken`.
        CLIENT_PIN = 0x06 => "authenticatorClientPIN",
        /// Forget everything.
        RESET = 0x07 => "authenticatorReset",
        /// The next of several assertions.
        GET_NEXT_ASSERTION = 0x08 => "authenticatorGetNextAssertion",
        /// Fingerprints.
        BIO_ENROLLMENT = 0x09 => "authenticatorBioEnrollment",
        /// Discoverable credentials.
        CREDENTIAL_MANAGEMENT = 0x0a => "authenticatorCredentialManagement",
        /// Let the user choose this authenticator by a touch.
        SELECTION = 0x0b => "authenticatorSelection",
        /// The large-blob array.
        LARGE_BLOBS = 0x0c => "authenticatorLargeBlobs",
        /// Configuration.
        CONFIG = 0x0d => "authenticatorConfig",
        /// Fingerprints, as before CTAP 2.1.
        BIO_ENROLLMENT_PREVIEW = 0x40 => "authenticatorBioEnrollment (preview)",
        /// Discoverable credentials, as before CTAP 2.1.
        CREDENTIAL_MANAGEMENT_PREVIEW = 0x41 => "authenticatorCredentialManagement (preview)",
    }
}
