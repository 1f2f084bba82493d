//! How it verifies its user, and what has to come with it.

use keyrig_ctap::profile::{Profile, UserVerification};

use super::{Findings, Severity};

pub(super) fn check(profile: &Profile, findings: &mut Findings) {
    methods(profile, findings);
    companions(profile, findings);
    pin_lengths(profile, findings);
}

fn methods(profile: &Profile, findings: &mut Findings) {
    let option = |name| profile.get_info.option(name);
    let member = "user_verification";
    let verification = profile.user_verification;
    let (pin, own) = (option("clientPin"), option("uv"));
    let enrols = option("bioEnroll").is_some() || option("userVerificationMgmtPreview").is_some();
    findings.error_if(verification.has_client_pin() && pin.is_none(), member, "a PIN needs the option clientPin");
    findings.error_if(
        pin == Some(true),
        "get_info.options",
        "clientPin is false until a PIN is set, and a new authenticator has none",
    );
    findings.error_if(
        verification.has_client_pin() && profile.get_info.pin_uv_auth_protocols.is_empty(),
        "get_info.pin_uv_auth_protocols",
        "a PIN needs a PIN/UV auth protocol",
    );
    findings.error_if(
        enrols && !verification.has_built_in(),
        member,
        "the options tell of fingers, and nothing built in verifies by them",
    );
    match verification {
        UserVerification::ClientPin => {
            findings.error_if(own.is_some(), member, "client-pin, but the option uv tells of something built in too");
        }
        UserVerification::BuiltIn => {
            findings.error_if(own != Some(true), member, "built-in needs the option uv to be true");
            findings.error_if(pin.is_some(), member, "built-in, but the option clientPin tells of a PIN too");
        }
        UserVerification::BuiltInAndClientPin => {
            findings.error_if(own.is_none(), member, "what is built in needs the option uv");
            findings.error_if(
                own == Some(false) && !enrols,
                "get_info.options",
                "uv is false until it is set up, and nothing here sets it up",
            );
        }
        UserVerification::None => {
            findings.error_if(own.is_some() || pin.is_some(), member, "none, but the options tell of a method");
            findings.error_if(
                option("rk") == Some(true),
                "get_info.options",
                "discoverable credentials need a user verification method (CTAP 2.3 §9)",
            );
        }
    }
    let unknown = profile.get_info.pin_uv_auth_protocols.iter().any(|number| !matches!(number, 1 | 2));
    findings.error_if(unknown, "get_info.pin_uv_auth_protocols", "there are protocols 1 and 2");
}

/// What CTAP 2.1 and later demand of an authenticator that can verify its user (CTAP 2.3 §9).
fn companions(profile: &Profile, findings: &mut Findings) {
    let info = &profile.get_info;
    let has = |list: &[String], name: &str| list.iter().any(|item| item == name);
    if !has(&info.versions, "FIDO_2_1") && !has(&info.versions, "FIDO_2_3") {
        return;
    }
    let demand = |findings: &mut Findings, there: bool, member: &str, what: &str| {
        let message = format!("{what} is mandatory for FIDO_2_1 and FIDO_2_3 (CTAP 2.3 §9)");
        findings.error_if(!there, member, message);
    };
    demand(findings, has(&info.extensions, "hmac-secret"), "get_info.extensions", "hmac-secret");
    if info.option("rk") == Some(true) {
        demand(findings, info.option("credMgmt") == Some(true), "get_info.options", "credMgmt with rk");
    }
    if profile.user_verification != UserVerification::None {
        demand(findings, has(&info.extensions, "credProtect"), "get_info.extensions", "credProtect");
        demand(findings, info.option("pinUvAuthToken") == Some(true), "get_info.options", "pinUvAuthToken");
        let two = info.pin_uv_auth_protocols.contains(&2);
        demand(findings, two, "get_info.pin_uv_auth_protocols", "PIN/UV auth protocol 2");
    }
}

fn pin_lengths(profile: &Profile, findings: &mut Findings) {
    let info = &profile.get_info;
    let least = info.min_pin_length.unwrap_or(4);
    let most = info.max_pin_length.unwrap_or(63);
    findings.error_if(least < 4, "get_info.min_pin_length", "a PIN has at least 4 code points (CTAP 2.3 §6.5)");
    findings.error_if(
        !(8..=63).contains(&most),
        "get_info.max_pin_length",
        "between 8 and 63 bytes (CTAP 2.3 §6.4, member 0x1D)",
    );
    findings.error_if(least > most, "get_info.min_pin_length", "more than max_pin_length");
    if info.min_pin_length.is_some() && profile.user_verification == UserVerification::None {
        findings.add(Severity::Warning, "get_info.min_pin_length", "there is no PIN");
    }
}
