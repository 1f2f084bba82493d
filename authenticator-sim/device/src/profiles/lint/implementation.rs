//! What the product does and the emulator does not, yet.

use keyrig_core::{IMITATED_QUIRKS, cut};
use keyrig_ctap::profile::Profile;

use super::{Findings, Severity, quirks};

pub(super) fn check(profile: &Profile, findings: &mut Findings) {
    for removed in cut(profile).removed {
        let member = format!("get_info.{}", removed.member);
        findings.add(Severity::NotImplemented, &member, format!("{} is left out of getInfo", removed.value));
    }
    for quirk in profile.quirks.iter().filter(|quirk| !is_imitated(quirk)) {
        findings.add(Severity::NotImplemented, "quirks", format!("{quirk} is not imitated"));
    }
}

fn is_imitated(quirk: &str) -> bool {
    quirks::is_visible(quirk) || IMITATED_QUIRKS.contains(&quirk)
}
