use keyrig_ctap::cose::Algorithm;
use keyrig_ctap::profile::{Attachment, Profile, SignCount, UserVerification};
use keyrig_ctap::{Aaguid, quirk};

use super::*;
use crate::profiles::{all, find};

#[test]
fn nothing_is_wrong_with_an_embedded_profile() {
    for profile in all() {
        let worst = lint(profile).into_iter().find(|finding| finding.severity != Severity::NotImplemented);
        assert_eq!(worst, None, "{}", profile.id);
    }
}

/// Lints `id` as it stands and after `change`: the finding has to be new.
#[track_caller]
fn catches(id: &str, change: impl FnOnce(&mut Profile), severity: Severity, member: &str, fragment: &str) {
    let honest = find(id).unwrap();
    let mut changed = honest.clone();
    change(&mut changed);
    let is_it = |f: &Finding| f.severity == severity && f.member == member && f.message.contains(fragment);
    assert!(!lint(honest).iter().any(is_it), "the control has it too");
    let findings = lint(&changed);
    assert!(findings.iter().any(is_it), "{findings:#?}");
}

fn option(profile: &mut Profile, name: &str, value: bool) {
    profile.get_info.options.insert(name.to_owned(), value);
}

const YUBIKEY: &str = "yubikey-5-nfc-5.7.4";
const BIO: &str = "yubikey-bio-5.7.4";
const ENROLMENT: [&str; 2] = ["bioEnroll", "userVerificationMgmtPreview"];

#[test]
fn identity() {
    let error = Severity::Error;
    for id in ["", "../key", ".key", "a key", &"k".repeat(65)] {
        catches("bare", |p| p.id = id.into(), error, "id", "letters, digits");
    }
    for text in [" ".to_owned(), "k".repeat(128), "\u{1b}[31m".to_owned()] {
        catches("bare", |p| p.name = text.clone(), error, "name", "printed");
        catches("bare", |p| p.maker = text.clone(), error, "maker", "printed");
    }
    catches("chrome-on-mac", |p| p.name = "iCloud Keychain".into(), error, "name", "Chrome on Mac");
    catches("bare", |p| p.aaguid = Aaguid([9; 16]), Severity::Warning, "aaguid", "does not know it");
    catches(YUBIKEY, |p| p.attachment = Attachment::Platform, error, "attachment", "not platform");
    catches(YUBIKEY, |p| p.backup.eligible = true, error, "backup", "stay in it");
    catches("icloud-keychain", |p| p.backup.eligible = false, error, "backup", "synchronises");
    catches("bare", |p| p.backup.state = true, error, "backup", "without eligible");
    catches("1password", |p| p.sign_count = SignCount::Global, Severity::Warning, "sign_count", "copies");
}

#[test]
fn transports() {
    let error = Severity::Error;
    catches(YUBIKEY, |p| p.transports = vec!["ubs".into()], Severity::Warning, "transports", "did you mean `usb`?");
    catches(YUBIKEY, |p| p.transports.clear(), error, "transports", "no way to reach it");
    catches(YUBIKEY, |p| p.transports = vec!["usb".into()], error, "get_info.transports", "nfc");
    catches(YUBIKEY, |p| p.transports.push("internal".into()), error, "transports", "platform authenticators");
    catches("1password", |p| p.transports = vec!["hybrid".into()], error, "transports", "platform authenticators");
}

#[test]
fn storage() {
    let error = Severity::Error;
    catches("bare", |p| p.credential_id.server_side = 8, error, "credential_id.server_side", "16 to 1023");
    catches(YUBIKEY, |p| p.credential_id.discoverable = 129, error, "credential_id.discoverable", "longer than");
    catches(YUBIKEY, |p| p.discoverable_credentials = 0, error, "discoverable_credentials", "rk");
    catches(YUBIKEY, |p| option(p, "rk", false), error, "discoverable_credentials", "rk");
}

