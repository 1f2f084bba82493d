//! What authenticatorConfig changes, as getInfo and the ceremonies show it.

use std::string::String;
use std::vec::Vec;

use der::Decode;
use keyrig_ctap::auth_data::AuthData;
use keyrig_ctap::cbor::{Fields, Tree, Value, expect_array, expect_bytes};
use keyrig_ctap::message::client_pin::Permissions;
use keyrig_ctap::message::config::{MinPinLength, Subcommand};
use keyrig_ctap::message::make_credential;
use keyrig_ctap::pin_uv_auth::Protocol;
use keyrig_ctap::profile::Profile;
use keyrig_ctap::{Command, Status};

use super::platform::{Key, PIN, RP, finger_key, make_request, security_key};
use crate::Input;
use crate::attestation::extension::SERIAL_NUMBER;

/// A key that can be configured in every way, by a finger too where it has a reader.
pub(super) fn configurable() -> Profile {
    configured(security_key())
}

pub(super) fn configurable_by_finger() -> Profile {
    let mut profile = configured(finger_key());
    profile.get_info.options.insert("uvAcfg".into(), true);
    profile
}

fn configured(mut profile: Profile) -> Profile {
    for (option, value) in [("authnrCfg", true), ("setMinPINLength", true), ("alwaysUv", false), ("ep", false)] {
        profile.get_info.options.insert(option.into(), value);
    }
    profile.get_info.extensions.push("minPinLength".into());
    profile.get_info.max_rp_ids_for_set_min_pin_length = Some(2);
    profile.get_info.long_touch_for_reset = Some(false);
    profile.get_info.pin_complexity_policy = Some(false);
    profile.get_info.vendor_prototype_config_commands = Some(Vec::new());
    profile.get_info.authenticator_config_commands = Some([1, 2, 3, 4, 255].to_vec());
    profile
}

#[test]
fn always_uv_is_toggled_and_told() {
    let mut key = Key::with_pin(&configurable());
    assert!(key.make(&make_request()).is_ok());
    for always in [true, false] {
        let token = key.unbound_token(Permissions::ACFG).unwrap();
        assert_eq!(key.configure(Some(&token), Subcommand::TOGGLE_ALWAYS_UV, None), Status::OK);
        let info = key.info();
        assert_eq!((info.option("alwaysUv"), info.option("makeCredUvNotRqd")), (Some(always), Some(!always)));
        assert_eq!(key.make(&make_request()).err(), always.then_some(Status::PUAT_REQUIRED));
    }
}

#[test]
fn a_new_minimum_is_told_and_forces_a_change_and_ends_tokens() {
    let mut key = Key::with_pin(&configurable());
    let token = key.unbound_token(Permissions::ACFG).unwrap();
    let wanted = MinPinLength { length: Some(8), ..MinPinLength::default() }.encode();
    assert_eq!(key.configure(Some(&token), Subcommand::SET_MIN_PIN_LENGTH, Some(wanted)), Status::OK);
    let info = key.info();
    assert_eq!((info.min_pin_length, info.force_pin_change), (Some(8), Some(true)));
    assert_eq!(key.configure(Some(&token), Subcommand::TOGGLE_ALWAYS_UV, None), Status::PIN_AUTH_INVALID);
    assert_eq!(key.change_pin(PIN, "1234567"), Status::PIN_POLICY_VIOLATION);
    assert_eq!(key.change_pin(PIN, "12345678"), Status::OK);
    assert_eq!(key.info().force_pin_change, None);
}

/// The certificate of a fresh credential, and whether the answer says that it is an enterprise attestation.
fn attested(key: &mut Key, enterprise_attestation: Option<u64>) -> (Vec<u8>, Option<bool>) {
    let request = make_credential::Request { enterprise_attestation, ..make_request() };
    let made = key.make(&request).unwrap();
    let tree = Tree::parse(&made.statement).unwrap();
    let x5c = Fields::of(&tree.root, "attStmt").unwrap().text("x5c").unwrap();
    (expect_bytes(&expect_array(x5c, "x5c").unwrap()[0], "x5c").unwrap().to_vec(), made.enterprise)
}

#[test]
fn a_vendor_facilitated_attestation_is_for_the_relying_parties_that_the_product_knows() {
    let mut profile = configurable();
    profile.attestation.enterprise_rp_ids = [RP.into()].to_vec();
    let mut known = Key::new(&profile);
    assert_eq!(known.configure(None, Subcommand::ENABLE_ENTERPRISE_ATTESTATION, None), Status::OK);
    let (ordinary, told) = attested(&mut known, None);
    assert_eq!(told, None);
    let (enterprise, told) = attested(&mut known, Some(1));
    assert_eq!(told, Some(true));
    let key = |der: &[u8]| {
        let certificate = x509_cert::Certificate::from_der(der).unwrap();
        certificate.tbs_certificate().subject_public_key_info().clone()
    };
    assert_ne!(key(&ordinary), key(&enterprise), "a key that tells the device is not the batch's");

    profile.attestation.enterprise_rp_ids = ["other.example".into()].to_vec();
    let mut other = Key::new(&profile);
    assert_eq!(other.configure(None, Subcommand::ENABLE_ENTERPRISE_ATTESTATION, None), Status::OK);
    assert_eq!(attested(&mut other, Some(1)), (ordinary, None));
}

