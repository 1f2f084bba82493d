//! Mozilla's crate `authenticator` answers a relying party's options with the key that this machine sees.
//!
//! `authenticator-rs create|get ORIGIN [PIN] < options.json > answer.json`

fn main() {}
