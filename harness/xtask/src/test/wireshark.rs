//! Traces of plugged keys, read by Wireshark.

use std::process::Command;

use super::Suite;
use crate::failure::Failure;
use crate::keyrig;
use crate::process;
use crate::system_packages::Need;
use crate::tally::Tally;
use crate::workspace;

pub(super) const SUITE: Suite = Suite {
    name: "wireshark",
    what: "Wireshark's tshark reads what went over the link of keys on USB and on a reader",
    needs: &[Need::Python, Need::Tshark],
    run,
};

fn run() -> Result<Tally, Failure> {
    let mut test = Command::new("python3");
    test.arg(workspace::root().join("harness/xtask/wireshark/run.py")).arg(keyrig::build()?);
    process::run_tests(&mut test)
}