#[test]
fn user_verification() {
    let error = Severity::Error;
    let member = "user_verification";
    catches(YUBIKEY, |p| p.user_verification = UserVerification::BuiltIn, error, member, "uv to be true");
    catches(YUBIKEY, |p| p.user_verification = UserVerification::None, error, "get_info.options", "CTAP 2.3 §9");
    catches("bare", |p| p.user_verification = UserVerification::None, error, member, "tell of a method");
    catches("bare", |p| p.user_verification = UserVerification::ClientPin, error, member, "option clientPin");
    catches("bare", |p| option(p, "clientPin", false), error, member, "tells of a PIN too");
    catches(YUBIKEY, |p| option(p, "uv", true), error, member, "tells of something built in");
    catches(YUBIKEY, |p| option(p, "bioEnroll", false), error, member, "tell of fingers");
    catches(BIO, |p| p.get_info.options.retain(|name, _| name != "uv"), error, member, "needs the option uv");
    catches(BIO, |p| p.get_info.options.retain(|name, _| name != "clientPin"), error, member, "option clientPin");
    let without_enrolment = |p: &mut Profile| p.get_info.options.retain(|name, _| !ENROLMENT.contains(&name.as_str()));
    catches(BIO, without_enrolment, error, "get_info.options", "nothing here sets it up");
    catches(YUBIKEY, |p| option(p, "clientPin", true), error, "get_info.options", "until a PIN is set");
    let protocols = "get_info.pin_uv_auth_protocols";
    catches(YUBIKEY, |p| p.get_info.pin_uv_auth_protocols.clear(), error, protocols, "a PIN needs");
    catches(YUBIKEY, |p| p.get_info.pin_uv_auth_protocols = vec![1], error, protocols, "protocol 2 is mandatory");
    catches(YUBIKEY, |p| p.get_info.pin_uv_auth_protocols.push(3), error, protocols, "protocols 1 and 2");
    catches(YUBIKEY, |p| p.get_info.min_pin_length = Some(3), error, "get_info.min_pin_length", "at least 4");
    catches(YUBIKEY, |p| p.get_info.max_pin_length = Some(64), error, "get_info.max_pin_length", "between 8");
}

#[test]
fn companions_of_ctap_2_1() {
    let error = Severity::Error;
    let without = |name: &'static str| move |p: &mut Profile| p.get_info.extensions.retain(|item| item != name);
    catches(YUBIKEY, without("hmac-secret"), error, "get_info.extensions", "hmac-secret is mandatory");
    catches(YUBIKEY, without("credProtect"), error, "get_info.extensions", "credProtect is mandatory");
    catches(YUBIKEY, without("minPinLength"), error, "get_info.options", "go together");
    catches(YUBIKEY, |p| option(p, "credMgmt", false), error, "get_info.options", "credMgmt with rk");
    catches(YUBIKEY, |p| option(p, "pinUvAuthToken", false), error, "get_info.options", "pinUvAuthToken is");
}

#[test]
fn get_info() {
    let error = Severity::Error;
    let versions = "get_info.versions";
    catches(YUBIKEY, |p| p.get_info.versions.push("FIDO_2_2".into()), error, versions, "must not be used");
    catches(YUBIKEY, |p| p.get_info.versions.push("FIDO_2_9".into()), Severity::Warning, versions, "FIDO_2_9");
    catches(YUBIKEY, |p| option(p, "clientpin", true), Severity::Warning, "get_info.options", "`clientPin`?");
    let extend = |name: &'static str| move |p: &mut Profile| p.get_info.extensions.push(name.into());
    catches(YUBIKEY, extend("hmacsecret"), Severity::Warning, "get_info.extensions", "`hmac-secret`?");
    catches(YUBIKEY, extend("largeBlob"), error, "get_info.extensions", "largeBlob excludes");
    catches("bare", extend("hmac-secret-mc"), error, "get_info.extensions", "needs hmac-secret");
    catches("bare", extend("credBlob"), error, "get_info.extensions", "credBlob needs");
    catches("bare", extend("largeBlobKey"), error, "get_info.extensions", "largeBlobKey needs");
    catches(YUBIKEY, |p| option(p, "alwaysUv", true), error, "get_info.options", "exclude each other");
    catches(YUBIKEY, |p| p.get_info.max_msg_size = Some(512), error, "get_info.max_msg_size", "1024");
    let post_quantum = |p: &mut Profile| p.algorithms.push(Algorithm::ML_DSA_44);
    catches(YUBIKEY, post_quantum, error, "get_info.max_msg_size", "ML-DSA-44 (-48) makes answers of");
    catches(YUBIKEY, |p| p.algorithms.reverse(), error, "get_info.algorithms", "differs");
    catches("bare", |p| p.algorithms.clear(), error, "algorithms", "cannot make a key");
    let formats = "get_info.attestation_formats";
    catches(YUBIKEY, |p| p.get_info.attestation_formats.push("none".into()), error, formats, "left out");
    let list = "get_info.max_credential_count_in_list";
    catches(YUBIKEY, |p| p.get_info.max_credential_count_in_list = Some(0), error, list, "more than zero");
}

