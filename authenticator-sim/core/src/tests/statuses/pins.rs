use keyrig_ctap::Status;
use keyrig_ctap::message::client_pin::{Permissions, Subcommand};
use keyrig_ctap::pin_uv_auth::Protocol;
use keyrig_ctap::profile::Profile;

use super::super::platform::{Hand, Key, PIN, finger_key, security_key};
use super::{Attempt, Row, row};
use crate::{Gesture, Input};

pub(super) const ROWS: &[Row] = &[
    row("a mandatory member of clientPIN is missing", Status::MISSING_PARAMETER, security_key, |a| {
        a.pin(|request| request.pin_hash_enc = None)
    }),
    row("the protocol of clientPIN is missing", Status::MISSING_PARAMETER, security_key, |a| {
        a.pin(|request| request.protocol = None)
    }),
    row("clientPIN with an unsupported protocol", Status::INVALID_PARAMETER, security_key, |a| {
        a.pin(|request| request.protocol = Some(3))
    }),
    row("no permissions", Status::INVALID_PARAMETER, security_key, |a| {
        a.pin(|request| request.permissions = Some(Permissions(0)))
    }),
    row("mc without an RP ID", Status::MISSING_PARAMETER, security_key, |a| a.pin(|request| request.rp_id = None)),
    row("a key off the curve", Status::INVALID_PARAMETER, security_key, |a| {
        a.pin(|request| *request.key_agreement.as_mut().unwrap().last_mut().unwrap() ^= 1)
    }),
    row("getPinToken with permissions", Status::INVALID_PARAMETER, security_key, |a| {
        let with = a.defect;
        a.key.set_pin(Protocol::Two, PIN);
        let (_, mut request) = a.key.token_request(Protocol::Two, PIN, Permissions::MC);
        request.subcommand = Subcommand::GET_PIN_TOKEN;
        if !with {
            (request.permissions, request.rp_id) = (None, None);
        }
        a.key.pin_command(&request).err().unwrap_or(Status::OK)
    }),
    row("setPIN when there is one", Status::PIN_AUTH_INVALID, security_key, |a| {
        if a.defect {
            a.key.set_pin(Protocol::Two, PIN);
        }
        a.key.set_pin(Protocol::Two, PIN)
    }),
    row("setPIN with a parameter that does not verify", Status::PIN_AUTH_INVALID, security_key, |a| {
        let mut request = a.key.set_pin_request(Protocol::Two, PIN);
        request.pin_uv_auth_param.as_mut().unwrap()[0] ^= u8::from(a.defect);
        a.key.pin_command(&request).err().unwrap_or(Status::OK)
    }),
    row("changePIN without a PIN", Status::PIN_NOT_SET, security_key, |a| {
        if !a.defect {
            a.key.set_pin(Protocol::Two, PIN);
        }
        a.key.change_pin(PIN, "654321")
    }),
    row("a token without a PIN", Status::PIN_NOT_SET, security_key, |a| {
        if !a.defect {
            a.key.set_pin(Protocol::Two, PIN);
        }
        a.key.token(PIN, Permissions::MC).err().unwrap_or(Status::OK)
    }),
    row("the wrong PIN", Status::PIN_INVALID, security_key, |a| {
        a.key.set_pin(Protocol::Two, PIN);
        a.key.token(a.either("000000", PIN), Permissions::MC).err().unwrap_or(Status::OK)
    }),
    row("the third wrong PIN in a row", Status::PIN_AUTH_BLOCKED, security_key, |a| {
        a.key.set_pin(Protocol::Two, PIN);
        for _ in 0..a.either(3, 2) {
            a.key.token("000000", Permissions::MC).unwrap_err();
        }
        a.key.token(PIN, Permissions::MC).err().unwrap_or(Status::OK)
    }),
    row("the right PIN after eight wrong ones", Status::PIN_BLOCKED, security_key, |a| {
        a.key.set_pin(Protocol::Two, PIN);
        for _ in 0..a.either(8, 7) {
            drop(a.key.authenticator.handle(a.key.now, Input::PowerCycle));
            a.key.token("000000", Permissions::MC).unwrap_err();
        }
        drop(a.key.authenticator.handle(a.key.now, Input::PowerCycle));
        a.key.token(PIN, Permissions::MC).err().unwrap_or(Status::OK)
    }),
    row("a PIN that is too short", Status::PIN_POLICY_VIOLATION, security_key, |a| {
        // Three code points in eleven bytes.
        a.key.set_pin(Protocol::Two, a.either("\u{1f511}\u{1f511}\u{20ac}", "1234"))
    }),
    row("a PIN of 64 bytes", Status::PIN_POLICY_VIOLATION, security_key, |a| {
        a.key.set_pin(Protocol::Two, &"x".repeat(a.either(64, 63)))
    }),
    row("a PIN of more code points than maxPINLength", Status::PIN_POLICY_VIOLATION, short_pins, |a| {
        // Nine code points in nine bytes, or eight in 24.
        a.key.set_pin(Protocol::Two, &a.either("x".repeat(9), "\u{20ac}".repeat(8)))
    }),
    row("a padded PIN of 80 bytes", Status::INVALID_PARAMETER, security_key, |a| {
        a.key.set_pin(Protocol::Two, &"x".repeat(a.either(65, 63)))
    }),
    row("a forced change at getPinToken", Status::PIN_INVALID, forced, legacy_token),
    row("a forced change at the token with permissions", Status::PIN_POLICY_VIOLATION, forced, |a| {
        a.key.set_pin(Protocol::Two, PIN);
        if !a.defect {
            assert_eq!(a.key.change_pin(PIN, "654321"), Status::OK);
        }
        a.key.token(a.either(PIN, "654321"), Permissions::MC).err().unwrap_or(Status::OK)
    }),
    row("a forced change to the same PIN", Status::PIN_POLICY_VIOLATION, forced, |a| {
        a.key.set_pin(Protocol::Two, PIN);
        a.key.change_pin(PIN, a.either(PIN, "654321"))
    }),
    row("a finger token that fails", Status::UV_INVALID, finger_key, |a| {
        a.hand(Hand::Does(Gesture::FailVerification));
        finger_token(a)
    }),
    row("a finger token without a finger", Status::USER_ACTION_TIMEOUT, finger_key, |a| {
        a.hand(Hand::Idle);
        finger_token(a)
    }),
    row("a finger token after too many wrong ones", Status::UV_BLOCKED, finger_key, |a| {
        let hand = a.key.hand;
        a.key.hand = Hand::Does(Gesture::FailVerification);
        for _ in 0..a.either(3, 2) {
            finger_token(a);
        }
        a.key.hand = hand;
        finger_token(a)
    }),
    row("a finger token when no finger is set up", Status::NOT_ALLOWED, no_finger, |a| {
        if !a.defect {
            a.key = Key::new(&finger_key());
        }
        finger_token(a)
    }),
];

