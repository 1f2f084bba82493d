//! The checks, one file each.

mod bluetooth;
mod chromium;
mod hidraw;
mod pcscd;
mod rules;
mod udev;
mod uhid;

use super::Machine;

/// Every check, sorted by name.
pub const ALL: &[&Check] =
    &[&bluetooth::CHECK, &chromium::CHECK, &hidraw::CHECK, &pcscd::CHECK, &rules::CHECK, &udev::CHECK, &uhid::CHECK];

/// Something that keys need.
#[derive(Debug)]
pub struct Check {
    /// One word.
    pub name: &'static str,
    /// What does not work without it, as a fragment that follows "needed to".
    pub needed_to: &'static str,
    pub(super) look: fn(&dyn Machine) -> Finding,
}

/// What was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
    /// It is as it should be, in words.
    Fine(String),
    /// It is not.
    InTheWay {
        /// What is, in words.
        what: String,
        /// What to type: a line that a shell takes as it is.
        remedy: String,
    },
}

fn fine(what: impl Into<String>) -> Finding {
    Finding::Fine(what.into())
}

fn in_the_way(what: impl Into<String>, remedy: impl Into<String>) -> Finding {
    Finding::InTheWay { what: what.into(), remedy: remedy.into() }
}
