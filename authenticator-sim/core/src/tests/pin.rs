use std::string::String;
use std::vec::Vec;

use keyrig_ctap::Status;
use keyrig_ctap::message::client_pin::{Permissions, Request, Subcommand};
use keyrig_ctap::pin_uv_auth::Protocol;

use super::platform::{Hand, Key, PIN, discoverable_request, finger_key, get_request, make_request, security_key};
use crate::{Edit, Gesture, Input};

fn retries(key: &mut Key) -> (u64, Option<bool>) {
    let answer = key.pin_command(&Request::new(Subcommand::GET_PIN_RETRIES)).unwrap();
    (answer.pin_retries.unwrap(), answer.power_cycle_state)
}

fn wrong(key: &mut Key) -> Status {
    key.token("000000", Permissions::MC).unwrap_err()
}

fn power_cycle(key: &mut Key) {
    assert_eq!(key.authenticator.handle(key.now, Input::PowerCycle).count(), 0);
}

#[test]
fn eight_wrong_pins_block_for_good_and_three_in_a_row_until_a_power_cycle() {
    let mut key = Key::with_pin(&security_key());
    let mut left = 8;
    for _ in 0..2 {
        for expected in [Status::PIN_INVALID, Status::PIN_INVALID, Status::PIN_AUTH_BLOCKED] {
            assert_eq!(wrong(&mut key), expected);
            left -= 1;
        }
        assert_eq!(retries(&mut key), (left, Some(true)));
        assert_eq!(wrong(&mut key), Status::PIN_AUTH_BLOCKED, "costs no retry");
        assert_eq!(retries(&mut key), (left, Some(true)));
        power_cycle(&mut key);
        assert_eq!(retries(&mut key), (left, None));
    }
    assert_eq!(wrong(&mut key), Status::PIN_INVALID);
    assert_eq!(wrong(&mut key), Status::PIN_BLOCKED);
    assert_eq!(key.token(PIN, Permissions::MC), Err(Status::PIN_BLOCKED));
    assert_eq!(key.change_pin(PIN, "654321"), Status::PIN_BLOCKED);
    power_cycle(&mut key);
    assert_eq!(key.token(PIN, Permissions::MC), Err(Status::PIN_BLOCKED));
}

#[test]
fn the_right_pin_restores_all_retries() {
    let mut key = Key::with_pin(&finger_key());
    wrong(&mut key);
    wrong(&mut key);
    key.hand = Hand::Does(Gesture::FailVerification);
    let mut request = make_request();
    request.options.uv = Some(true);
    assert_eq!(key.make(&request), Err(Status::PUAT_REQUIRED));
    assert_eq!(key.authenticator.state().uv_retries(), 2);
    key.token(PIN, Permissions::MC).unwrap();
    assert_eq!((key.authenticator.state().pin_retries(), key.authenticator.state().uv_retries()), (8, 3));
}

#[test]
fn a_wrong_pin_is_written_down_before_it_is_told_and_costs_the_key() {
    let mut key = Key::with_pin(&security_key());
    let before = key.agree(Protocol::Two).0;
    wrong(&mut key);
    assert_eq!(key.changes.last().unwrap().edits, [Edit::PinRetries(7)]);
    let after = key.agree(Protocol::Two).0;
    assert_ne!(before.authenticate(&[b"m"]), after.authenticate(&[b"m"]));
}

#[test]
fn protocol_one_does_as_well() {
    let mut key = Key::new(&security_key());
    assert_eq!(key.set_pin(Protocol::One, PIN), Status::OK);
    let (shared, request) = key.token_request(Protocol::One, PIN, Permissions::MC);
    let token = shared.decrypt(&key.pin_command(&request).unwrap().pin_uv_auth_token.unwrap()).unwrap();
    let mut request = make_request();
    request.pin_uv_auth_param = Some(Protocol::One.authenticate(&token, &[&request.client_data_hash]));
    request.pin_uv_auth_protocol = Some(1);
    assert!(key.make(&request).is_ok());
}

#[test]
fn a_token_of_ctap_2_0_is_bound_to_the_first_rp_id_that_uses_it() {
    let mut key = Key::with_pin(&security_key());
    let id = key.enrol(&make_request());
    let (shared, mut request) = key.token_request(Protocol::Two, PIN, Permissions::MC);
    request.subcommand = Subcommand::GET_PIN_TOKEN;
    (request.permissions, request.rp_id) = (None, None);
    let token = shared.decrypt(&key.pin_command(&request).unwrap().pin_uv_auth_token.unwrap()).unwrap();
    let mut request = get_request(&[id]);
    request.options.up = Some(false);
    request.pin_uv_auth_param = Some(Protocol::Two.authenticate(&token, &[&request.client_data_hash]));
    request.pin_uv_auth_protocol = Some(2);
    assert!(key.get(&request).is_ok());
    request.rp_id = String::from("example.com");
    assert_eq!(key.get(&request), Err(Status::PIN_AUTH_INVALID));
}

#[test]
fn what_is_missing_is_told_before_what_is_not_supported() {
    type Omit = fn(&mut Request);
    let omissions: [Omit; 3] =
        [|request| request.key_agreement = None, |request| request.pin_hash_enc = None, |request| request.rp_id = None];
    let mut key = Key::with_pin(&security_key());
    for omit in omissions {
        let (_, mut request) = key.token_request(Protocol::Two, PIN, Permissions::MC);
        request.protocol = Some(3);
        assert_eq!(key.pin_command(&request), Err(Status::INVALID_PARAMETER));
        omit(&mut request);
        assert_eq!(key.pin_command(&request), Err(Status::MISSING_PARAMETER));
    }
    let mut key = Key::with_pin(&finger_key());
    let (_, mut request) = key.token_request(Protocol::Two, PIN, Permissions::MC);
    request.subcommand = Subcommand::GET_TOKEN_USING_UV;
    request.protocol = Some(3);
    assert_eq!(key.pin_command(&request), Err(Status::INVALID_PARAMETER));
    request.permissions = None;
    assert_eq!(key.pin_command(&request), Err(Status::MISSING_PARAMETER));
}

#[test]
fn a_reset_forgets_credentials_and_pin() {
    let mut key = Key::with_pin(&security_key());
    let request = key.verified_make(discoverable_request(1));
    let id = key.enrol(&request);
    power_cycle(&mut key);
    assert_eq!(key.command(keyrig_ctap::Command::RESET, &[]), (Status::OK, Vec::new()));
    assert_eq!(key.get(&get_request(&[id])), Err(Status::NO_CREDENTIALS));
    assert_eq!(key.info().option("clientPin"), Some(false));
    assert_eq!(key.set_pin(Protocol::Two, PIN), Status::OK);
}

#[test]
fn a_reset_counts_wrong_pins_anew() {
    let mut key = Key::with_pin(&security_key());
    for expected in [Status::PIN_INVALID, Status::PIN_INVALID, Status::PIN_AUTH_BLOCKED] {
        assert_eq!(key.token("0000", Permissions::GA), Err(expected));
    }
    assert_eq!(key.command(keyrig_ctap::Command::RESET, &[]).0, Status::OK);
    assert_eq!(key.set_pin(Protocol::Two, PIN), Status::OK);
    assert!(key.token(PIN, Permissions::GA).is_ok());
}
