//! Cards of ours on the virtual PC/SC reader of vsmartcard.

use std::os::unix::net::UnixStream;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use super::Suite;
use crate::failure::Failure;
use crate::keyrig;
use crate::process::{self, Running};
use crate::python;
use crate::system_packages::Need;
use crate::tally::Tally;
use crate::workspace;

pub(super) const SUITE: Suite = Suite {
    name: "nfc",
    what: "PyPI's fido2 uses and manages contactless cards of ours through pcscd, and taps them",
    needs: &[Need::CHeadersOfPython, Need::Libpcsclite, Need::Pcscd, Need::Python, Need::Swig, Need::Vpcd],
    run,
};

/// Where pcscd listens.
const PCSCD: &str = "/run/pcscd/pcscd.comm";

fn run() -> Result<Tally, Failure> {
    let folder = workspace::root().join("harness/xtask/nfc");
    let requirements = std::fs::read_to_string(folder.join("requirements.txt"))?;
    let python = python::environment("nfc", &requirements)?;
    let keyrig = keyrig::build()?;
    let _pcscd = pcscd()?;
    let mut test = Command::new(python);
    test.arg(folder.join("run.py")).arg(keyrig).env("PYTHONDONTWRITEBYTECODE", "1");
    process::run_tests(&mut test)
}

/// The daemon, where none runs yet.
fn pcscd() -> Result<Option<Running>, Failure> {
    let answers = || UnixStream::connect(PCSCD).is_ok();
    if answers() {
        return Ok(None);
    }
    let running = Running::start(Command::new("/usr/sbin/pcscd").args(["--foreground", "--error"]))?;
    let patience = Instant::now() + Duration::from_secs(60);
    while !answers() {
        if Instant::now() > patience {
            let what = "pcscd did not start; as root, type `pcscd --foreground --debug` to see why";
            return Err(Failure::Environment(what.to_owned()));
        }
        thread::sleep(Duration::from_millis(20));
    }
    Ok(Some(running))
}
