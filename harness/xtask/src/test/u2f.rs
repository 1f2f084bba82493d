//! Keys that speak U2F and nothing else, and accounts of the U2F years.

use std::fs;
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
    name: "u2f",
    what: "libfido2 uses plugged keys that speak U2F only, and python-fido2 verifies a sign-in of ours by AppID",
    needs: &[Need::Fido2Tools, Need::Python],
    run,
};

fn run() -> Result<Tally, Failure> {
    let folder = workspace::root().join("harness/xtask/u2f");
    let requirements = workspace::root().join("harness/xtask/python-fido2/requirements.txt");
    let python = python::environment("python-fido2", &fs::read_to_string(requirements)?)?;
    fs::create_dir_all(workspace::output())?;
    let signed = workspace::output().join("app-id.json");
    let mut made = process::cargo(["test", "--quiet", "--package", "keyrig", "--test", "app_id"]);
    let mut tally = process::run_tests(made.env("KEYRIG_APP_ID", &signed))?;
    let mut test = Command::new(python);
    test.arg(folder.join("run.py")).arg(keyrig::build()?).arg(&signed).env("PYTHONDONTWRITEBYTECODE", "1");
    tally += process::run_tests(&mut test)?;
    Ok(tally)
}
