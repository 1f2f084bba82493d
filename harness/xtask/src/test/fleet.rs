//! Keys that are provisioned by a script of python-fido2, and what `keyrig fleet` says of it.

use std::process::Command;

use super::Suite;
use crate::failure::Failure;
use crate::keyrig;
use crate::process;
use crate::python;
use crate::system_packages::Need;
use crate::tally::Tally;
use crate::workspace;

pub(super) const SUITE: Suite = Suite {
    name: "fleet",
    what: "keys provisioned by a script of PyPI's fido2 are as they should be, and each mistake in it is caught",
    needs: &[Need::Python],
    run,
};

fn run() -> Result<Tally, Failure> {
    let folder = workspace::root().join("harness/xtask/fleet");
    let requirements = std::fs::read_to_string(folder.join("requirements.txt"))?;
    let python = python::environment("fleet", &requirements)?;
    let mut test = Command::new(python);
    test.arg(folder.join("run.py")).arg(keyrig::build()?).env("PYTHONDONTWRITEBYTECODE", "1");
    process::run_tests(&mut test)
}
