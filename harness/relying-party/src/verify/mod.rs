//! The ceremonies, verified from bytes alone (WebAuthn L3 §7, CR 2026-05-26).
//!
//! [`registration()`] and [`authentication()`] read like the numbered lists of §7.1 and §7.2. What the text leaves to the
//! relying party (which attestation, which authenticators, whether a counter that goes back matters) is either a field
//! of the expectation or returned in what was verified, for the policy that comes after the numbered steps.

mod auth_data;
mod authentication;
mod client_data;
mod expectation;
mod extensions;
mod public_key;
mod registration;
mod response;
mod step;
mod verified;

pub use authentication::authentication;
pub use expectation::{
    AcceptableAttestation, AuthenticationExpectation, ExtensionExpectation, Framing, RegistrationExpectation,
    SignCountPolicy, TrustAnchor, Unsolicited,
};
pub use registration::{credential_exists, registration};
pub use response::{AuthenticationResponse, RegistrationResponse};
pub use step::Step;
pub use verified::{
    Attestation, AttestationKind, CredentialRecord, Observation, VerifiedAuthentication, VerifiedRegistration,
};

pub(crate) use client_data::claimed_origin;
pub(crate) use public_key::VerifyingKey;
