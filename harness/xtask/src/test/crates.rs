//! The crates of the workspace: unit, integration and documentation tests.

use super::Suite;
use crate::failure::Failure;
use crate::process;
use crate::tally::Tally;

pub(super) const SUITE: Suite =
    Suite { name: "crates", what: "cargo test of the workspace, documentation included", needs: &[], run };

fn run() -> Result<Tally, Failure> {
    process::run_tests(&mut process::cargo(["test", "--workspace", "--no-fail-fast"]))
}
