use std::vec::Vec;

use keyrig_ctap::cbor::{Fields, Tree};
use keyrig_ctap::message::make_credential::Parameter;
use keyrig_ctap::pin_uv_auth::Protocol;
use keyrig_ctap::profile::Profile;
use keyrig_ctap::{Command, Status};

use super::super::platform::{Key, PIN, get_request, make_request, passkey_provider, security_key};
use super::{Attempt, Row, old_key, row};

pub(super) const ROWS: &[Row] = &[
    row("no supported algorithm", Status::UNSUPPORTED_ALGORITHM, security_key, |a| {
        a.make(|request| request.parameters[0].algorithm.0 = -65535)
    }),
    row("no offered algorithm", Status::UNSUPPORTED_ALGORITHM, security_key, |a| {
        a.make(|request| request.parameters.clear())
    }),
    row("an algorithm for another type of credential", Status::UNSUPPORTED_ALGORITHM, security_key, |a| {
        a.make(|request| {
            let algorithm = request.parameters[0].algorithm;
            request.parameters = Vec::from([Parameter { algorithm, kind: "password".into() }]);
        })
    }),
    row("an offered algorithm of another CBOR type", Status::CBOR_UNEXPECTED_TYPE, security_key, |a| {
        algorithms(a, &[0x81, 0xa2, 0x63, b'a', b'l', b'g', 0x41, 0x07, 0x64, b't', b'y', b'p', b'e', 0x60])
    }),
    row("an offered algorithm of no algorithm", Status::MISSING_PARAMETER, security_key, |a| {
        algorithms(a, &[0x81, 0xa1, 0x64, b't', b'y', b'p', b'e', 0x60])
    }),
    row("mc with up false", Status::INVALID_OPTION, security_key, |a| {
        a.make(|request| request.options.up = Some(false))
    }),
    row("mc with uv and nothing built in", Status::INVALID_OPTION, security_key, |a| {
        a.make(|request| request.options.uv = Some(true))
    }),
    row("ga with uv and nothing built in", Status::INVALID_OPTION, security_key, |a| {
        let id = a.key.enrol(&make_request());
        let mut request = get_request(&[id]);
        request.options.uv = Some(a.defect);
        a.key.get(&request).err().unwrap_or(Status::OK)
    }),
    row("mc with rk where there is none", Status::UNSUPPORTED_OPTION, no_rk, |a| {
        a.make(|request| request.options.rk = Some(true))
    }),
    row("ga with rk", Status::UNSUPPORTED_OPTION, security_key, |a| {
        let id = a.key.enrol(&make_request());
        let mut request = get_request(&[id]);
        request.options.rk = a.either(Some(false), None);
        a.key.get(&request).err().unwrap_or(Status::OK)
    }),
    row("enterprise attestation where there is none", Status::INVALID_PARAMETER, security_key, |a| {
        a.make(|request| request.enterprise_attestation = Some(7))
    }),
    row("alwaysUv without a PIN", Status::PUAT_REQUIRED, always_uv, |a| {
        if a.defect { a.make(|_| ()) } else { a.make_verified(|_| ()) }
    }),
    row("alwaysUv without a token", Status::PUAT_REQUIRED, always_uv, |a| {
        a.make_verified(|request| (request.pin_uv_auth_param, request.pin_uv_auth_protocol) = (None, None))
    }),
    row("alwaysUv at login without a token", Status::PUAT_REQUIRED, always_uv, |a| {
        a.key.set_pin(Protocol::Two, PIN);
        let make = a.key.verified_make(make_request());
        let id = a.key.enrol(&make);
        let request = get_request(&[id]);
        let request = if a.defect { request } else { a.key.verified_get(request) };
        a.key.get(&request).err().unwrap_or(Status::OK)
    }),
    row("alwaysUv with no way to verify", Status::OPERATION_DENIED, always_uv_by_finger_only, |a| {
        if !a.defect {
            a.key = Key::new(&passkey_provider());
        }
        a.key
            .make(&{
                let mut request = make_request();
                request.options.uv = (!a.defect).then_some(true);
                request
            })
            .err()
            .unwrap_or(Status::OK)
    }),
    row("rk without a token although makeCredUvNotRqd", Status::PUAT_REQUIRED, security_key, |a| {
        a.key.set_pin(Protocol::Two, PIN);
        a.make(|request| request.options.rk = Some(true))
    }),
    row("a PIN, no makeCredUvNotRqd, no token", Status::PUAT_REQUIRED, old_key, |a| {
        if a.defect {
            a.key.set_pin(Protocol::Two, PIN);
        }
        a.make(|_| ())
    }),
    row("a provider without uv", Status::OPERATION_DENIED, passkey_provider, |a| {
        let mut request = make_request();
        request.options.uv = (!a.defect).then_some(true);
        a.key.make(&request).err().unwrap_or(Status::OK)
    }),
];

/// A request whose `pubKeyCredParams` are these bytes.
fn algorithms(a: &mut Attempt, list: &[u8]) -> Status {
    let whole = make_request().encode();
    let tree = Tree::parse(&whole).unwrap();
    let span = Fields::of(&tree.root, "").unwrap().uint(4).unwrap().span;
    let bent = [&whole[..span.start], list, &whole[span.end..]].concat();
    a.key.command(Command::MAKE_CREDENTIAL, a.either(&bent, &whole)).0
}

fn always_uv() -> Profile {
    let mut profile = security_key();
    profile.get_info.options.insert("alwaysUv".into(), true);
    profile
}

fn always_uv_by_finger_only() -> Profile {
    let mut profile = passkey_provider();
    profile.get_info.options.insert("alwaysUv".into(), true);
    profile.get_info.options.insert("uv".into(), false);
    profile
}

fn no_rk() -> Profile {
    let mut profile = security_key();
    profile.get_info.options.remove("rk");
    profile
}
