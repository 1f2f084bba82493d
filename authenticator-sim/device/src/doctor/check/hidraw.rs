//! The nodes of keys that are plugged in, and who may open them.

use keyrig_ctap::ctaphid::REPORT_DESCRIPTOR;

use super::{Check, Finding, fine, in_the_way};
use crate::doctor::Machine;

pub(super) const CHECK: Check = Check { name: "hidraw", needed_to: "use a key on USB", look };

/// Usage page and usage, with which the report descriptor of every key begins.
const FIDO: &[u8] = REPORT_DESCRIPTOR.split_at(5).0;

fn look(machine: &dyn Machine) -> Finding {
    let nodes = machine.list("/sys/class/hidraw");
    let is_key = |node: &String| {
        let descriptor = machine.read(&format!("/sys/class/hidraw/{node}/device/report_descriptor"));
        descriptor.is_some_and(|descriptor| descriptor.windows(FIDO.len()).any(|part| part == FIDO))
    };
    let keys: Vec<String> = nodes.into_iter().filter(is_key).map(|node| format!("/dev/{node}")).collect();
    if keys.is_empty() {
        return fine("no key is plugged in");
    }
    let closed: Vec<String> = keys.iter().filter(|node| machine.open(node).is_err()).cloned().collect();
    match closed.as_slice() {
        [] => fine(format!("every key may be opened: {}", keys.join(", "))),
        [first, ..] if !machine.exists(first) => {
            in_the_way(format!("{} does not exist", closed.join(", ")), "sudo udevadm trigger --subsystem-match=hidraw")
        }
        _ => {
            let nodes = closed.join(" ");
            in_the_way(
                format!("{} may not be opened by this user", closed.join(", ")),
                format!("sudo setfacl -m \"u:$(id -un):rw\" {nodes}  # the rules do it for good: keyrig doctor rules"),
            )
        }
    }
}
