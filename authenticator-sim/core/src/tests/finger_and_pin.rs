//! A finger and a PIN on one key, each a way of its own and the one a way out where the other is blocked.

use std::vec::Vec;

use keyrig_ctap::message::bio_enrollment;
use keyrig_ctap::message::client_pin::{Permissions, Request, Subcommand};
use keyrig_ctap::pin_uv_auth::Protocol;
use keyrig_ctap::profile::{Profile, UserVerification};
use keyrig_ctap::{Command, Status};

use super::fingers::{enrol, reader, send};
use super::platform::{Hand, Key, PIN, make_request};
use crate::Gesture;

/// A key whose getInfo tells of a finger and of a PIN, as `user_verification` has them.
fn told(user_verification: UserVerification) -> Key {
    let mut profile = Profile { user_verification, ..reader() };
    profile.get_info.preferred_platform_uv_attempts = Some(3);
    profile.get_info.uv_modality = Some(2);
    Key::new(&profile)
}

fn uv_retries(key: &mut Key) -> Result<Option<u64>, Status> {
    key.pin_command(&Request::new(Subcommand::GET_UV_RETRIES)).map(|answer| answer.uv_retries)
}

fn pin_retries(key: &mut Key) -> Result<Option<u64>, Status> {
    key.pin_command(&Request::new(Subcommand::GET_PIN_RETRIES)).map(|answer| answer.pin_retries)
}

#[test]
fn each_kind_has_its_own_options_and_subcommands_and_no_others() {
    let kinds = [
        (UserVerification::ClientPin, false, true),
        (UserVerification::BuiltIn, true, false),
        (UserVerification::BuiltInAndClientPin, true, true),
        (UserVerification::None, false, false),
    ];
    for (kind, built_in, pin) in kinds {
        let mut key = told(kind);
        let info = key.info();
        for option in ["uv", "bioEnroll", "userVerificationMgmtPreview"] {
            assert_eq!(info.option(option), built_in.then_some(false), "{kind:?}: {option}");
        }
        assert_eq!(info.option("clientPin"), pin.then_some(false), "{kind:?}");
        assert_eq!(info.option("pinUvAuthToken"), (built_in || pin).then_some(true), "{kind:?}");
        let answer = |there: bool, retries| if there { Ok(Some(retries)) } else { Err(Status::INVALID_SUBCOMMAND) };
        assert_eq!(uv_retries(&mut key), answer(built_in, 3), "{kind:?}");
        assert_eq!(pin_retries(&mut key), answer(pin, 8), "{kind:?}");
        let modality = bio_enrollment::Request { get_modality: Some(true), ..bio_enrollment::Request::default() };
        let sensor = send(&mut key, Command::BIO_ENROLLMENT, &modality).map(|answer| answer.modality);
        assert_eq!(sensor, if built_in { Ok(Some(1)) } else { Err(Status::INVALID_COMMAND) }, "{kind:?}");
        if kind == UserVerification::BuiltInAndClientPin {
            assert_eq!((info.preferred_platform_uv_attempts, info.uv_modality), (Some(3), Some(2)));
        }
    }
}

#[test]
fn a_blocked_finger_leaves_the_pin_and_the_pin_brings_the_finger_back() {
    let mut key = told(UserVerification::BuiltInAndClientPin);
    assert_eq!(key.finger_token(Permissions::BE), Err(Status::NOT_ALLOWED), "no finger yet");
    assert_eq!(key.set_pin(Protocol::Two, PIN), Status::OK);
    let token = key.unbound_token(Permissions::BE).unwrap();
    enrol(&mut key, &token).unwrap();
    let info = key.info();
    for option in ["uv", "bioEnroll", "clientPin"] {
        assert_eq!(info.option(option), Some(true), "{option}");
    }
    assert!(key.finger_token(Permissions::BE).is_ok());

    key.hand = Hand::Does(Gesture::FailVerification);
    let failures: Vec<_> = (0..3)
        .map(|_| (key.finger_token(Permissions::BE).unwrap_err(), uv_retries(&mut key).unwrap().unwrap()))
        .collect();
    assert_eq!(failures, [(Status::UV_INVALID, 2), (Status::UV_INVALID, 1), (Status::UV_BLOCKED, 0)]);
    key.hand = Hand::Willing;
    assert_eq!(key.finger_token(Permissions::BE), Err(Status::UV_BLOCKED), "a good finger comes too late");
    let mut request = make_request();
    request.options.uv = Some(true);
    assert_eq!(key.make(&request), Err(Status::PUAT_REQUIRED), "the platform is sent to the PIN");
    assert_eq!(pin_retries(&mut key), Ok(Some(8)), "a finger costs no PIN retry");

    let request = key.verified_make(make_request());
    assert!(key.make(&request).is_ok());
    assert_eq!(uv_retries(&mut key), Ok(Some(3)));
    assert!(key.finger_token(Permissions::BE).is_ok());
}

#[test]
fn a_finger_that_does_not_come_costs_a_retry_as_a_wrong_one_does() {
    let mut key = told(UserVerification::BuiltInAndClientPin);
    assert_eq!(key.set_pin(Protocol::Two, PIN), Status::OK);
    let token = key.unbound_token(Permissions::BE).unwrap();
    enrol(&mut key, &token).unwrap();
    key.hand = Hand::Idle;
    let told = [Status::USER_ACTION_TIMEOUT; 3].into_iter().chain([Status::UV_BLOCKED]);
    for (expected, left) in told.zip([2, 1, 0, 0]) {
        assert_eq!(key.finger_token(Permissions::BE), Err(expected));
        assert_eq!(uv_retries(&mut key), Ok(Some(left)));
    }
}
