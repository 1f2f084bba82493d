//! A browser that sees keys.

use super::{Check, Finding, fine, in_the_way};
use crate::doctor::Machine;

pub(super) const CHECK: Check = Check { name: "chromium", needed_to: "use a key in Chromium", look };

const PACKAGED: [&str; 4] =
    ["/usr/bin/chromium", "/usr/bin/google-chrome", "/usr/bin/google-chrome-stable", "/usr/bin/chromium-browser"];

const SNAP: &str = "/snap/bin/chromium";

/// Ubuntu's package installs the snap and a script that calls it.
fn calls_the_snap(machine: &dyn Machine, path: &str) -> bool {
    machine.read(path).is_some_and(|bytes| bytes.starts_with(b"#!") && find(&bytes, SNAP.as_bytes()))
}

fn look(machine: &dyn Machine) -> Finding {
    let packaged = PACKAGED.iter().find(|path| machine.exists(path) && !calls_the_snap(machine, path));
    match (packaged, machine.exists(SNAP)) {
        (Some(path), _) => fine(*path),
        (None, true) => in_the_way(
            "Chromium is a snap, which sees the keys of makers that it knows, and no neutral virtual one",
            "sudo snap connect chromium:u2f-devices  # for keys that it knows; for others: a browser that is no snap",
        ),
        (None, false) => in_the_way("it is not installed", "sudo apt-get install chromium"),
    }
}

fn find(text: &[u8], part: &[u8]) -> bool {
    text.windows(part.len()).any(|window| window == part)
}
