//! The udev rules and the list of modules that come with keyrig.

use super::{Check, Finding, fine, in_the_way};
use crate::doctor::Machine;
use crate::udev::{modules_file, rules_file};

pub(super) const CHECK: Check =
    Check { name: "rules", needed_to: "plug virtual keys in and use them without being root", look };

/// A file that is installed: its name, the folders that count, and where it lies in this repository.
struct Installed {
    name: &'static str,
    folders: [&'static str; 2],
    source: &'static str,
}

const RULES: Installed = Installed {
    name: "70-keyrig.rules",
    folders: ["/etc/udev/rules.d", "/usr/lib/udev/rules.d"],
    source: "udev/70-keyrig.rules",
};

const MODULES: Installed = Installed {
    name: "keyrig.conf",
    folders: ["/etc/modules-load.d", "/usr/lib/modules-load.d"],
    source: "udev/modules-load.d/keyrig.conf",
};

fn look(machine: &dyn Machine) -> Finding {
    let mut wrong = Vec::new();
    let mut copies = Vec::new();
    for (file, text) in [(RULES, rules_file()), (MODULES, modules_file())] {
        // The first folder takes precedence.
        let found = file.folders.iter().find_map(|folder| machine.read(&format!("{folder}/{}", file.name)));
        match found {
            Some(found) if found == text.as_bytes() => continue,
            Some(_) => wrong.push(format!("{} is not that of this version", file.name)),
            None => wrong.push(format!("{} is not installed", file.name)),
        }
        copies.push(format!("sudo cp {} {}/", file.source, file.folders[0]));
    }
    if wrong.is_empty() {
        return fine(format!("{} and {} are installed", RULES.name, MODULES.name));
    }
    let reload = "sudo udevadm control --reload && sudo udevadm trigger";
    in_the_way(wrong.join("; "), format!("{} && {reload}", copies.join(" && ")))
}
