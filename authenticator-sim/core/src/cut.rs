//! getInfo, cut to what is implemented: nothing is advertised that no command answers.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use keyrig_ctap::cose::Algorithm;
use keyrig_ctap::message::config::Subcommand;
use keyrig_ctap::message::get_info::Info;
use keyrig_ctap::profile::{AttestationFormat, Profile};
use keyrig_ctap::quirk;

use crate::provider::{ALGORITHMS, Size};
use crate::{command, extension};

/// Options that some command honours.
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
];

/// Options that are of no use where nobody can be verified.
const NEED_VERIFICATION: &[&str] = &["credMgmt", "credentialMgmtPreview", "perCredMgmtRO", "pinUvAuthToken"];

/// Quirks that are imitated beyond what getInfo says.
pub const IMITATED_QUIRKS: &[&str] = &[
    quirk::ALWAYS_UV_FOR_GOOD,
    quirk::PIN_PROTOCOL_2_SHORT_VERIFY,
    quirk::RESET_WITHIN_5_SECONDS,
    quirk::TELLS_TOUCH_TIMEOUT,
];

/// A profile, cut to what is implemented.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cut {
    /// What getInfo says before a PIN is set; the state's members are filled in when it is asked.
    pub info: Info,
    /// Algorithms that keys are made for, the preferred one first.
    pub algorithms: Vec<Algorithm>,
    /// What the product does and we do not, by the member of getInfo.
    pub removed: Vec<Removed>,
}

/// Something that was cut.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Removed {
    /// The member of getInfo, as a profile names it.
    pub member: &'static str,
    /// The value that is gone.
    pub value: String,
}

/// Cuts `profile` to what is implemented.
pub fn cut(profile: &Profile) -> Cut {
    let mut info = profile.get_info.clone();
    info.aaguid = profile.aaguid;
    let mut removed = Vec::new();
    lists(&mut info, profile, &mut removed);
    members(&mut info, &mut removed);
    let mut algorithms = profile.algorithms.clone();
    algorithms.retain(|algorithm| keep(&mut removed, "algorithms", algorithm, has(profile, *algorithm)));
    removed.sort();
    removed.dedup();
    Cut { info, algorithms, removed }
}

/// Whether keys of `algorithm` are made: no message with one is longer than the product takes.
fn has(profile: &Profile, algorithm: Algorithm) -> bool {
    ALGORITHMS.contains(&algorithm) && longest_message(profile, algorithm) <= profile.get_info.max_message_size()
}

/// The length in bytes of the longest answer that `algorithm` makes for: a registration, or an assertion. Certificates
/// and extensions, which no algorithm makes longer, are not counted. Zero for one that is not implemented.
pub fn longest_message(profile: &Profile, algorithm: Algorithm) -> u64 {
    /// Status, maps, names and lengths.
    const FRAME: usize = 64;
    /// RP ID hash, flags, counter.
    const AUTH_DATA: usize = 37;
    /// AAGUID, length of the credential id.
    const ATTESTED: usize = 18;
    let Some(Size { key, signature }) = Size::of(algorithm) else { return 0 };
    let lengths = profile.credential_id;
    let id = usize::from(lengths.server_side.max(lengths.discoverable));
    let own = if profile.attestation.format == AttestationFormat::PackedSelf { signature } else { 0 };
    let (registration, assertion) = (AUTH_DATA + ATTESTED + id + key + own, AUTH_DATA + id + signature);
    (FRAME + registration.max(assertion)) as u64
}

fn lists(info: &mut Info, profile: &Profile, removed: &mut Vec<Removed>) {
    // U2F knows one algorithm, and a registration without a certificate is none.
    let u2f = profile.attestation.chain.is_some() && profile.algorithms.contains(&Algorithm::ES256);
    info.versions.retain(|version| keep(removed, "versions", version, u2f || version != command::u2f::VERSION));
    info.extensions.retain(|id| keep(removed, "extensions", id, extension::ALL.contains(&id.as_str())));
    info.options.retain(|name, value| {
        let implemented = OPTIONS.contains(&name.as_str()) && fits(name, profile);
        keep(removed, "options", &format!("{name}: {value}"), implemented)
    });
    let can_verify = info.option("uv").is_some() || info.option("clientPin").is_some();
    info.options.retain(|name, value| {
        let implemented = can_verify || !NEED_VERIFICATION.contains(&name.as_str());
        keep(removed, "options", &format!("{name}: {value}"), implemented)
    });
    info.algorithms.retain(|algorithm| has(profile, *algorithm));
    info.pin_uv_auth_protocols.retain(|number| keep(removed, "pin_uv_auth_protocols", number, matches!(number, 1 | 2)));
    let own = |id: &str| {
        let attestation = &profile.attestation;
        attestation.format.id() == id || attestation.members.iter().any(|member| member.id() == id)
    };
    info.attestation_formats.retain(|format| keep(removed, "attestation_formats", format, own(format)));
}

/// A PIN or a finger that the profile does not verify by is no option of it.
fn fits(option: &str, profile: &Profile) -> bool {
    let verification = profile.user_verification;
    match option {
        "clientPin" => verification.has_client_pin(),
        "uv" | "bioEnroll" | "userVerificationMgmtPreview" => verification.has_built_in(),
        _ => true,
    }
}

/// Members that belong to commands which are not there.
fn members(info: &mut Info, removed: &mut Vec<Removed>) {
    // Nobody knows what a maker's own commands do; a maker who has none says so with an empty list.
    if info.vendor_prototype_config_commands.as_ref().is_some_and(|list| !list.is_empty()) {
        let list = info.vendor_prototype_config_commands.take().unwrap_or_default();
        list.iter().for_each(|command| note(removed, "vendor_prototype_config_commands", command.to_string()));
    }
    if let Some(mut list) = info.authenticator_config_commands.take() {
        list.retain(|command| {
            let offered = command::offers_configuration(info, Subcommand(*command));
            keep(removed, "authenticator_config_commands", command, offered)
        });
        info.authenticator_config_commands = Some(list);
    }
    info.enc_identifier = None;
    info.enc_cred_store_state = None;
}

fn keep(removed: &mut Vec<Removed>, member: &'static str, value: &impl ToString, implemented: bool) -> bool {
    if !implemented {
        note(removed, member, value.to_string());
    }
    implemented
}

fn note(removed: &mut Vec<Removed>, member: &'static str, value: String) {
    removed.push(Removed { member, value });
}
