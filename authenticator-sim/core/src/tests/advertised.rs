//! Nothing is advertised that is not there, and everything that is advertised answers.

use std::vec::Vec;

use keyrig_ctap::cbor::Value;
use keyrig_ctap::cose::Algorithm;
use keyrig_ctap::message::client_pin::{Permissions, Request, Subcommand};
use keyrig_ctap::message::make_credential::{self, Options, Parameter};
use keyrig_ctap::message::{Descriptor, PUBLIC_KEY, config, credential_management, large_blobs};
use keyrig_ctap::pin_uv_auth::Protocol;
use keyrig_ctap::profile::Profile;
use keyrig_ctap::u2f::{Apdu, Instruction, StatusWord};
use keyrig_ctap::{Command, Status};

use super::blobs::{blob_key, get_blobs};
use super::ceremonies::secret_at_creation;
use super::configuration::{configurable, configurable_by_finger};
use super::fingers::{enrol, everything, reader};
use super::persistent::persistent;
use super::phones::phone;
use super::platform::{
    Key, PIN, discoverable_request, extension, finger_key, get_request, make_request, passkey_provider, security_key,
    touch_only,
};
use crate::{Removed, cut};

const OFF: Options = Options { rk: None, up: None, uv: None };

const PROFILES: &[fn() -> Profile] = &[
    security_key,
    passkey_provider,
    finger_key,
    touch_only,
    configurable,
    configurable_by_finger,
    blob_key,
    persistent,
    reader,
    everything,
    secret_at_creation,
    phone,
];

#[test]
fn what_is_not_there_is_cut_and_listed() {
    let cut = cut(&security_key());
    let removed: Vec<(&str, &str)> = cut.removed.iter().map(|r: &Removed| (r.member, r.value.as_str())).collect();
    assert_eq!(removed, [("algorithms", "RS1 (-65535)")]);
    assert_eq!(cut.info.versions, ["U2F_V2", "FIDO_2_0", "FIDO_2_1"]);
    assert_eq!(cut.info.aaguid, security_key().aaguid);
}

#[test]
fn an_algorithm_whose_messages_are_too_long_is_cut() {
    for (max_msg_size, algorithms) in [
        (None, &[][..]),
        (Some(2584), &[]),
        (Some(2585), &[Algorithm::ML_DSA_44]),
        (Some(3474), &[Algorithm::ML_DSA_44, Algorithm::ML_DSA_65]),
        (Some(7609), &[Algorithm::ML_DSA_44, Algorithm::ML_DSA_65, Algorithm::ML_DSA_87]),
    ] {
        let mut profile = security_key();
        profile.algorithms = [Algorithm::ML_DSA_44, Algorithm::ML_DSA_65, Algorithm::ML_DSA_87].to_vec();
        profile.get_info.algorithms = profile.algorithms.clone();
        profile.get_info.max_msg_size = max_msg_size;
        let cut = cut(&profile);
        assert_eq!(cut.algorithms, algorithms, "{max_msg_size:?}");
        assert_eq!(cut.info.algorithms, algorithms, "{max_msg_size:?}");
        let removed = cut.removed.iter().filter(|removed| removed.member == "algorithms");
        assert_eq!(removed.count(), 3 - algorithms.len());

        let mut key = Key::new(&profile);
        for algorithm in profile.algorithms {
            let mut request = make_request();
            request.parameters = [Parameter { algorithm, kind: PUBLIC_KEY.into() }].to_vec();
            let status = key.make(&request).map(|_| ()).err();
            let refused = (!algorithms.contains(&algorithm)).then_some(Status::UNSUPPORTED_ALGORITHM);
            assert_eq!(status, refused, "{algorithm} within {max_msg_size:?}");
        }
    }
}

#[test]
fn a_profile_that_promises_only_what_is_there_loses_nothing() {
    let mut profile = security_key();
    profile.get_info = cut(&profile).info;
    profile.algorithms.pop();
    assert_eq!(cut(&profile).removed, []);
}

