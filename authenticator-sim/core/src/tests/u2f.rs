//! U2F by its raw messages, and its credentials in CTAP2.

use std::vec::Vec;

use der::{Decode, SliceReader};
use keyrig_ctap::auth_data::AuthData;
use keyrig_ctap::cbor::Value;
use keyrig_ctap::message::config::Subcommand;
use keyrig_ctap::message::get_info::Info;
use keyrig_ctap::u2f::{Apdu, Control, Instruction, StatusWord};
use keyrig_ctap::{Command, Status};
use p256::ecdsa::signature::Verifier;
use p256::ecdsa::{DerSignature, VerifyingKey};
use sha2::{Digest, Sha256};

use super::configuration::configurable;
use super::platform::{Hand, Key, RP, extension, get_request, make_request, passkey_provider, security_key};
use crate::{Gesture, Input, Output};

const CHALLENGE: [u8; 32] = [0xc1; 32];

fn application(id: &str) -> [u8; 32] {
    Sha256::digest(id).into()
}

fn register(key: &mut Key, application: &[u8; 32]) -> (Vec<u8>, StatusWord) {
    let data = [CHALLENGE, *application].concat();
    key.apdu(&Apdu { class: 0, instruction: Instruction::REGISTER, p1: 0, p2: 0, data: &data })
}

fn authenticate(key: &mut Key, control: Control, application: &[u8; 32], handle: &[u8]) -> (Vec<u8>, StatusWord) {
    let data = [&CHALLENGE[..], application, &[handle.len() as u8], handle].concat();
    key.apdu(&Apdu { class: 0, instruction: Instruction::AUTHENTICATE, p1: control.0, p2: 0, data: &data })
}

/// A registration, taken apart.
struct Registered {
    point: Vec<u8>,
    handle: Vec<u8>,
    certificate: x509_cert::Certificate,
    signature: Vec<u8>,
}

fn registered(key: &mut Key) -> Registered {
    let (data, status) = register(key, &application(RP));
    assert_eq!(status, StatusWord::NO_ERROR);
    assert_eq!(data[0], 5);
    let (point, rest) = data[1..].split_at(65);
    let (handle, rest) = rest[1..].split_at(usize::from(rest[0]));
    let mut reader = SliceReader::new(rest).unwrap();
    let certificate = x509_cert::Certificate::decode(&mut reader).unwrap();
    let signature = rest[rest.len() - usize::try_from(der::Reader::remaining_len(&reader)).unwrap()..].to_vec();
    Registered { point: point.to_vec(), handle: handle.to_vec(), certificate, signature }
}

fn verifies(point: &[u8], message: &[u8], signature: &[u8]) -> bool {
    let key = VerifyingKey::from_sec1_bytes(point).unwrap();
    key.verify(message, &DerSignature::from_bytes(signature).unwrap()).is_ok()
}

#[test]
fn a_registration_is_signed_by_its_certificate() {
    let mut key = Key::new(&security_key());
    let made = registered(&mut key);
    let message = [&[0], &application(RP)[..], &CHALLENGE, &made.handle, &made.point].concat();
    let leaf = made.certificate.tbs_certificate().subject_public_key_info().subject_public_key.raw_bytes();
    assert!(verifies(leaf, &message, &made.signature));
    assert!(!verifies(leaf, &message[1..], &made.signature));
}

#[test]
fn an_authentication_has_three_forms() {
    let mut key = Key::new(&security_key());
    let made = registered(&mut key);
    let rp = application(RP);
    let mut last = 0;
    for (control, present) in [(Control::ENFORCE, 1), (Control::DONT_ENFORCE, 0)] {
        let prompts = key.prompts;
        let (data, status) = authenticate(&mut key, control, &rp, &made.handle);
        assert_eq!((status, key.prompts - prompts), (StatusWord::NO_ERROR, usize::from(present)));
        let (seen, signature) = data.split_at(5);
        assert_eq!(seen[0], present);
        let count = u32::from_be_bytes(seen[1..].try_into().unwrap());
        assert!(count > last, "{count}");
        last = count;
        assert!(verifies(&made.point, &[&rp[..], seen, &CHALLENGE].concat(), signature));
    }
    let (data, status) = authenticate(&mut key, Control::CHECK_ONLY, &rp, &made.handle);
    assert_eq!((data.as_slice(), status), (&[][..], StatusWord::CONDITIONS_NOT_SATISFIED));
    for control in [Control::CHECK_ONLY, Control::ENFORCE, Control::DONT_ENFORCE] {
        for (rp, handle) in [(&application("example.com"), &made.handle[..]), (&rp, &made.handle[1..])] {
            assert_eq!(authenticate(&mut key, control, rp, handle).1, StatusWord::WRONG_DATA, "{control}");
        }
    }
    assert_eq!(authenticate(&mut key, Control(1), &rp, &made.handle).1, StatusWord::WRONG_P1P2);
}

#[test]
fn messages_that_are_none_have_their_status_words() {
    let mut key = Key::new(&security_key());
    let apdu = |class, instruction, data: &'static [u8]| Apdu { class, instruction, p1: 0, p2: 0, data };
    assert_eq!(key.apdu(&apdu(0, Instruction::VERSION, &[])), (b"U2F_V2".to_vec(), StatusWord::NO_ERROR));
    assert_eq!(key.apdu(&apdu(0, Instruction::VERSION, &[1])).1, StatusWord::WRONG_LENGTH);
    assert_eq!(key.apdu(&apdu(1, Instruction::VERSION, &[])).1, StatusWord::CLA_NOT_SUPPORTED);
    assert_eq!(key.apdu(&apdu(0, Instruction(4), &[])).1, StatusWord::INS_NOT_SUPPORTED);
    for wrong in [&[0; 63][..], &[0; 65]] {
        assert_eq!(key.apdu(&apdu(0, Instruction::REGISTER, wrong)).1, StatusWord::WRONG_LENGTH);
    }
    for wrong in [&[0; 64][..], &[1; 65], &[1; 67]] {
        assert_eq!(key.apdu(&apdu(0, Instruction::AUTHENTICATE, wrong)).1, StatusWord::WRONG_LENGTH);
    }
    assert_eq!(key.raw_apdu(&[0, 3]).1, StatusWord::WRONG_LENGTH);
    let mut without = Key::new(&passkey_provider());
    assert_eq!(without.apdu(&apdu(0, Instruction::VERSION, &[])).1, StatusWord::INS_NOT_SUPPORTED);
    assert_eq!(register(&mut without, &application(RP)).1, StatusWord::INS_NOT_SUPPORTED);
}

