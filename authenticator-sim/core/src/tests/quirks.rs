//! Each quirk, beside the same key without it.

use std::string::String;
use std::time::Duration;

use keyrig_ctap::profile::Profile;
use keyrig_ctap::quirk::{PIN_PROTOCOL_2_SHORT_VERIFY, RESET_WITHIN_5_SECONDS, TELLS_TOUCH_TIMEOUT};
use keyrig_ctap::{Command, Status};

use super::platform::{Hand, Key, get_request, make_request, security_key};
use crate::Gesture;

fn with(quirk: &str) -> Profile {
    let mut profile = security_key();
    profile.quirks.push(quirk.into());
    profile
}

#[test]
fn half_a_parameter_is_compared_where_the_firmware_does_so() {
    for (profile, expected) in
        [(security_key(), Some(Status::PIN_AUTH_INVALID)), (with(PIN_PROTOCOL_2_SHORT_VERIFY), None)]
    {
        let mut key = Key::with_pin(&profile);
        let right = key.verified_make(make_request());
        let mut second_half = right.clone();
        second_half.pin_uv_auth_param.as_mut().unwrap()[16..].fill(0);
        assert_eq!(key.make(&second_half).err(), expected);

        let mut first_half = key.verified_make(make_request());
        first_half.pin_uv_auth_param.as_mut().unwrap()[15] ^= 1;
        assert_eq!(key.make(&first_half).err(), Some(Status::PIN_AUTH_INVALID));
    }
    let mut key = Key::new(&with(PIN_PROTOCOL_2_SHORT_VERIFY));
    let mut request = key.set_pin_request(keyrig_ctap::pin_uv_auth::Protocol::Two, "123456");
    request.pin_uv_auth_param.as_mut().unwrap()[31] ^= 1;
    assert!(key.pin_command(&request).is_ok());
}

#[test]
fn the_window_for_a_reset_is_shorter_where_the_firmware_is_old() {
    for (profile, seconds) in [(security_key(), 10), (with(RESET_WITHIN_5_SECONDS), 5)] {
        for (late, expected) in [(0, Status::OK), (1, Status::NOT_ALLOWED)] {
            let mut key = Key::new(&profile);
            key.wait(Duration::from_secs(seconds + late));
            assert_eq!(key.command(Command::RESET, &[]).0, expected);
        }
    }
}

#[test]
fn some_products_reset_by_some_transports_only() {
    let mut profile = security_key();
    profile.get_info.transports_for_reset = [String::from("USB")].to_vec();
    for (transport, expected) in [("usb", Status::OK), ("nfc", Status::OPERATION_DENIED)] {
        let mut key = Key::new(&profile);
        key.authenticator.set_transport(transport);
        assert_eq!(key.command(Command::RESET, &[]).0, expected);
    }
    assert_eq!(Key::new(&profile).command(Command::RESET, &[]).0, Status::OK);
}

#[test]
fn a_touch_that_does_not_come_is_a_refusal_unless_the_firmware_tells_them_apart() {
    for (profile, expected) in
        [(security_key(), Status::OPERATION_DENIED), (with(TELLS_TOUCH_TIMEOUT), Status::USER_ACTION_TIMEOUT)]
    {
        let mut key = Key::new(&profile);
        let id = key.enrol(&make_request());
        key.hand = Hand::Idle;
        assert_eq!(key.make(&make_request()).err(), Some(expected));
        assert_eq!(key.get(&get_request(&[id])).err(), Some(expected));
        assert_eq!(key.command(Command::SELECTION, &[]).0, Status::USER_ACTION_TIMEOUT);
        key.hand = Hand::Does(Gesture::Decline);
        assert_eq!(key.make(&make_request()).err(), Some(Status::OPERATION_DENIED));
    }
}
