//! The default provider, for speed. `keyrig-core` has the deterministic one.

mod aws_lc;
mod recent;

pub use aws_lc::{AwsLc, OsRandom};
