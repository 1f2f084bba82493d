//! What getAssertion answers where makeCredential has a row of its own.

use std::vec::Vec;

use keyrig_ctap::Status;
use keyrig_ctap::cbor::Value;
use keyrig_ctap::message::client_pin::Permissions;
use keyrig_ctap::message::get_assertion::Request;
use keyrig_ctap::pin_uv_auth::Protocol;
use keyrig_ctap::profile::Profile;

use super::super::fingers::reader;
use super::super::platform::{
    Hand, Key, PIN, discoverable_request, extension, finger_key, get_request, make_request, passkey_provider,
    security_key,
};
use super::{Attempt, Row, row};
use crate::Gesture;

pub(super) const ROWS: &[Row] = &[
    row("ga as a probe of a key that has a PIN", Status::PIN_INVALID, security_key, |a| verified(a, probe)),
    row("ga as a probe that is declined", Status::OPERATION_DENIED, security_key, |a| {
        a.hand(Hand::Does(Gesture::Decline));
        login_by_willing_hand(a, probe)
    }),
    row("ga as a probe that nobody touches", Status::OPERATION_DENIED, security_key, |a| {
        a.hand(Hand::Idle);
        login_by_willing_hand(a, probe)
    }),
    row("a login's parameter without a protocol", Status::MISSING_PARAMETER, security_key, |a| {
        verified(a, |request| request.pin_uv_auth_protocol = None)
    }),
    row("a login with an unsupported protocol", Status::INVALID_PARAMETER, security_key, |a| {
        verified(a, |request| request.pin_uv_auth_protocol = Some(3))
    }),
    row("a login's parameter that does not verify", Status::PIN_AUTH_INVALID, security_key, |a| {
        verified(a, |request| request.client_data_hash = [0; 32])
    }),
    row("a login by a token for another RP ID", Status::PIN_AUTH_INVALID, security_key, |a| {
        verified(a, |request| request.rp_id = "example.com".into())
    }),
    row("a login by a token without the permission", Status::PIN_AUTH_INVALID, security_key, |a| {
        let id = a.key.enrol(&make_request());
        a.key.set_pin(Protocol::Two, PIN);
        let token = a.key.token(PIN, a.either(Permissions::MC, Permissions::GA)).unwrap();
        let mut request = get_request(&[id]);
        request.pin_uv_auth_param = Some(Protocol::Two.authenticate(&token, &[&request.client_data_hash]));
        request.pin_uv_auth_protocol = Some(2);
        get(&mut a.key, &request)
    }),
    row("a login by a token that a login has spent", Status::PIN_AUTH_INVALID, security_key, |a| {
        let id = a.key.enrol(&make_request());
        a.key.set_pin(Protocol::Two, PIN);
        let request = a.key.verified_get(get_request(&[id]));
        if a.defect {
            a.key.get(&request).unwrap();
        }
        get(&mut a.key, &request)
    }),
    row("a login by a token that a login without it has spent", Status::PIN_AUTH_INVALID, security_key, |a| {
        let id = a.key.enrol(&make_request());
        a.key.set_pin(Protocol::Two, PIN);
        let request = a.key.verified_get(get_request(core::slice::from_ref(&id)));
        let mut another = get_request(&[id]);
        another.options.up = a.either(None, Some(false));
        a.key.get(&another).unwrap();
        get(&mut a.key, &request)
    }),
    row("mc with uv before a finger is set up", Status::INVALID_OPTION, reader, |a| {
        a.make(|request| request.options.uv = Some(true))
    }),
    row("ga with uv before a finger is set up", Status::INVALID_OPTION, reader, |a| {
        login(a, |request| request.options.uv = Some(true))
    }),
    row("alwaysUv at login without a PIN", Status::PUAT_REQUIRED, always_uv, |a| {
        if a.defect { get(&mut a.key, &get_request(&[])) } else { with_account(a) }
    }),
    row("alwaysUv at login with no way to verify", Status::OPERATION_DENIED, always_uv_and_no_finger, |a| {
        if !a.defect {
            a.key = Key::new(&passkey_provider());
            let mut make = discoverable_request(1);
            make.options.uv = Some(true);
            a.key.enrol(&make);
        }
        get(&mut a.key, &get_request(&[]))
    }),
    row("the wrong finger at a login with a provider", Status::OPERATION_DENIED, passkey_provider, by_wrong_finger),
    row("the wrong finger at a login where a PIN could do", Status::PUAT_REQUIRED, finger_key, |a| {
        a.key.set_pin(Protocol::Two, PIN);
        by_wrong_finger(a)
    }),
    row("the wrong finger at a login too often", Status::PIN_BLOCKED, passkey_provider, |a| {
        let id = enrolled_by_finger(a);
        for _ in 0..a.either(3, 2) {
            a.key.hand = Hand::Does(Gesture::FailVerification);
            by_finger(a, &id);
        }
        a.key.hand = Hand::Willing;
        by_finger(a, &id)
    }),
    row("no finger at a login in 30 s", Status::USER_ACTION_TIMEOUT, passkey_provider, |a| {
        let id = enrolled_by_finger(a);
        a.hand(Hand::Idle);
        by_finger(a, &id)
    }),
    row("a login with a credential that only verification shows", Status::NO_CREDENTIALS, security_key, |a| {
        let id = protected(a, a.either(3, 1), None);
        get(&mut a.key, &get_request(&[id]))
    }),
    row("a login without a list that wants one or verification", Status::NO_CREDENTIALS, security_key, |a| {
        protected(a, a.either(2, 1), Some(true));
        get(&mut a.key, &get_request(&[]))
    }),
    row("no touch at a login in 30 s", Status::OPERATION_DENIED, security_key, |a| {
        let id = a.key.enrol(&make_request());
        a.hand(Hand::Idle);
        get(&mut a.key, &get_request(&[id]))
    }),
    row("the user declines a login", Status::OPERATION_DENIED, security_key, |a| {
        let id = a.key.enrol(&make_request());
        a.hand(Hand::Does(Gesture::Decline));
        get(&mut a.key, &get_request(&[id]))
    }),
];

