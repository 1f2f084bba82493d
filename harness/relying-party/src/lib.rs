//! Verifies from bytes alone, step by step; never sees the emulator.
//!
//! [`verify`] is the pure part: the numbered steps of WebAuthn L3 §7.1 and §7.2 (CR 2026-05-26), one function a step,
//! with no HTTP, no store and no clock. [`attestation`] holds the statement formats and [`certificate`] what X.509 adds
//! to them. Whatever is refused is a [`Refusal`], which names its class, its reason and the step.
//!
//! Around it stands a relying party that runs: [`serve`] starts one from a [`Config`], which holds a [`Policy`] and the
//! [`Users`]. [`policy`] is the one step after the numbered ones.

mod action;
mod administration;
mod anchors;
mod audit;
mod ceremony;
mod config;
mod denied;
mod entropy;
#[cfg(test)]
mod generated;
mod http;
mod recovery;
mod rotation;
mod service;
mod session;
mod store;
mod u2f_registrations;

pub mod attestation;
pub mod certificate;
pub mod clock;
pub mod openapi;
pub mod policy;
pub mod refusal;
pub mod users;
pub mod verify;

pub use clock::{Clock, Timestamp};
pub use config::Config;
pub use http::{Running, ServeError, serve};
pub use policy::{FileError, Policy};
pub use refusal::Refusal;
pub use users::Users;
