//! Yubico's `python-fido2` as client, relying party and administrator of our keys.

use std::process::Command;

use super::Suite;
use crate::bridge::Bridge;
use crate::failure::Failure;
use crate::process;
use crate::python;
use crate::system_packages::Need;
use crate::tally::Tally;
use crate::workspace;

pub(super) const SUITE: Suite = Suite {
    name: "python-fido2",
    what: "PyPI's fido2 uses, verifies and manages keys and providers of 19 profiles, over a socket",
    needs: &[Need::Python],
    run,
};

fn run() -> Result<Tally, Failure> {
    let folder = workspace::root().join("harness/xtask/python-fido2");
    let requirements = std::fs::read_to_string(folder.join("requirements.txt"))?;
    let python = python::environment("python-fido2", &requirements)?;
    let bridge = Bridge::start()?;
    let mut test = Command::new(python);
    test.arg(folder.join("run.py")).arg(&bridge.port).env("PYTHONDONTWRITEBYTECODE", "1");
    process::run_tests(&mut test)
}
