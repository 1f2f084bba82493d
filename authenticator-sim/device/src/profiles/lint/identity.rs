//! Who it is, where it sits, and what it is taken for.

use keyrig_ctap::catalogue::{self, Kind};
use keyrig_ctap::profile::{Attachment, Profile, SignCount};

use super::{Findings, Severity};
use crate::profiles::is_id;

const TRANSPORTS: &[&str] = &["ble", "hybrid", "internal", "lightning", "nfc", "smart-card", "usb"];

/// Bytes of the name that uhid tells the kernel, without the NUL at its end (linux/uhid.h, `uhid_create2_req`).
const NAME_MAX: usize = 127;

pub(super) fn check(profile: &Profile, findings: &mut Findings) {
    names(profile, findings);
    catalogue_entry(profile, findings);
    transports(profile, findings);
    backup(profile, findings);
    storage(profile, findings);
}

fn names(profile: &Profile, findings: &mut Findings) {
    findings.error_if(
        !is_id(&profile.id),
        "id",
        "letters, digits, `.`, `_` and `-`, 64 at most, and no `.` at the front",
    );
    for (member, text) in [("name", &profile.name), ("maker", &profile.maker)] {
        let wrong = text.trim().is_empty() || text.len() > NAME_MAX || text.chars().any(char::is_control);
        findings.error_if(wrong, member, format!("1 to {NAME_MAX} bytes that can be printed"));
    }
}

fn catalogue_entry(profile: &Profile, findings: &mut Findings) {
    let Some(entry) = catalogue::find(profile.aaguid) else {
        findings.add(Severity::Warning, "aaguid", "the catalogue does not know it");
        return;
    };
    let is = format!("{} is {}", profile.aaguid, entry.name);
    findings.error_if(
        entry.is_mistaken_for(&profile.name),
        "name",
        format!("{is}; public lists call it {} by mistake", profile.name),
    );
    let (attachment, eligible) = (profile.attachment, profile.backup.eligible);
    let wrong_place = match entry.kind {
        Kind::SecurityKey => attachment != Attachment::CrossPlatform,
        Kind::Platform | Kind::Provider => attachment != Attachment::Platform,
        Kind::Anonymous => false,
    };
    findings.error_if(wrong_place, "attachment", format!("{is}, which is not {}", attachment.as_str()));
    findings.error_if(eligible && entry.kind == Kind::SecurityKey, "backup", format!("{is}, whose keys stay in it"));
    findings.error_if(!eligible && entry.kind == Kind::Provider, "backup", format!("{is}, which synchronises"));
}

fn transports(profile: &Profile, findings: &mut Findings) {
    let known = profile.transports.iter().map(String::as_str);
    findings.unknown("transports", known, TRANSPORTS);
    findings.unknown("get_info.transports", profile.get_info.transports.iter().map(String::as_str), TRANSPORTS);
    findings.error_if(profile.transports.is_empty(), "transports", "there is no way to reach it");
    let beyond: Vec<_> = profile.get_info.transports.iter().filter(|t| !profile.transports.contains(t)).collect();
    findings.error_if(!beyond.is_empty(), "get_info.transports", format!("{beyond:?} are not among transports"));
    let internal = profile.transports.iter().any(|transport| transport == "internal");
    let platform = profile.attachment == Attachment::Platform;
    findings.error_if(
        internal != platform,
        "transports",
        "`internal` belongs to platform authenticators, and they to it (WebAuthn L3 §5.8.4)",
    );
}

fn backup(profile: &Profile, findings: &mut Findings) {
    findings.error_if(
        profile.backup.state && !profile.backup.eligible,
        "backup",
        "state without eligible, which WebAuthn L3 §6.1.3 excludes",
    );
    if profile.backup.eligible && profile.sign_count != SignCount::Zero {
        findings.add(Severity::Warning, "sign_count", "a counter cannot be kept across the copies of a credential");
    }
}

fn storage(profile: &Profile, findings: &mut Findings) {
    for (name, length) in
        [("server_side", profile.credential_id.server_side), ("discoverable", profile.credential_id.discoverable)]
    {
        let member = format!("credential_id.{name}");
        findings.error_if(
            !(16..=1023).contains(&length),
            &member,
            "credential ids have 16 to 1023 bytes (WebAuthn L3 §4, credential ID)",
        );
        let most = profile.get_info.max_credential_id_length;
        findings.error_if(
            most.is_some_and(|most| u64::from(length) > most),
            &member,
            "longer than get_info.max_credential_id_length",
        );
    }
    let discoverable = profile.get_info.option("rk") == Some(true);
    findings.error_if(
        discoverable != (profile.discoverable_credentials > 0),
        "discoverable_credentials",
        "room for discoverable credentials and the option rk go together",
    );
}