fn forced() -> Profile {
    let mut profile = security_key();
    profile.get_info.force_pin_change = Some(true);
    profile
}

fn short_pins() -> Profile {
    let mut profile = security_key();
    profile.get_info.max_pin_length = Some(8);
    profile
}

fn no_finger() -> Profile {
    let mut profile = finger_key();
    profile.get_info.options.insert("uv".into(), false);
    profile
}

fn legacy_token(a: &mut Attempt) -> Status {
    a.key.set_pin(Protocol::Two, PIN);
    let mut pin = PIN;
    if !a.defect {
        pin = "654321";
        assert_eq!(a.key.change_pin(PIN, pin), Status::OK);
    }
    let (_, mut request) = a.key.token_request(Protocol::Two, pin, Permissions::MC);
    request.subcommand = Subcommand::GET_PIN_TOKEN;
    (request.permissions, request.rp_id) = (None, None);
    a.key.pin_command(&request).err().unwrap_or(Status::OK)
}

fn finger_token(a: &mut Attempt) -> Status {
    let (_, mut request) = a.key.token_request(Protocol::Two, PIN, Permissions::MC);
    request.subcommand = Subcommand::GET_TOKEN_USING_UV;
    request.pin_hash_enc = None;
    a.key.pin_command(&request).err().unwrap_or(Status::OK)
}
