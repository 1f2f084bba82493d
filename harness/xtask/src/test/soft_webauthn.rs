//! A foreign authenticator in Python, `soft-webauthn`, at our relying party.

use super::Suite;
use crate::failure::Failure;
use crate::keyrig::RelyingParty;
use crate::process;
use crate::python;
use crate::system_packages::Need;
use crate::tally::Tally;
use crate::workspace;

use std::process::Command;

pub(super) const SUITE: Suite = Suite {
    name: "soft-webauthn",
    what: "PyPI's soft-webauthn registers and signs in at our relying party",
    needs: &[Need::Python],
    run,
};

fn run() -> Result<Tally, Failure> {
    let folder = workspace::root().join("harness/targets/soft-webauthn");
    let requirements = std::fs::read_to_string(folder.join("requirements.txt"))?;
    let python = python::environment("soft-webauthn", &requirements)?;
    let relying_party = RelyingParty::start()?;
    let mut test = Command::new(python);
    test.arg(folder.join("sign_in.py")).args([&relying_party.url, &relying_party.origin]);
    process::run_tests(&mut test)
}