#[test]
fn a_serial_number_is_in_platform_managed_enterprise_attestation_alone() {
    let mut key = Key::new(&configurable());
    let numbered = |certificate: &[u8]| {
        let certificate = x509_cert::Certificate::from_der(certificate).unwrap();
        let mut extensions = certificate.tbs_certificate().extensions().unwrap().iter();
        extensions.find(|e| e.extn_id == SERIAL_NUMBER).map(|e| e.extn_value.as_bytes().to_vec())
    };
    assert_eq!(key.configure(None, Subcommand::ENABLE_ENTERPRISE_ATTESTATION, None), Status::OK);
    for ordinary in [None, Some(1)] {
        let (certificate, told) = attested(&mut key, ordinary);
        assert_eq!((numbered(&certificate), told), (None, None));
    }
    let (first, told) = attested(&mut key, Some(2));
    assert_eq!((numbered(&first).unwrap().len(), told), (10, Some(true)));
    assert_eq!(attested(&mut key, Some(2)).0, first, "the number is the device's");
    let mut other = Key::seeded(&configurable(), [2; 32]);
    assert_eq!(other.configure(None, Subcommand::ENABLE_ENTERPRISE_ATTESTATION, None), Status::OK);
    assert_ne!(numbered(&attested(&mut other, Some(2)).0), numbered(&first));
}

#[test]
fn rules_for_pins_are_told_to_those_who_were_named() {
    let mut profile = configurable();
    profile.get_info.extensions.push("pinComplexityPolicy".into());
    let mut key = Key::new(&profile);
    let inputs = [(Value::from("minPinLength"), Value::Bool(true)), ("pinComplexityPolicy".into(), Value::Bool(true))];
    let told = |key: &mut Key| {
        let request =
            make_credential::Request { extensions: Some(Value::Map(inputs.to_vec()).to_canonical()), ..make_request() };
        AuthData::parse(&key.make(&request).unwrap().auth_data).unwrap().extensions
    };
    assert_eq!(told(&mut key), None);
    let rp_ids = Some([RP.into()].to_vec());
    let wanted = MinPinLength { length: Some(6), rp_ids, complexity: Some(true), ..MinPinLength::default() };
    assert_eq!(key.configure(None, Subcommand::SET_MIN_PIN_LENGTH, Some(wanted.encode())), Status::OK);
    let outputs =
        [(Value::from("minPinLength"), Value::Unsigned(6)), ("pinComplexityPolicy".into(), Value::Bool(true))];
    assert_eq!(told(&mut key), Some(Value::Map(outputs.to_vec()).to_canonical()));
}

#[test]
fn some_are_named_from_the_factory_on_whoever_is_named_besides() {
    let told = |key: &mut Key| {
        let extensions = Value::Map([(Value::from("minPinLength"), Value::Bool(true))].to_vec()).to_canonical();
        let request = make_credential::Request { extensions: Some(extensions), ..make_request() };
        AuthData::parse(&key.make(&request).unwrap().auth_data).unwrap().extensions.is_some()
    };
    let name = |key: &mut Key, rp_ids: &[&str]| {
        let rp_ids = Some(rp_ids.iter().copied().map(String::from).collect());
        let wanted = MinPinLength { rp_ids, ..MinPinLength::default() };
        assert_eq!(key.configure(None, Subcommand::SET_MIN_PIN_LENGTH, Some(wanted.encode())), Status::OK);
    };
    for (from_factory, expected) in [(RP, true), ("other.example", false)] {
        let mut profile = configurable();
        profile.min_pin_length_rp_ids = [from_factory.into()].to_vec();
        let mut key = Key::new(&profile);
        assert_eq!(told(&mut key), expected, "{from_factory}");
        name(&mut key, &[RP, "third.example"]);
        assert!(told(&mut key));
        name(&mut key, &[]);
        assert!(told(&mut key), "no list is not an empty one");
        name(&mut key, &["third.example"]);
        assert_eq!(told(&mut key), expected, "a list takes the place of the last one, not of the factory's");
        name(&mut key, &[RP]);
        assert_eq!(key.command(keyrig_ctap::Command::RESET, &[]).0, Status::OK);
        assert_eq!(told(&mut key), expected, "{from_factory}");
    }
}

#[test]
fn settings_outlive_power_cuts_and_end_with_a_reset() {
    let mut key = Key::new(&configurable());
    let factory = key.info();
    for subcommand in [Subcommand::ENABLE_ENTERPRISE_ATTESTATION, Subcommand::ENABLE_LONG_TOUCH_FOR_RESET] {
        for _ in 0..2 {
            assert_eq!(key.configure(None, subcommand, None), Status::OK, "again changes nothing");
        }
    }
    let wanted = MinPinLength { length: Some(6), complexity: Some(true), ..MinPinLength::default() };
    assert_eq!(key.configure(None, Subcommand::SET_MIN_PIN_LENGTH, Some(wanted.encode())), Status::OK);
    let now = key.now;
    assert_eq!(key.authenticator.handle(now, Input::PowerCycle).count(), 0);
    let info = key.info();
    assert_eq!(info.option("ep"), Some(true));
    assert_eq!((info.long_touch_for_reset, info.pin_complexity_policy), (Some(true), Some(true)));
    assert_eq!(info.min_pin_length, Some(6));
    assert_eq!(key.command(Command::RESET, &[]).0, Status::OK);
    assert_eq!(key.info(), factory);
}

#[test]
fn a_policy_is_no_policy_where_the_product_has_none() {
    let mut profile = configurable();
    profile.get_info.pin_complexity_policy = None;
    let mut key = Key::new(&profile);
    let wanted = MinPinLength { complexity: Some(true), ..MinPinLength::default() };
    assert_eq!(key.configure(None, Subcommand::SET_MIN_PIN_LENGTH, Some(wanted.encode())), Status::OK);
    assert_eq!(key.set_pin(Protocol::Two, "111111"), Status::OK);
}
