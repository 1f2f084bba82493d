//! What getInfo may say, and what has to come together in it (CTAP 2.3 §6.4, §9).

use keyrig_core::longest_message;
use keyrig_ctap::profile::Profile;

use super::{Findings, Severity, quirks};

const VERSIONS: &[&str] = &["U2F_V2", "FIDO_2_0", "FIDO_2_1_PRE", "FIDO_2_1", "FIDO_2_3"];

const EXTENSIONS: &[&str] = &[
    "credBlob",
    "credProtect",
    "devicePubKey",
    "hmac-secret",
    "hmac-secret-mc",
    "largeBlob",
    "largeBlobKey",
    "minPinLength",
    "pinComplexityPolicy",
    "prf",
    "previewSign",
    "thirdPartyPayment",
    "uvm",
];

const OPTIONS: &[&str] = &[
    "alwaysUv",
    "authnrCfg",
    "bioEnroll",
    "clientPin",
    "credMgmt",
    "credentialMgmtPreview",
    "ep",
    "largeBlobs",
    "makeCredUvNotRqd",
    "noMcGaPermissionsWithClientPin",
    "perCredMgmtRO",
    "pinUvAuthToken",
    "plat",
    "rk",
    "setMinPINLength",
    "up",
    "userVerificationMgmtPreview",
    "uv",
    "uvAcfg",
    "uvBioEnroll",
    "uvToken",
];

pub(super) fn check(profile: &Profile, findings: &mut Findings) {
    names(profile, findings);
    sizes(profile, findings);
    pairs(profile, findings);
}

fn names(profile: &Profile, findings: &mut Findings) {
    let info = &profile.get_info;
    let versions = info.versions.iter().map(String::as_str).filter(|version| *version != quirks::NO_VERSION);
    findings.unknown("get_info.versions", versions, VERSIONS);
    findings.unknown("get_info.extensions", info.extensions.iter().map(String::as_str), EXTENSIONS);
    findings.unknown("get_info.options", info.options.keys().map(String::as_str), OPTIONS);
    findings.error_if(info.versions.is_empty(), "get_info.versions", "mandatory (CTAP 2.3 §6.4)");
    findings.error_if(
        info.attestation_formats.iter().any(|format| format == "none"),
        "get_info.attestation_formats",
        "none must be left out (CTAP 2.3 §6.4, member 0x16)",
    );
}

fn sizes(profile: &Profile, findings: &mut Findings) {
    let info = &profile.get_info;
    findings.error_if(
        info.max_msg_size.is_some_and(|size| !(1024..=7609).contains(&size)),
        "get_info.max_msg_size",
        "1024 bytes at least (CTAP 2.3 §6.4), 7609 at most, which CTAPHID can carry (CTAP 2.3 §11.2.4)",
    );
    for (member, value) in [
        ("get_info.max_credential_count_in_list", info.max_credential_count_in_list),
        ("get_info.max_credential_id_length", info.max_credential_id_length),
    ] {
        findings.error_if(value == Some(0), member, "more than zero (CTAP 2.3 §6.4)");
    }
    for &algorithm in &profile.algorithms {
        let (needed, longest) = (longest_message(profile, algorithm), info.max_message_size());
        if needed > longest {
            let message = format!("{algorithm} makes answers of {needed} bytes, and this allows {longest}: left out");
            findings.add(Severity::Error, "get_info.max_msg_size", message);
        }
    }
    findings.error_if(profile.algorithms.is_empty(), "algorithms", "it cannot make a key");
    findings.error_if(
        !info.algorithms.is_empty() && info.algorithms != profile.algorithms,
        "get_info.algorithms",
        "differs from algorithms",
    );
}

fn pairs(profile: &Profile, findings: &mut Findings) {
    let info = &profile.get_info;
    let on = |name| info.option(name) == Some(true);
    let extension = |name: &str| info.extensions.iter().any(|item| item == name);
    findings.error_if(
        on("setMinPINLength") != (extension("minPinLength") && info.max_rp_ids_for_set_min_pin_length.is_some()),
        "get_info.options",
        "setMinPINLength, the extension minPinLength and max_rp_ids_for_set_min_pin_length go together (CTAP 2.3 §9)",
    );
    findings.error_if(
        extension("credBlob") && !(extension("credProtect") && info.max_cred_blob_length.is_some_and(|n| n >= 32)),
        "get_info.extensions",
        "credBlob needs credProtect and a max_cred_blob_length of at least 32 (CTAP 2.3 §12.2)",
    );
    findings.error_if(
        extension("largeBlobKey")
            && !(on("largeBlobs") && info.max_serialized_large_blob_array.is_none_or(|n| n >= 1024)),
        "get_info.extensions",
        "largeBlobKey needs the option largeBlobs and room for at least 1024 bytes (CTAP 2.3 §12.3)",
    );
    findings.error_if(
        extension("largeBlob") && (extension("largeBlobKey") || on("largeBlobs")),
        "get_info.extensions",
        "largeBlob excludes largeBlobKey and the option largeBlobs (CTAP 2.3 §12.4)",
    );
    findings.error_if(
        extension("hmac-secret-mc") && !extension("hmac-secret"),
        "get_info.extensions",
        "hmac-secret-mc needs hmac-secret (CTAP 2.3 §12.8)",
    );
}
