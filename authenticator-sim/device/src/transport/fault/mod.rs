//! What goes wrong between an authenticator and its host, one report at a time.
//!
//! A fault does not lie about what was signed: it loses, changes, doubles or holds back the reports that carry it. One
//! that is armed strikes the next report which it is about, as often as it was told to, and is gone then.

mod corrupt_sequence;
mod drop;
mod duplicate;
mod error_reply;
mod reorder;
mod stall;
mod wrong_channel;

use std::time::Duration;

use keyrig_ctap::ctaphid::{Command, Packet};
use serde::{Deserialize, Serialize};

/// A way in which a link fails.
#[derive(Debug)]
pub struct Fault {
    /// Its name, in kebab case.
    pub name: &'static str,
    /// What it does, for people.
    pub about: &'static str,
    /// What becomes of a report; `None` where the fault is not about such a report.
    pub strike: fn(Packet) -> Option<Blow>,
}

/// What becomes of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Blow {
    /// It is lost.
    Lost,
    /// It arrives as another one.
    Changed(Packet),
    /// It arrives as another one, and the rest of its message is lost.
    CutShort(Packet),
    /// It arrives twice.
    Twice,
    /// It arrives behind the one that follows it.
    AfterTheNext,
    /// It and all that follow arrive later.
    Late,
}

/// Every fault, sorted by name.
pub const ALL: &[&Fault] = &[
    &corrupt_sequence::FAULT,
    &drop::FAULT,
    &duplicate::FAULT,
    &error_reply::FAULT,
    &reorder::FAULT,
    &stall::FAULT,
    &wrong_channel::FAULT,
];

/// The fault of this name.
pub fn find(name: &str) -> Option<&'static Fault> {
    ALL.iter().copied().find(|fault| fault.name == name)
}

/// Where reports go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    /// From the host to the authenticator.
    ToKey,
    /// From the authenticator to the host.
    ToHost,
}

/// A fault that waits for its report.
#[derive(Clone, Copy, Debug)]
pub struct Armed {
    /// Which one.
    pub fault: &'static Fault,
    /// What it strikes.
    pub direction: Direction,
    /// How often.
    pub times: u32,
    /// How long a report is held back, where the fault holds it back.
    pub hold: Duration,
}

/// Whether a packet belongs to a message that somebody waits for: faults leave keepalives alone, as losing one changes
/// nothing.
fn matters(packet: &Packet) -> bool {
    !matches!(packet, Packet::Initialization(packet) if packet.command == Command::KEEPALIVE)
}

#[cfg(test)]
mod tests;
