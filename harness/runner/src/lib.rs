//! Never trusts the emulator: plays the WebAuthn client, tells the lies, and judges what the relying party answered.

mod base64url;
mod day;
mod decoded;
mod environment_error;
#[cfg(test)]
mod fixture;

pub mod baseline;
pub mod ceremony;
pub mod client;
pub mod device;
pub mod event;
pub mod evidence;
pub mod exchange;
pub mod exit;
pub mod finding;
pub mod known;
pub mod not_shown;
pub mod outcome;
pub mod plan;
pub mod provisioned;
pub mod replay;
pub mod report;
pub mod run;
pub mod scenario;
pub mod severity;
pub mod summary;
pub mod tamper;
pub mod target;
pub mod verdict;

pub use baseline::Baseline;
pub use environment_error::EnvironmentError;
pub use event::Event;
pub use finding::Finding;
pub use known::Known;
pub use provisioned::Provisioned;
pub use replay::Replay;
pub use run::{Devices, Emulated, Run, Seed, Settings, Shard};
pub use scenario::{Scenario, Suite, Vocabulary};
pub use summary::Summary;
pub use verdict::Verdict;
