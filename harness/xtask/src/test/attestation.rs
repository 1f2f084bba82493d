//! Every attestation format, made by our authenticators and verified by PyPI's `fido2` and npm's `@simplewebauthn/server`.

use std::fs;
use std::process::Command;

use super::Suite;
use crate::failure::Failure;
use crate::node::Node;
use crate::process;
use crate::python;
use crate::system_packages::Need;
use crate::tally::Tally;
use crate::workspace;

pub(super) const SUITE: Suite = Suite {
    name: "attestation",
    what: "python-fido2 and @simplewebauthn/server verify every attestation format, and openssl every profile's certificates",
    needs: &[Need::Openssl, Need::Python],
    run,
};

fn run() -> Result<Tally, Failure> {
    let registrations = workspace::output().join("attestation.json");
    fs::create_dir_all(workspace::output())?;
    let chains = workspace::output().join("chains.json");
    let mut made = process::cargo(["test", "--quiet", "--package", "keyrig", "--test", "attestation"]);
    made.env("KEYRIG_ATTESTATIONS", &registrations).env("KEYRIG_CHAINS", &chains);
    let mut tally = process::run_tests(&mut made)?;

    let folder = workspace::root().join("harness/xtask/attestation");
    let python = python::environment("attestation", &fs::read_to_string(folder.join("requirements.txt"))?)?;
    tally += process::run_tests(Command::new(&python).arg(folder.join("verify.py")).arg(&registrations))?;
    tally += process::run_tests(Command::new(&python).arg(folder.join("chains.py")).arg(&chains))?;

    let folder = workspace::root().join("harness/targets/simplewebauthn");
    let node = Node::find()?;
    node.install(&folder)?;
    tally += process::run_tests(node.run(&folder.join("verify_attestation.mjs")).arg(&registrations))?;
    Ok(tally)
}
