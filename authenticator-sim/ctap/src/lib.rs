//! Bytes to types and back, and the arithmetic both sides share: no I/O, no clock.
//!
//! A message has two views. [`cbor::Tree`] is the raw one: every item with its byte span, and every rule of the
//! CTAP2 canonical form that the bytes break, without judgement. The types in [`message`] are the other: valid by
//! construction, read from the raw tree. Unknown wire values survive in both.
//!
//! ```
//! use keyrig_ctap::cbor::Tree;
//! use keyrig_ctap::message::client_pin::Response;
//!
//! // An answer to getPINRetries: {3: 8}, and the same with the 8 in two bytes.
//! let (canonical, wasteful) = (b"\xa1\x03\x08", b"\xa1\x03\x18\x08");
//! assert_eq!(Response::decode(canonical)?.pin_retries, Some(8));
//! assert!(Tree::parse(canonical)?.flaws.is_empty());
//! assert_eq!(Tree::parse(wasteful)?.flaws.len(), 1);
//! assert!(Response::decode(wasteful).is_err());
//! # Ok::<(), Box<dyn core::error::Error>>(())
//! ```

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
