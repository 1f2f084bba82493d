//! Each attack on a ceremony is refused with its class, and the honest ceremony beside it is accepted.

mod arbitrary;
mod attestation;
mod authentication;
mod certificate;
mod client_data;
mod forge;
mod key;
mod registration;