#[test]
fn every_command_that_is_advertised_answers() {
    for profile in PROFILES {
        let mut key = Key::new(&profile());
        let info = key.info();
        for command in [Command::RESET, Command::SELECTION] {
            assert_eq!(key.command(command, &[]).0, Status::OK, "{command}");
        }
        let pin = key.command(Command::CLIENT_PIN, &Request::new(Subcommand::GET_PIN_RETRIES).encode()).0;
        let expected = match (info.pin_uv_auth_protocols.is_empty(), info.option("clientPin")) {
            (true, _) => Status::INVALID_COMMAND,
            (false, None) => Status::INVALID_SUBCOMMAND,
            (false, Some(_)) => Status::OK,
        };
        assert_eq!(pin, expected, "{}", profile().id);
    }
}

fn configure(key: &mut Key, subcommand: config::Subcommand, parameters: Option<Vec<u8>>) -> Status {
    key.set_pin(Protocol::Two, PIN);
    let token = key.unbound_token(Permissions::ACFG).unwrap();
    key.configure(Some(&token), subcommand, parameters)
}

#[test]
fn every_option_that_is_advertised_does_something() {
    for profile in PROFILES {
        for (option, value) in Key::new(&profile()).info().options {
            let mut key = Key::new(&profile());
            let uv = key.info().option("uv");
            let server_side = make_credential::Request { options: Options { uv, ..OFF }, ..make_request() };
            let answer = match (option.as_str(), value) {
                ("rk", true) => {
                    let options = Options { rk: Some(true), ..server_side.options };
                    key.make(&make_credential::Request { options, ..server_side }).map(|_| ())
                }
                ("up" | "uv", true) => key.make(&server_side).map(|_| ()),
                ("clientPin", _) => match key.set_pin(Protocol::Two, PIN) {
                    Status::OK => Ok(()),
                    refused => Err(refused),
                },
                ("pinUvAuthToken", true) => {
                    key.set_pin(Protocol::Two, PIN);
                    key.token(PIN, Permissions::MC).map(|_| ())
                }
                ("alwaysUv", _) => {
                    assert_eq!(configure(&mut key, config::Subcommand::TOGGLE_ALWAYS_UV, None), Status::OK);
                    assert_eq!(key.info().option("alwaysUv"), Some(!value));
                    Ok(())
                }
                ("ep", _) => {
                    configure(&mut key, config::Subcommand::ENABLE_ENTERPRISE_ATTESTATION, None);
                    let request = make_credential::Request { enterprise_attestation: Some(2), ..server_side };
                    key.make(&request).map(|made| assert_eq!(made.enterprise, Some(true)))
                }
                ("authnrCfg", true) => {
                    key.set_pin(Protocol::Two, PIN);
                    key.unbound_token(Permissions::ACFG).map(|_| ())
                }
                ("setMinPINLength", true) => {
                    let nothing = Some(Vec::from([0xa0]));
                    assert_eq!(configure(&mut key, config::Subcommand::SET_MIN_PIN_LENGTH, nothing), Status::OK);
                    Ok(())
                }
                ("uvAcfg", true) => {
                    if uv == Some(false) {
                        key.set_pin(Protocol::Two, PIN);
                        let token = key.unbound_token(Permissions::BE).unwrap();
                        enrol(&mut key, &token).unwrap();
                    }
                    key.finger_token(Permissions::ACFG).map(|_| ())
                }
                ("largeBlobs", true) => {
                    let first = large_blobs::Request { get: Some(17), offset: Some(0), ..Default::default() };
                    get_blobs(&mut key, &first).map(|_| ())
                }
                // What they promise comes with the first finger.
                ("uv" | "bioEnroll" | "userVerificationMgmtPreview", false) | ("uvBioEnroll", true) => {
                    key.set_pin(Protocol::Two, PIN);
                    let token = key.unbound_token(Permissions::BE).unwrap();
                    enrol(&mut key, &token).unwrap();
                    key.finger_token(Permissions::BE).map(|_| ())
                }
                ("perCredMgmtRO", true) => {
                    key.set_pin(Protocol::Two, PIN);
                    key.unbound_token(Permissions::PCMR).map(|_| ())
                }
                ("credMgmt", true) => {
                    key.set_pin(Protocol::Two, PIN);
                    let token = key.unbound_token(Permissions::CM).unwrap();
                    key.manage(&token, credential_management::Subcommand::GET_CREDS_METADATA, None).map(|_| ())
                }
                ("makeCredUvNotRqd", true) => {
                    if key.info().option("clientPin").is_some() {
                        key.set_pin(Protocol::Two, PIN);
                    }
                    key.make(&server_side).map(|_| ())
                }
                other => panic!("an option that no test calls: {other:?}"),
            };
            assert_eq!(answer, Ok(()), "{option} of {}", profile().id);
        }
    }
}

