//! The daemon behind smart-card readers, and the virtual reader.

use super::{Check, Finding, fine, in_the_way};
use crate::doctor::Machine;

pub(super) const CHECK: Check =
    Check { name: "pcscd", needed_to: "use a key over NFC, or lay a virtual one on a reader", look };

/// Where it listens. One that was killed leaves the file behind.
const SOCKET: &str = "/run/pcscd/pcscd.comm";

const DAEMON: &str = "/usr/sbin/pcscd";

/// What tells it of the virtual reader.
const VIRTUAL_READER: &str = "/etc/reader.conf.d/vpcd";

/// What begins it at the first request, where there is systemd.
const SYSTEMD: &str = "/run/systemd/system";

fn look(machine: &dyn Machine) -> Finding {
    let mut missing = Vec::new();
    if !machine.exists(DAEMON) {
        missing.push("pcscd");
    }
    if !machine.exists(VIRTUAL_READER) {
        missing.push("vsmartcard-vpcd");
    }
    if !missing.is_empty() {
        let packages = missing.join(" ");
        return in_the_way(format!("not installed: {packages}"), format!("sudo apt-get install {packages}"));
    }
    match (machine.answers(SOCKET), machine.exists(SYSTEMD)) {
        (true, _) => fine("it runs, and has the virtual reader"),
        (false, true) => in_the_way("it does not run", "sudo systemctl start pcscd.socket"),
        (false, false) => in_the_way("it does not run", "sudo pcscd"),
    }
}
