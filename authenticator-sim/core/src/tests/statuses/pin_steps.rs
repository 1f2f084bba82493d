//! The steps of clientPIN's subcommands, each of which checks for itself what the others check too.

use std::vec::Vec;

use keyrig_ctap::Status;
use keyrig_ctap::message::client_pin::{Request, Subcommand};
use keyrig_ctap::pin_uv_auth::{Protocol, pin_hash};

use super::super::configuration::configurable;
use super::super::platform::{Key, PIN, security_key};
use super::{Attempt, Row, row};
use crate::Input;

pub(super) const ROWS: &[Row] = &[
    row("a key agreement without a protocol", Status::MISSING_PARAMETER, security_key, |a| {
        agreement(a, |request| request.protocol = None)
    }),
    row("a key agreement under an unsupported protocol", Status::INVALID_PARAMETER, security_key, |a| {
        agreement(a, |request| request.protocol = Some(3))
    }),
    row("setPIN without the new PIN", Status::MISSING_PARAMETER, security_key, |a| {
        set(a, |request| request.new_pin_enc = None)
    }),
    row("setPIN under an unsupported protocol", Status::INVALID_PARAMETER, security_key, |a| {
        set(a, |request| request.protocol = Some(3))
    }),
    row("setPIN with a key off the curve", Status::INVALID_PARAMETER, security_key, |a| set(a, off_the_curve)),
    row("setPIN with a new PIN that cannot be decrypted", Status::PIN_AUTH_INVALID, security_key, |a| {
        let mut request = a.key.set_pin_request(Protocol::Two, PIN);
        if a.defect {
            let (shared, _) = a.key.agree(Protocol::Two);
            request.new_pin_enc.as_mut().unwrap().truncate(79);
            request.pin_uv_auth_param = Some(shared.authenticate(&[request.new_pin_enc.as_ref().unwrap()]));
        }
        send(a, &request)
    }),
    row("changePIN without the new PIN", Status::MISSING_PARAMETER, security_key, |a| {
        change(a, PIN, "654321", |request| request.new_pin_enc = None)
    }),
    row("changePIN under an unsupported protocol", Status::INVALID_PARAMETER, security_key, |a| {
        change(a, PIN, "654321", |request| request.protocol = Some(3))
    }),
    row("changePIN with a key off the curve", Status::INVALID_PARAMETER, security_key, |a| {
        change(a, PIN, "654321", off_the_curve)
    }),
    row("changePIN with a parameter that does not verify", Status::PIN_AUTH_INVALID, security_key, |a| {
        change(a, PIN, "654321", |request| request.pin_uv_auth_param.as_mut().unwrap()[0] ^= 1)
    }),
    row("changePIN from the wrong PIN", Status::PIN_INVALID, security_key, |a| {
        change(a, a.either("000000", PIN), "654321", |_| ())
    }),
    row("changePIN from the third wrong PIN in a row", Status::PIN_AUTH_BLOCKED, security_key, |a| {
        wrong(a, 2);
        change(a, a.either("000000", PIN), "654321", |_| ())
    }),
    row("changePIN from the eighth wrong PIN", Status::PIN_BLOCKED, security_key, |a| {
        wrong(a, 7);
        change(a, a.either("000000", PIN), "654321", |_| ())
    }),
    row("changePIN once the PIN is blocked", Status::PIN_BLOCKED, security_key, |a| {
        wrong(a, a.either(8, 7));
        change(a, PIN, "654321", |_| ())
    }),
    row("changePIN to one that cannot be decrypted", Status::PIN_AUTH_INVALID, security_key, |a| {
        a.key.set_pin(Protocol::Two, PIN);
        let mut request = change_request(a, PIN, "654321");
        if a.defect {
            let (shared, _) = a.key.agree(Protocol::Two);
            request.new_pin_enc.as_mut().unwrap().truncate(79);
            let (new, old) = (request.new_pin_enc.as_ref().unwrap(), request.pin_hash_enc.as_ref().unwrap());
            request.pin_uv_auth_param = Some(shared.authenticate(&[new, old]));
        }
        send(a, &request)
    }),
    row("changePIN to one in 80 bytes", Status::INVALID_PARAMETER, security_key, |a| {
        let new = "x".repeat(a.either(65, 63));
        change(a, PIN, &new, |_| ())
    }),
    row("changePIN to one that is too short", Status::PIN_POLICY_VIOLATION, security_key, |a| {
        change(a, PIN, a.either("123", "1234"), |_| ())
    }),
    row("changePIN to a simple one under the complexity policy", Status::PIN_POLICY_VIOLATION, complex, |a| {
        a.key.set_pin(Protocol::Two, "193756");
        let request = change_request(a, "193756", a.either("888888", "888889"));
        send(a, &request)
    }),
    row("getPinToken without the PIN's hash", Status::MISSING_PARAMETER, security_key, |a| {
        legacy(a, |request| request.pin_hash_enc = None)
    }),
    row("getPinToken under an unsupported protocol", Status::INVALID_PARAMETER, security_key, |a| {
        legacy(a, |request| request.protocol = Some(3))
    }),
    row("getPinToken with an RP ID", Status::INVALID_PARAMETER, security_key, |a| {
        legacy(a, |request| request.rp_id = Some("example.org".into()))
    }),
    row("getPinToken with a key off the curve", Status::INVALID_PARAMETER, security_key, |a| legacy(a, off_the_curve)),
    row("getPinToken with the wrong PIN", Status::PIN_INVALID, security_key, |a| wrong_legacy(a, 0)),
    row("getPinToken with the third wrong PIN in a row", Status::PIN_AUTH_BLOCKED, security_key, |a| {
        wrong_legacy(a, 2)
    }),
    row("getPinToken with the eighth wrong PIN", Status::PIN_BLOCKED, security_key, |a| wrong_legacy(a, 7)),
    row("getPinToken without a PIN", Status::PIN_NOT_SET, security_key, |a| {
        if !a.defect {
            a.key.set_pin(Protocol::Two, PIN);
        }
        let request = legacy_request(a, PIN);
        send(a, &request)
    }),
    row("a token with the third wrong PIN itself", Status::PIN_AUTH_BLOCKED, security_key, |a| {
        wrong(a, 2);
        token(a, a.either("000000", PIN))
    }),
    row("a token with the eighth wrong PIN itself", Status::PIN_BLOCKED, security_key, |a| {
        wrong(a, 7);
        token(a, a.either("000000", PIN))
    }),
];

