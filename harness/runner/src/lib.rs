//! Never trusts the emulator: plays the WebAuthn client, tells the lies, and judges what the relying party answered.

mod base64url;
mod day;
mod environment_error;

pub mod ceremony;
pub mod client;
pub mod device;
pub mod exchange;
pub mod outcome;
pub mod scenario;
pub mod tamper;
pub mod target;

pub use environment_error::EnvironmentError;