fn always_uv() -> Profile {
    let mut profile = security_key();
    profile.get_info.options.insert("alwaysUv".into(), true);
    profile
}

fn always_uv_and_no_finger() -> Profile {
    let mut profile = passkey_provider();
    profile.get_info.options.insert("alwaysUv".into(), true);
    profile.get_info.options.insert("uv".into(), false);
    profile
}

fn probe(request: &mut Request) {
    (request.pin_uv_auth_param, request.pin_uv_auth_protocol) = (Some(Vec::new()), Some(2));
}

fn get(key: &mut Key, request: &Request) -> Status {
    key.get(request).err().unwrap_or(Status::OK)
}

fn login(a: &mut Attempt, change: impl FnOnce(&mut Request)) -> Status {
    let id = a.key.enrol(&make_request());
    let mut request = get_request(&[id]);
    if a.defect {
        change(&mut request);
    }
    get(&mut a.key, &request)
}

/// A hand that is set before the credential is made comes back once it is there.
fn login_by_willing_hand(a: &mut Attempt, change: impl FnOnce(&mut Request)) -> Status {
    let hand = core::mem::replace(&mut a.key.hand, Hand::Willing);
    let id = a.key.enrol(&make_request());
    a.key.hand = hand;
    let mut request = get_request(&[id]);
    if a.defect {
        change(&mut request);
    }
    get(&mut a.key, &request)
}

fn verified(a: &mut Attempt, change: impl FnOnce(&mut Request)) -> Status {
    let id = a.key.enrol(&make_request());
    a.key.set_pin(Protocol::Two, PIN);
    let mut request = a.key.verified_get(get_request(&[id]));
    if a.defect {
        change(&mut request);
    }
    get(&mut a.key, &request)
}

/// Under `alwaysUv`, a PIN first and a token for each ceremony.
fn with_account(a: &mut Attempt) -> Status {
    a.key.set_pin(Protocol::Two, PIN);
    let make = a.key.verified_make(discoverable_request(1));
    a.key.enrol(&make);
    let request = a.key.verified_get(get_request(&[]));
    get(&mut a.key, &request)
}

fn enrolled_by_finger(a: &mut Attempt) -> Vec<u8> {
    let mut request = make_request();
    request.options.uv = Some(true);
    a.key.enrol(&request)
}

fn by_finger(a: &mut Attempt, id: &[u8]) -> Status {
    let mut request = get_request(&[id.to_vec()]);
    request.options.uv = Some(true);
    get(&mut a.key, &request)
}

fn by_wrong_finger(a: &mut Attempt) -> Status {
    let id = enrolled_by_finger(a);
    a.hand(Hand::Does(Gesture::FailVerification));
    by_finger(a, &id)
}

/// A credential of this credProtect level.
fn protected(a: &mut Attempt, level: u64, rk: Option<bool>) -> Vec<u8> {
    let mut request = discoverable_request(1);
    request.options.rk = rk;
    request.extensions = extension("credProtect", Value::Unsigned(level));
    a.key.enrol(&request)
}
