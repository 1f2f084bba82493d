//! Verifies from bytes alone, step by step; never sees the emulator.
//!
//! [`verify`] is the pure part: the numbered steps of WebAuthn L3 §7.1 and §7.2 (CR 2026-05-26), one function a step,
//! with no HTTP, no store and no clock. [`attestation`] holds the statement formats and [`certificate`] what X.509 adds
//! to them. Whatever is refused is a [`Refusal`], which names its class, its reason and the step.

pub mod attestation;
pub mod certificate;
pub mod refusal;
pub mod verify;

pub use refusal::Refusal;
