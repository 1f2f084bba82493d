//! Every signature algorithm, made by our authenticator and verified by PyPI's `fido2` and `cryptography`.

use std::fs;
use std::process::Command;

use super::Suite;
use crate::failure::Failure;
use crate::process;
use crate::python;
use crate::system_packages::Need;
use crate::tally::Tally;
use crate::workspace;

pub(super) const SUITE: Suite = Suite {
    name: "algorithms",
    what: "python-fido2 and OpenSSL verify every algorithm's registration and assertion",
    needs: &[Need::Python],
    run,
};

fn run() -> Result<Tally, Failure> {
    let folder = workspace::root().join("harness/xtask/algorithms");
    let python = python::environment("algorithms", &fs::read_to_string(folder.join("requirements.txt"))?)?;
    let example = ["run", "--quiet", "--package", "keyrig-device", "--example", "algorithms"];
    let ceremonies = process::capture(&mut process::cargo(example))?;
    let path = workspace::output().join("algorithms.jsonl");
    fs::write(&path, ceremonies)?;
    process::run_tests(Command::new(python).arg(folder.join("verify.py")).arg(path))
}
