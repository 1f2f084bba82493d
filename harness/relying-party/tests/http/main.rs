//! The relying party over HTTP, on loopback, with an authenticator that is nothing but a P-256 key.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod arbitrary;
mod authenticator;
mod backup_state;
#[expect(dead_code, reason = "the tests of verification use the rest")]
#[path = "../verify/certificate.rs"]
mod certificate;
mod controls;
mod enrolment;
mod offboarding;
mod options;
mod recovery;
mod rotation;
mod shapes;
mod u2f_registrations;
mod world;