#[test]
fn without_a_touch_there_is_nothing_and_half_a_second_is_enough_to_know() {
    let mut key = Key::new(&security_key());
    for hand in [Hand::Idle, Hand::Cancels, Hand::Does(Gesture::Decline)] {
        key.hand = hand;
        let before = key.now;
        assert_eq!(register(&mut key, &application(RP)), (Vec::new(), StatusWord::CONDITIONS_NOT_SATISFIED));
        assert!(key.now.since(before).as_millis() <= 500);
    }
    assert_eq!(key.authenticator.state().credentials().count(), 0);
    // Amid another request.
    let selection = [Command::SELECTION.0];
    assert_eq!(key.authenticator.handle(key.now, Input::Request(&selection)).count(), 1);
    let version = Apdu { class: 0, instruction: Instruction::VERSION, p1: 0, p2: 0, data: &[] }.encode();
    let replies: Vec<_> = key.authenticator.handle(key.now, Input::Apdu(&version)).collect();
    assert_eq!(replies, [Output::Reply([0x69, 0x85].to_vec())]);
}

#[test]
fn what_u2f_made_ctap2_uses_and_not_the_other_way_round() {
    let mut key = Key::new(&security_key());
    let made = registered(&mut key);
    let request = get_request(core::slice::from_ref(&made.handle));
    let got = key.get(&request).unwrap();
    assert!(verifies(&made.point, &[&got.auth_data[..], &request.client_data_hash].concat(), &got.signature));
    assert_eq!(AuthData::parse(&got.auth_data).unwrap().rp_id_hash, application(RP));
    assert_eq!(got.user, None);
    let mut elsewhere = request.clone();
    elsewhere.rp_id = "example.com".into();
    assert_eq!(key.get(&elsewhere), Err(Status::NO_CREDENTIALS));
    let mut again = make_request();
    again.exclude_list = request.allow_list;
    assert_eq!(key.make(&again).err(), Some(Status::CREDENTIAL_EXCLUDED));

    let id = key.enrol(&make_request());
    assert_eq!(authenticate(&mut key, Control::ENFORCE, &application(RP), &id).1, StatusWord::WRONG_DATA);
}

#[test]
fn always_uv_switches_u2f_off() {
    let mut key = Key::new(&configurable());
    let made = registered(&mut key);
    assert_eq!(key.configure(None, Subcommand::TOGGLE_ALWAYS_UV, None), Status::OK);
    assert_eq!(register(&mut key, &application(RP)).1, StatusWord::COMMAND_NOT_ALLOWED);
    let answer = authenticate(&mut key, Control::DONT_ENFORCE, &application(RP), &made.handle);
    assert_eq!(answer.1, StatusWord::COMMAND_NOT_ALLOWED);
    assert!(!key.info().versions.iter().any(|version| version == "U2F_V2"));
    assert_eq!(key.configure(None, Subcommand::TOGGLE_ALWAYS_UV, None), Status::OK);
    assert!(key.info().versions.iter().any(|version| version == "U2F_V2"));
}

#[test]
fn what_ctap2_made_u2f_uses_where_the_product_does() {
    for uses in [false, true] {
        let mut profile = security_key();
        profile.u2f_uses_ctap2_credentials = uses;
        let mut key = Key::new(&profile);
        let id = key.enrol(&make_request());
        let expected = if uses { StatusWord::NO_ERROR } else { StatusWord::WRONG_DATA };
        assert_eq!(authenticate(&mut key, Control::ENFORCE, &application(RP), &id).1, expected, "{uses}");
        let elsewhere = authenticate(&mut key, Control::ENFORCE, &application("other.example"), &id).1;
        assert_eq!(elsewhere, StatusWord::WRONG_DATA, "it is bound to its relying party");
    }
}

#[test]
fn what_only_a_verified_user_may_see_u2f_does_not() {
    let mut profile = security_key();
    profile.u2f_uses_ctap2_credentials = true;
    for (level, expected) in [(2, StatusWord::NO_ERROR), (3, StatusWord::WRONG_DATA)] {
        let mut key = Key::new(&profile);
        let mut request = make_request();
        request.extensions = extension("credProtect", Value::Unsigned(level));
        let id = key.enrol(&request);
        assert_eq!(authenticate(&mut key, Control::ENFORCE, &application(RP), &id).1, expected, "{level}");
    }
}

#[test]
fn a_key_that_speaks_nothing_else_knows_no_command_of_ctap2() {
    let mut profile = security_key();
    profile.get_info = Info::of_u2f();
    let mut key = Key::new(&profile);
    for command in 0..=u8::MAX {
        assert_eq!(key.send(&[command]), (Status::INVALID_COMMAND, Vec::new()), "{command:#04x}");
    }
    let made = registered(&mut key);
    let (_, status) = authenticate(&mut key, Control::ENFORCE, &application(RP), &made.handle);
    assert_eq!(status, StatusWord::NO_ERROR);
}