#[test]
fn every_algorithm_protocol_extension_and_limit_that_is_advertised_holds() {
    for profile in PROFILES {
        let info = Key::new(&profile()).info();
        for algorithm in &info.algorithms {
            let mut request = make_request();
            request.parameters = Vec::from([Parameter { algorithm: *algorithm, kind: PUBLIC_KEY.into() }]);
            request.options.uv = info.option("uv");
            assert!(Key::new(&profile()).make(&request).is_ok(), "{algorithm}");
        }
        for number in &info.pin_uv_auth_protocols {
            Key::new(&profile()).agree(Protocol::from_number(*number).unwrap());
        }
        for id in &info.extensions {
            let mut request = make_request();
            request.options.uv = info.option("uv");
            let input = match id.as_str() {
                "credProtect" => Value::Unsigned(2),
                "credBlob" => Value::Bytes(Vec::from([1])),
                "largeBlob" => Value::Map(Vec::from([("support".into(), "preferred".into())])),
                "prf" => Value::Map(Vec::new()),
                // Its input is a ceremony's worth of keys, which another test has.
                "hmac-secret-mc" => continue,
                _ => Value::Bool(true),
            };
            request.options.rk = Some(true);
            request.extensions = extension(id, input);
            let made = Key::new(&profile()).make(&request).unwrap();
            let data = keyrig_ctap::auth_data::AuthData::parse(&made.auth_data).unwrap();
            let answer = match id.as_str() {
                "credBlob" => extension(id, Value::Bool(true)),
                // Rules for PINs are told to those who were named, which another test sees to.
                "largeBlobKey" | "minPinLength" | "thirdPartyPayment" => None,
                "largeBlob" | "prf" => None,
                _ => request.extensions,
            };
            assert_eq!(data.extensions, answer, "{id}");
            assert_eq!(made.large_blob_key.is_some(), id == "largeBlobKey");
            assert_eq!(made.unsigned_extensions.is_some(), ["largeBlob", "prf"].contains(&id.as_str()));
        }
        for version in &info.versions {
            if version == "U2F_V2" {
                let version = Apdu { class: 0, instruction: Instruction::VERSION, p1: 0, p2: 0, data: &[] };
                assert_eq!(Key::new(&profile()).apdu(&version), (b"U2F_V2".to_vec(), StatusWord::NO_ERROR));
            }
        }
        let mut request = get_request(&[Vec::from([1])]);
        let list = info.max_credential_count_in_list.unwrap();
        request.allow_list = Some((0..list).map(|n| Descriptor::public_key(&n.to_be_bytes())).collect());
        assert_eq!(Key::new(&profile()).get(&request), Err(Status::NO_CREDENTIALS));
    }
}

#[test]
fn get_info_follows_the_state() {
    let mut key = Key::new(&security_key());
    assert_eq!(key.info().option("clientPin"), Some(false));
    assert_eq!(key.info().remaining_discoverable_credentials, Some(3));
    key.enrol(&discoverable_request(1));
    key.set_pin(Protocol::Two, PIN);
    assert_eq!(key.info().option("clientPin"), Some(true));
    assert_eq!(key.info().remaining_discoverable_credentials, Some(2));
}
