//! A source for each claim.

use keyrig_ctap::profile::Profile;

use super::{Findings, Severity};

const NEEDED: &[&str] = &[
    "aaguid",
    "algorithms",
    "attestation",
    "backup",
    "credential_id",
    "discoverable_credentials",
    "get_info",
    "sign_count",
    "transports",
    "user_verification",
];

const ALLOWED: &[&str] = &[
    "attachment",
    "fingerprint_sensor",
    "firmware",
    "maker",
    "min_pin_length_rp_ids",
    "name",
    "quirks",
    "u2f_uses_ctap2_credentials",
];

pub(super) fn check(profile: &Profile, findings: &mut Findings) {
    for member in NEEDED {
        let source = profile.sources.get(*member).map_or("", |source| source.trim());
        if source.is_empty() {
            findings.add(Severity::Warning, "sources", format!("nothing says where {member} comes from"));
        }
    }
    if !profile.quirks.is_empty() && !profile.sources.contains_key("quirks") {
        findings.add(Severity::Warning, "sources", "nothing says who witnessed the quirks");
    }
    let known: Vec<&str> = NEEDED.iter().chain(ALLOWED).copied().collect();
    let members = profile.sources.keys().map(|member| member.split_once('.').map_or(member.as_str(), |(top, _)| top));
    findings.unknown("sources", members, &known);
}
