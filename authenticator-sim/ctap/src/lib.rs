//! Bytes to types and back, and the arithmetic both sides share: no I/O, no clock.
//!
//! A message has two views. [`cbor::Tree`] is the raw one: every item with its byte span, and every rule of the
//! CTAP2 canonical form that the bytes break, without judgement. The types in [`message`] are the other: valid by
//! construction, read from the raw tree. Unknown wire values survive in both.

#![no_std]

extern crate alloc;

mod open;

pub mod aaguid;
pub mod attestation;
pub mod auth_data;
pub mod catalogue;
pub mod cbor;
pub mod command;
pub mod cose;
pub mod ctaphid;
pub mod gesture;
pub mod iso7816;
pub mod message;
pub mod persistent;
pub mod pin_uv_auth;
pub mod profile;
pub mod quirk;
pub mod reason_class;
pub mod seal;
pub mod status;
pub mod time;
pub mod u2f;

pub use aaguid::Aaguid;
pub use command::Command;
pub use reason_class::ReasonClass;
pub use status::Status;
pub use time::Instant;
