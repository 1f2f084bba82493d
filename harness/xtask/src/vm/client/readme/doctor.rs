//! What is missing, and the line to type: typed, it is there.

use super::super::super::desk::{Desk, Red, says};
use super::PROFILE;
use crate::workspace;

/// What everything about a plugged key needs.
const CHECKS: &[&str] = &["hidraw", "pcscd", "rules", "udev", "uhid"];

/// A machine without uhid, the rules and pcscd: `plug` and `doctor` say what to type, which is typed as it stands.
pub(super) fn says_what_to_type(desk: &mut Desk) -> Result<(), Red> {
    desk.run("modprobe -r uhid")?;
    // Folders of the machine that cannot be written to.
    desk.run("for folder in /etc/udev/rules.d /etc/modules-load.d; do mount -t tmpfs tmpfs $folder; done")?;
    desk.put("sudo", "#!/bin/sh\nexec \"$@\"\n")?;
    desk.run("chmod +x sudo")?;
    desk.line(format!("keyrig plug {PROFILE}")).refused("sudo modprobe uhid")?;
    for check in CHECKS {
        follow(desk, check)?;
    }
    let _key = desk.plug(PROFILE)?;
    desk.run(format!("keyrig doctor {}", CHECKS.join(" ")))?;
    desk.run("umount /etc/udev/rules.d /etc/modules-load.d").map(drop)
}

/// Types what the doctor says, if anything, and asks again.
fn follow(desk: &mut Desk, check: &str) -> Result<(), Red> {
    let said = desk.run(format!("keyrig doctor {check} || test $? = 3"))?;
    if let Some(line) = said.lines().find_map(|line| line.trim_start().strip_prefix("type ")) {
        let root = workspace::root().display().to_string();
        desk.run(format!("export PATH=$PWD:$PATH; cd '{root}'; {}", line.trim()))?;
    }
    says(&desk.run(format!("keyrig doctor {check}"))?, "fine")
}
