//! What the control port of a plugged key answers, against the description that it gives of itself.

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
    name: "control-api",
    what: "PyPI's schemathesis asks a plugged key all that its OpenAPI document describes, and more",
    needs: &[Need::Python],
    run,
};

fn run() -> Result<Tally, Failure> {
    let folder = workspace::root().join("harness/xtask/control-api");
    let requirements = std::fs::read_to_string(folder.join("requirements.txt"))?;
    let python = python::environment("control-api", &requirements)?;
    let mut test = Command::new(python);
    test.arg(folder.join("run.py")).arg(keyrig::build()?).env("PYTHONDONTWRITEBYTECODE", "1");
    process::run_tests(&mut test)
}
