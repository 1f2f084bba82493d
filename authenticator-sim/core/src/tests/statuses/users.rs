use std::time::Duration;

use keyrig_ctap::pin_uv_auth::Protocol;
use keyrig_ctap::profile::Profile;
use keyrig_ctap::seal::Issuer;
use keyrig_ctap::{Command, Status};

use super::super::lies::lying;
use super::super::platform::{Hand, Key, PIN, finger_key, get_request, make_request, passkey_provider, security_key};
use super::{Attempt, Row, old_key, row};
use crate::Gesture;

pub(super) const ROWS: &[Row] = &[
    row("no touch in 30 s", Status::OPERATION_DENIED, security_key, |a| {
        a.hand(Hand::Idle);
        a.make(|_| ())
    }),
    row("the user declines", Status::OPERATION_DENIED, security_key, |a| {
        a.hand(Hand::Does(Gesture::Decline));
        a.make(|_| ())
    }),
    row("the platform cancels", Status::KEEPALIVE_CANCEL, security_key, |a| {
        a.hand(Hand::Cancels);
        a.make(|_| ())
    }),
    row("the platform cancels a login", Status::KEEPALIVE_CANCEL, security_key, |a| {
        let id = a.key.enrol(&make_request());
        a.hand(Hand::Cancels);
        a.key.get(&get_request(&[id])).err().unwrap_or(Status::OK)
    }),
    row("a selection that is declined", Status::OPERATION_DENIED, security_key, |a| {
        a.hand(Hand::Does(Gesture::Decline));
        a.key.command(Command::SELECTION, &[]).0
    }),
    row("a selection without a touch", Status::USER_ACTION_TIMEOUT, security_key, |a| {
        a.hand(Hand::Idle);
        a.key.command(Command::SELECTION, &[]).0
    }),
    row("selection before CTAP 2.1", Status::INVALID_COMMAND, old_key, |a| {
        if !a.defect {
            a.key = Key::new(&security_key());
        }
        a.key.command(Command::SELECTION, &[]).0
    }),
    row("a reset more than 10 s after power-up", Status::NOT_ALLOWED, security_key, |a| {
        a.key.wait(Duration::from_secs(a.either(11, 10)));
        a.key.command(Command::RESET, &[]).0
    }),
    row("a reset by a transport that is not one to reset by", Status::OPERATION_DENIED, reset_by_usb, |a| {
        a.key.authenticator.set_transport(a.either("nfc", "usb"));
        a.key.command(Command::RESET, &[]).0
    }),
    row("a statement that cannot be signed", Status::OTHER, security_key, |a| {
        if a.defect {
            a.key = lying(|draft| draft.statement.leaf_mut().unwrap().issuer = Issuer::Profile("nobody".into()));
        }
        a.make(|_| ())
    }),
    row("a reset that is declined", Status::OPERATION_DENIED, security_key, |a| {
        a.hand(Hand::Does(Gesture::Decline));
        a.key.command(Command::RESET, &[]).0
    }),
    row("a reset without a touch", Status::USER_ACTION_TIMEOUT, security_key, |a| {
        a.hand(Hand::Idle);
        a.key.command(Command::RESET, &[]).0
    }),
    row("the wrong finger at a provider", Status::OPERATION_DENIED, passkey_provider, |a| {
        a.hand(Hand::Does(Gesture::FailVerification));
        by_finger(a)
    }),
    row("the wrong finger where a PIN could do", Status::PUAT_REQUIRED, finger_key, |a| {
        a.key.set_pin(Protocol::Two, PIN);
        a.hand(Hand::Does(Gesture::FailVerification));
        by_finger(a)
    }),
    row("the wrong finger too often", Status::PIN_BLOCKED, passkey_provider, |a| {
        let hand = a.key.hand;
        a.key.hand = Hand::Does(Gesture::FailVerification);
        for _ in 0..a.either(3, 2) {
            by_finger(a);
        }
        a.key.hand = hand;
        by_finger(a)
    }),
    row("no finger in 30 s", Status::USER_ACTION_TIMEOUT, passkey_provider, |a| {
        a.hand(Hand::Idle);
        by_finger(a)
    }),
];

fn by_finger(a: &mut Attempt) -> Status {
    let mut request = make_request();
    request.options.uv = Some(true);
    a.key.make(&request).err().unwrap_or(Status::OK)
}

fn reset_by_usb() -> Profile {
    let mut profile = security_key();
    profile.get_info.transports_for_reset = ["usb".into()].to_vec();
    profile
}
