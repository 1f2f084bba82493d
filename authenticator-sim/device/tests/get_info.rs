//! What an authenticator of each profile answers to getInfo, beside what its profile tells.

use std::collections::{BTreeMap, BTreeSet};

use keyrig_core::cut;
use keyrig_ctap::message::PUBLIC_KEY;
use keyrig_ctap::message::get_info::Info;
use keyrig_ctap::profile::Profile;
use keyrig_ctap::{Command, quirk};
use keyrig_device::{InProcess, profiles};
use serde_json::{Value, json};

/// The members of getInfo, each option one of its own, by the names that the metadata service gives them.
type Members = BTreeMap<String, Value>;

#[test]
fn what_an_authenticator_answers_is_what_its_profile_tells_less_what_is_cut() {
    let mut whole = 0;
    for profile in profiles::all().iter().filter(|profile| profile.get_info.speaks_ctap2()) {
        let removed = cut(profile).removed;
        let is_cut = |difference: &Difference| {
            let (name, option) = difference.member.split_once('.').unwrap_or((&difference.member, ""));
            let same = |member: &str| member.replace('_', "") == name.to_lowercase();
            removed.iter().any(|removed| same(removed.member) && removed.value.starts_with(option))
        };
        let mut differences = differences(&told(profile), &answered(profile));
        // Their values are the state's and nobody else's.
        differences.retain(|difference| !["encIdentifier", "encCredStoreState"].contains(&&*difference.member));
        let silent: Vec<String> = differences.iter().filter(|d| !is_cut(d)).map(Difference::to_string).collect();
        assert!(silent.is_empty(), "{}: {}", profile.id, silent.join("\n"));
        whole += usize::from(differences.is_empty());
    }
    println!("{whole}/{} profiles answered whole", profiles::all().len());
}

#[test]
fn each_visible_quirk_is_some_products() {
    for name in [quirk::ALWAYS_UV_WITHOUT_CONSEQUENCE, quirk::RESET_TRANSPORTS_IN_CAPITALS, quirk::TELLS_FIDO_2_2] {
        assert!(profiles::all().iter().any(|profile| profile.has_quirk(name)), "{name}");
    }
}

#[test]
fn a_difference_in_any_member_is_seen() {
    let profile = profiles::find("ctap-2.3-everything").unwrap();
    let honest = told(profile);
    assert!(differences(&honest, &honest).is_empty());
    assert!(honest.len() > 40, "{honest:#?}");
    for member in honest.keys() {
        let mut changed = honest.clone();
        changed.insert(member.clone(), json!("something else"));
        assert_eq!(names(&differences(&honest, &changed)), [member.as_str()]);
        changed.remove(member);
        assert_eq!(names(&differences(&honest, &changed)), [member.as_str()], "missing here");
        assert_eq!(names(&differences(&changed, &honest)), [member.as_str()], "missing there");
    }
}

fn names(differences: &[Difference]) -> Vec<&str> {
    differences.iter().map(|difference| difference.member.as_str()).collect()
}

struct Difference {
    member: String,
    wanted: Option<Value>,
    found: Option<Value>,
}

impl std::fmt::Display for Difference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let shown = |value: &Option<Value>| value.as_ref().map_or("nothing".to_owned(), Value::to_string);
        write!(f, "{} is to be {} and is {}", self.member, shown(&self.wanted), shown(&self.found))
    }
}

fn differences(wanted: &Members, found: &Members) -> Vec<Difference> {
    let members: BTreeSet<&String> = wanted.keys().chain(found.keys()).collect();
    let differ = members.into_iter().filter(|member| wanted.get(*member) != found.get(*member));
    let difference = |member: &String| Difference {
        member: member.clone(),
        wanted: wanted.get(member).cloned(),
        found: found.get(member).cloned(),
    };
    differ.map(difference).collect()
}

fn flat(name: &str, value: Value) -> Vec<(String, Value)> {
    match value {
        Value::Object(map) => map.into_iter().map(|(key, value)| (format!("{name}.{key}"), value)).collect(),
        value => vec![(name.to_owned(), value)],
    }
}

/// What a profile's getInfo says before anything is cut from it, by way of its CTAP bytes.
fn told(profile: &Profile) -> Members {
    members(Info::decode(&profile.get_info.encode()).expect("what we encode is read"))
}

/// What a new authenticator of this profile answers.
fn answered(profile: &Profile) -> Members {
    let answer = InProcess::plug(profile, [7; 32], |honest| honest).transact(&[Command::GET_INFO.0]);
    members(Info::decode(&answer[1..]).expect("getInfo is readable"))
}

fn members(info: Info) -> Members {
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let algorithms = info.algorithms.iter().map(|algorithm| json!({ "type": PUBLIC_KEY, "alg": algorithm.0 }));
    let list = |list: &[String]| (!list.is_empty()).then(|| json!(list));
    let members = [
        ("versions", list(&info.versions)),
        ("extensions", list(&info.extensions)),
        ("aaguid", Some(json!(hex(&info.aaguid.0)))),
        ("options", Some(json!(info.options))),
        ("maxMsgSize", info.max_msg_size.map(Into::into)),
        ("pinUvAuthProtocols", Some(json!(info.pin_uv_auth_protocols))),
        ("maxCredentialCountInList", info.max_credential_count_in_list.map(Into::into)),
        ("maxCredentialIdLength", info.max_credential_id_length.map(Into::into)),
        ("transports", list(&info.transports)),
        ("algorithms", (!info.algorithms.is_empty()).then(|| algorithms.collect())),
        ("maxSerializedLargeBlobArray", info.max_serialized_large_blob_array.map(Into::into)),
        ("forcePINChange", info.force_pin_change.map(Into::into)),
        ("minPINLength", info.min_pin_length.map(Into::into)),
        ("firmwareVersion", info.firmware_version.map(Into::into)),
        ("maxCredBlobLength", info.max_cred_blob_length.map(Into::into)),
        ("maxRPIDsForSetMinPINLength", info.max_rp_ids_for_set_min_pin_length.map(Into::into)),
        ("preferredPlatformUvAttempts", info.preferred_platform_uv_attempts.map(Into::into)),
        ("uvModality", info.uv_modality.map(Into::into)),
        ("certifications", Some(json!(info.certifications))),
        ("remainingDiscoverableCredentials", info.remaining_discoverable_credentials.map(Into::into)),
        ("vendorPrototypeConfigCommands", info.vendor_prototype_config_commands.map(Into::into)),
        ("attestationFormats", list(&info.attestation_formats)),
        ("uvCountSinceLastPinEntry", info.uv_count_since_last_pin_entry.map(Into::into)),
        ("longTouchForReset", info.long_touch_for_reset.map(Into::into)),
        ("encIdentifier", info.enc_identifier.map(|bytes| json!(hex(&bytes)))),
        ("transportsForReset", list(&info.transports_for_reset)),
        ("pinComplexityPolicy", info.pin_complexity_policy.map(Into::into)),
        ("pinComplexityPolicyURL", info.pin_complexity_policy_url.map(|url| json!(hex(url.as_bytes())))),
        ("maxPINLength", info.max_pin_length.map(Into::into)),
        ("encCredStoreState", info.enc_cred_store_state.map(|bytes| json!(hex(&bytes)))),
        ("authenticatorConfigCommands", info.authenticator_config_commands.map(Into::into)),
    ];
    members.into_iter().flat_map(|(name, value)| value.map(|value| flat(name, value)).unwrap_or_default()).collect()
}
