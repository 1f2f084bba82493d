//! What getInfo says against the specification: a mistake, unless a quirk of that name says that the product does so.

use keyrig_ctap::profile::Profile;
use keyrig_ctap::quirk;

use super::{Findings, Severity};

/// CTAP 2.2 has no version string, so this is none.
pub(super) const NO_VERSION: &str = "FIDO_2_2";

/// A quirk that is all in getInfo.
struct Visible {
    name: &'static str,
    shows: fn(&Profile) -> bool,
    severity: Severity,
    member: &'static str,
    message: &'static str,
}

const VISIBLE: &[Visible] = &[
    Visible {
        name: quirk::ALWAYS_UV_WITHOUT_CONSEQUENCE,
        shows: |profile| {
            let on = |name| profile.get_info.option(name) == Some(true);
            on("alwaysUv") && on("makeCredUvNotRqd")
        },
        severity: Severity::Error,
        member: "get_info.options",
        message: "alwaysUv and makeCredUvNotRqd exclude each other (CTAP 2.3 §9)",
    },
    Visible {
        name: quirk::RESET_TRANSPORTS_IN_CAPITALS,
        shows: |profile| profile.get_info.transports_for_reset.iter().any(|t| t.chars().any(char::is_uppercase)),
        severity: Severity::Warning,
        member: "get_info.transports_for_reset",
        message: "transport ids are written small (CTAP 2.3 §6.4, member 0x1A)",
    },
    Visible {
        name: quirk::TELLS_FIDO_2_2,
        shows: |profile| profile.get_info.versions.iter().any(|version| version == NO_VERSION),
        severity: Severity::Error,
        member: "get_info.versions",
        message: "FIDO_2_2 must not be used (CTAP 2.3 §6.4); CTAP 2.2 has no version string",
    },
];

pub(super) fn check(profile: &Profile, findings: &mut Findings) {
    for visible in VISIBLE {
        match ((visible.shows)(profile), profile.has_quirk(visible.name)) {
            (true, false) => findings.add(visible.severity, visible.member, visible.message),
            (false, true) => {
                findings.add(
                    Severity::Error,
                    "quirks",
                    format!("{} is named, and getInfo does not show it", visible.name),
                );
            }
            _ => {}
        }
    }
    findings.unknown("quirks", profile.quirks.iter().map(String::as_str), quirk::ALL);
}

/// Whether a profile that has this quirk says so in getInfo, so that imitating it takes nothing more.
pub(super) fn is_visible(name: &str) -> bool {
    VISIBLE.iter().any(|visible| visible.name == name)
}
