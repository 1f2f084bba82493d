//! COSE keys and algorithms (RFC 9052 §7, RFC 9053, RFC 8230, RFC 9864, RFC 9964).

mod algorithm;
mod curve;
mod key;

pub use algorithm::{Algorithm, NoAlgorithm};
pub use curve::Curve;
pub use key::{CoseKey, KeyFlaw, PublicKey};
