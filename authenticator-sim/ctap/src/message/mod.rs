//! Typed messages: valid by construction, read from raw items.
//!
//! Each command's module has a `Request` and a `Response`, both with `decode` (from the CBOR that follows the command
//! or status byte) and `encode` (canonical). Members nobody has named yet are passed over on reading, as CTAP asks.

mod descriptor;
mod entity;

pub mod bio_enrollment;
pub mod client_pin;
pub mod config;
pub mod credential_management;
pub mod get_assertion;
pub mod get_info;
pub mod large_blobs;
pub mod make_credential;

pub use descriptor::{Descriptor, PUBLIC_KEY};
pub use entity::{RelyingParty, User};
