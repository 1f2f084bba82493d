//! Each attack on a ceremony is refused with its class, and the honest ceremony beside it is accepted.

#![expect(clippy::unwrap_used, reason = "in a test, a panic is the report")]

mod algorithms;
mod android_key;
mod apple;
mod arbitrary;
mod attestation;
mod authentication;
mod certificate;
mod client_data;
mod compound;
mod forge;
mod key;
mod registration;
mod tpm;