fn complex() -> keyrig_ctap::profile::Profile {
    let mut profile = configurable();
    profile.get_info.pin_complexity_policy = Some(true);
    profile
}

fn off_the_curve(request: &mut Request) {
    *request.key_agreement.as_mut().unwrap().last_mut().unwrap() ^= 1;
}

fn send(a: &mut Attempt, request: &Request) -> Status {
    a.key.pin_command(request).err().unwrap_or(Status::OK)
}

fn changed(a: &mut Attempt, mut request: Request, change: impl FnOnce(&mut Request)) -> Status {
    if a.defect {
        change(&mut request);
    }
    send(a, &request)
}

fn agreement(a: &mut Attempt, change: impl FnOnce(&mut Request)) -> Status {
    let request = Request { protocol: Some(2), ..Request::new(Subcommand::GET_KEY_AGREEMENT) };
    changed(a, request, change)
}

fn set(a: &mut Attempt, change: impl FnOnce(&mut Request)) -> Status {
    let request = a.key.set_pin_request(Protocol::Two, PIN);
    changed(a, request, change)
}

fn change_request(a: &mut Attempt, old: &str, new: &str) -> Request {
    let mut request = a.key.set_pin_request(Protocol::Two, new);
    let (shared, _) = a.key.agree(Protocol::Two);
    request.subcommand = Subcommand::CHANGE_PIN;
    let old = shared.encrypt(&pin_hash(old.as_bytes())[..], [4; 16]).unwrap();
    request.pin_uv_auth_param = Some(shared.authenticate(&[request.new_pin_enc.as_ref().unwrap(), &old]));
    request.pin_hash_enc = Some(old);
    request
}

/// changePIN on a key whose PIN is set.
fn change(a: &mut Attempt, old: &str, new: &str, bend: impl FnOnce(&mut Request)) -> Status {
    a.key.set_pin(Protocol::Two, PIN);
    let request = change_request(a, old, new);
    changed(a, request, bend)
}

fn legacy_request(a: &mut Attempt, pin: &str) -> Request {
    let (shared, ours) = a.key.agree(Protocol::Two);
    Request {
        protocol: Some(2),
        key_agreement: Some(ours),
        pin_hash_enc: Some(shared.encrypt(&pin_hash(pin.as_bytes())[..], [5; 16]).unwrap()),
        ..Request::new(Subcommand::GET_PIN_TOKEN)
    }
}

fn legacy(a: &mut Attempt, change: impl FnOnce(&mut Request)) -> Status {
    a.key.set_pin(Protocol::Two, PIN);
    let request = legacy_request(a, PIN);
    changed(a, request, change)
}

fn wrong_legacy(a: &mut Attempt, before: usize) -> Status {
    wrong(a, before);
    let request = legacy_request(a, a.either("000000", PIN));
    send(a, &request)
}

fn token(a: &mut Attempt, pin: &str) -> Status {
    a.key.token(pin, keyrig_ctap::message::client_pin::Permissions::MC).err().unwrap_or(Status::OK)
}

/// A PIN, and wrong ones before; from the third on with the power off and on between them.
fn wrong(a: &mut Attempt, count: usize) {
    a.key.set_pin(Protocol::Two, PIN);
    for _ in 0..count {
        if count > 2 {
            power_cycle(&mut a.key);
        }
        let _: Vec<u8> = match a.key.token("000000", keyrig_ctap::message::client_pin::Permissions::MC) {
            Err(_) => Vec::new(),
            Ok(token) => panic!("a wrong PIN gave {token:?}"),
        };
    }
    if count > 2 {
        power_cycle(&mut a.key);
    }
}

fn power_cycle(key: &mut Key) {
    drop(key.authenticator.handle(key.now, Input::PowerCycle));
}
