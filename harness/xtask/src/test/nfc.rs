//! Cards of ours on the virtual PC/SC reader of vsmartcard.

use std::fs;
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::net::UnixStream;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::Suite;
use crate::failure::Failure;
use crate::keyrig;
use crate::process;
use crate::python;
use crate::system_packages::Need;
use crate::tally::Tally;
use crate::turn;
use crate::workspace;

pub(super) const SUITE: Suite = Suite {
    name: "nfc",
    what: "PyPI's fido2 uses and manages contactless cards of ours through pcscd, and taps them",
    needs: &[Need::CHeadersOfPython, Need::Libpcsclite, Need::Pcscd, Need::Python, Need::Swig, Need::Vpcd],
    run,
};

/// Where pcscd listens, and where it keeps its process id.
const PCSCD: &str = "/run/pcscd/pcscd.comm";
const PROCESS_ID: &str = "/run/pcscd/pcscd.pid";

/// Where the two readers of vpcd wait for cards. The system may give such a port to any connection.
const READERS: [u16; 2] = [35_963, 35_964];

/// How long a port stays taken after a connection, twice over.
const PATIENCE: Duration = Duration::from_secs(120);

fn run() -> Result<Tally, Failure> {
    let folder = workspace::root().join("harness/xtask/nfc");
    let requirements = std::fs::read_to_string(folder.join("requirements.txt"))?;
    let python = python::environment("nfc", &requirements)?;
    let keyrig = keyrig::build()?;
    let _turn = turn::wait_for("the virtual reader")?;
    let _pcscd = Pcscd::provide()?;
    let mut test = Command::new(python);
    test.arg(folder.join("run.py")).arg(keyrig).env("PYTHONDONTWRITEBYTECODE", "1");
    process::run_tests(&mut test)
}

/// The daemon, where none ran yet.
struct Pcscd(Option<Child>);

impl Pcscd {
    fn provide() -> Result<Pcscd, Failure> {
        let answers = || UnixStream::connect(PCSCD).is_ok();
        if answers() {
            return Ok(Pcscd(None));
        }
        // One that was killed leaves them, and the next does not start where another process has its number.
        for left in [PCSCD, PROCESS_ID] {
            let _ = fs::remove_file(left);
        }
        READERS.into_iter().try_for_each(until_free)?;
        let mut command = Command::new("/usr/sbin/pcscd");
        let started = command.args(["--foreground", "--error"]).stdin(Stdio::null()).stdout(Stdio::null()).spawn();
        let mut pcscd = Pcscd(Some(started.map_err(|error| unwell(&error.to_string()))?));
        let patience = Instant::now() + PATIENCE;
        while !answers() {
            if let Some(Ok(Some(status))) = pcscd.0.as_mut().map(Child::try_wait) {
                return Err(unwell(&format!("it ended with {status}")));
            }
            if Instant::now() > patience {
                return Err(unwell("it does not answer"));
            }
            thread::sleep(Duration::from_millis(20));
        }
        Ok(pcscd)
    }
}

impl Drop for Pcscd {
    /// Asked to end, it tidies up.
    fn drop(&mut self) {
        if let Some(child) = &mut self.0 {
            let _ = process::capture(Command::new("kill").arg(child.id().to_string()));
            let _ = child.wait();
        }
    }
}

/// Waits until vpcd can listen at `port`: where one reader of two cannot, neither does.
fn until_free(port: u16) -> Result<(), Failure> {
    let patience = Instant::now() + PATIENCE;
    while let Err(error) = TcpListener::bind((Ipv4Addr::UNSPECIFIED, port)) {
        if Instant::now() > patience {
            return Err(unwell(&format!("port {port}, where a virtual reader waits for cards, is not free: {error}")));
        }
        thread::sleep(Duration::from_millis(500));
    }
    Ok(())
}

fn unwell(why: &str) -> Failure {
    Failure::Environment(format!(
        "failed to start pcscd: {why}; as root, type `pcscd --foreground --debug` to see more"
    ))
}
