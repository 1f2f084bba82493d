//! The daemon that names devices.

use super::{Check, Finding, fine, in_the_way};
use crate::doctor::Machine;

pub(super) const CHECK: Check =
    Check { name: "udev", needed_to: "let libfido2, browsers and keyrig find keys on USB", look };

/// There while it runs.
const CONTROL: &str = "/run/udev/control";

const DAEMONS: [&str; 2] = ["/lib/systemd/systemd-udevd", "/usr/lib/systemd/systemd-udevd"];

/// What tells a key from other devices.
const FIDO_ID: [&str; 2] = ["/lib/udev/rules.d/60-fido-id.rules", "/usr/lib/udev/rules.d/60-fido-id.rules"];

fn look(machine: &dyn Machine) -> Finding {
    let Some(daemon) = DAEMONS.iter().find(|path| machine.exists(path)) else {
        return in_the_way("udev is not installed", "sudo apt-get install udev");
    };
    if !machine.exists(CONTROL) {
        return in_the_way("udev does not run", format!("sudo {daemon} --daemon && sudo udevadm trigger"));
    }
    if !FIDO_ID.iter().any(|path| machine.exists(path)) {
        return in_the_way("60-fido-id.rules is missing", "sudo apt-get install --reinstall udev");
    }
    fine("it runs, and knows keys")
}