#[test]
fn attestation() {
    let error = Severity::Error;
    fn chain(profile: &mut Profile) -> &mut keyrig_ctap::profile::Chain {
        profile.attestation.chain.as_mut().unwrap()
    }
    catches(YUBIKEY, |p| chain(p).country = "se".into(), error, "attestation.chain.country", "capital");
    catches(YUBIKEY, |p| chain(p).root = "x".repeat(65), error, "attestation.chain.root", "64");
    catches(YUBIKEY, |p| chain(p).organization.clear(), error, "attestation.chain.organization", "empty");
    let extension = "attestation.chain.aaguid_extension";
    catches(YUBIKEY, |p| chain(p).aaguid_extension = false, error, extension, "has the same root");
    let alone = "feitian-epass-fido2";
    let mut feitian = find(alone).unwrap().clone();
    chain(&mut feitian).aaguid_extension = false;
    assert!(!lint(&feitian).iter().any(|finding| finding.member == extension), "its root is its own");
    catches(alone, |p| p.aaguid = Aaguid::ZERO, Severity::Warning, "aaguid", "says who it is");
}

#[test]
fn sources() {
    let warning = Severity::Warning;
    catches("bare", |p| drop(p.sources.remove("backup")), warning, "sources", "where backup comes from");
    let misspell = |p: &mut Profile| drop(p.sources.insert("bakcup".into(), "x".into()));
    catches("bare", misspell, warning, "sources", "did you mean `backup`?");
    catches("bare", |p| p.quirks.push("odd".into()), warning, "sources", "witnessed");
}

#[test]
fn quirks() {
    let newest = "yubikey-5-nfc-5.8";
    let without = |name: &'static str| move |p: &mut Profile| p.quirks.retain(|quirk| quirk != name);
    let (error, warning) = (Severity::Error, Severity::Warning);
    catches(newest, without(quirk::TELLS_FIDO_2_2), error, "get_info.versions", "must not be used");
    let transports = "get_info.transports_for_reset";
    catches(newest, without(quirk::RESET_TRANSPORTS_IN_CAPITALS), warning, transports, "written small");
    let enhanced = "yubikey-5-nfc-enhanced-pin-5.7.4";
    let options = "get_info.options";
    catches(enhanced, without(quirk::ALWAYS_UV_WITHOUT_CONSEQUENCE), error, options, "exclude each other");
    for name in [quirk::TELLS_FIDO_2_2, quirk::RESET_TRANSPORTS_IN_CAPITALS, quirk::ALWAYS_UV_WITHOUT_CONSEQUENCE] {
        catches(YUBIKEY, |p| p.quirks.push(name.into()), error, "quirks", "does not show it");
    }
    let misspell = |p: &mut Profile| p.quirks.push("tells-fido-22".into());
    catches(newest, misspell, warning, "quirks", "did you mean `tells-fido-2-2`?");
}

#[test]
fn implementation() {
    let cut = |f: &Finding| f.severity == Severity::NotImplemented;
    assert!(lint(find("yubikey-5-nfc-5.8").unwrap()).iter().any(|f| cut(f) && f.message.contains("previewSign")));
    catches("bare", |p| p.quirks.push("odd".into()), Severity::NotImplemented, "quirks", "odd is not imitated");
    assert_eq!(lint(find("chrome-on-mac").unwrap()).iter().find(|f| cut(f)), None);
}
