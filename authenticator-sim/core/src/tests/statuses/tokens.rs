use std::time::Duration;

use keyrig_ctap::Status;
use keyrig_ctap::message::client_pin::Permissions;
use keyrig_ctap::pin_uv_auth::Protocol;

use super::super::platform::{PIN, get_request, make_request, security_key};
use super::{Row, row};
use crate::Input;

pub(super) const ROWS: &[Row] = &[
    row("a parameter without a protocol", Status::MISSING_PARAMETER, security_key, |a| {
        a.make_verified(|request| request.pin_uv_auth_protocol = None)
    }),
    row("an unsupported protocol", Status::INVALID_PARAMETER, security_key, |a| {
        a.make_verified(|request| request.pin_uv_auth_protocol = Some(3))
    }),
    row("a parameter of the other protocol", Status::PIN_AUTH_INVALID, security_key, |a| {
        a.make_verified(|request| request.pin_uv_auth_protocol = Some(1))
    }),
    row("a parameter that does not verify", Status::PIN_AUTH_INVALID, security_key, |a| {
        a.make_verified(|request| request.client_data_hash = [0; 32])
    }),
    row("half a parameter under protocol 2", Status::PIN_AUTH_INVALID, security_key, |a| {
        a.make_verified(|request| request.pin_uv_auth_param.as_mut().unwrap().truncate(16))
    }),
    row("a token for another RP ID", Status::PIN_AUTH_INVALID, security_key, |a| {
        a.make_verified(|request| request.rp.id = "example.com".into())
    }),
    row("a token without the permission", Status::PIN_AUTH_INVALID, security_key, |a| {
        a.key.set_pin(Protocol::Two, PIN);
        let permissions = a.either(Permissions::GA, Permissions::MC);
        let token = a.key.token(PIN, permissions).unwrap();
        let mut request = make_request();
        request.pin_uv_auth_param = Some(Protocol::Two.authenticate(&token, &[&request.client_data_hash]));
        request.pin_uv_auth_protocol = Some(2);
        a.key.make(&request).err().unwrap_or(Status::OK)
    }),
    row("a token that a touch has spent", Status::PIN_AUTH_INVALID, security_key, |a| {
        a.key.set_pin(Protocol::Two, PIN);
        let request = a.key.verified_make(make_request());
        if a.defect {
            a.key.make(&request).unwrap();
        }
        a.key.make(&request).err().unwrap_or(Status::OK)
    }),
    row("a token that another's touch has spent", Status::PIN_AUTH_INVALID, security_key, |a| {
        a.key.set_pin(Protocol::Two, PIN);
        let request = a.key.verified_make(make_request());
        if a.defect {
            a.key.make(&make_request()).unwrap();
        }
        a.key.make(&request).err().unwrap_or(Status::OK)
    }),
    row("a token that nobody used for 30 s", Status::PIN_AUTH_INVALID, security_key, |a| {
        a.key.set_pin(Protocol::Two, PIN);
        let request = a.key.verified_make(make_request());
        a.key.wait(Duration::from_millis(a.either(30_000, 29_999)));
        a.key.make(&request).err().unwrap_or(Status::OK)
    }),
    row("a token in use for 10 minutes", Status::PIN_AUTH_INVALID, security_key, |a| {
        a.key.set_pin(Protocol::Two, PIN);
        let mut request = get_request(&[a.key.enrol(&make_request())]);
        request.options.up = Some(false);
        let request = a.key.verified_get(request);
        a.key.get(&request).unwrap();
        a.key.wait(Duration::from_millis(a.either(600_000, 599_999)));
        a.key.get(&request).err().unwrap_or(Status::OK)
    }),
    row("a token from before the PIN changed", Status::PIN_AUTH_INVALID, security_key, |a| {
        a.key.set_pin(Protocol::Two, PIN);
        let request = a.key.verified_make(make_request());
        if a.defect {
            assert_eq!(a.key.change_pin(PIN, "654321"), Status::OK);
        }
        a.key.make(&request).err().unwrap_or(Status::OK)
    }),
    row("a token from before the power cycle", Status::PIN_AUTH_INVALID, security_key, |a| {
        a.key.set_pin(Protocol::Two, PIN);
        let request = a.key.verified_make(make_request());
        if a.defect {
            drop(a.key.authenticator.handle(a.key.now, Input::PowerCycle));
        }
        a.key.make(&request).err().unwrap_or(Status::OK)
    }),
];
