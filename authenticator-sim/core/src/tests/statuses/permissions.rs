//! Which permission a token can have, by PIN and by what is built in.

use keyrig_ctap::Status;
use keyrig_ctap::message::client_pin::{Permissions, Request, Subcommand};
use keyrig_ctap::pin_uv_auth::Protocol;
use keyrig_ctap::profile::Profile;

use super::super::configuration::{configurable, configurable_by_finger};
use super::super::persistent::persistent;
use super::super::platform::{Hand, Key, PIN, finger_key, make_request, security_key};
use super::{Attempt, Row, row};
use crate::{Gesture, Input};

pub(super) const ROWS: &[Row] = &[
    row(
        "a token to manage credentials where that is not offered",
        Status::UNAUTHORIZED_PERMISSION,
        no_management,
        |a| by_pin(a, Permissions::CM, security_key),
    ),
    row("a token to enrol fingers where there is no reader", Status::UNAUTHORIZED_PERMISSION, security_key, |a| {
        by_pin(a, Permissions::BE, super::super::fingers::reader)
    }),
    row("a token to configure where nothing is", Status::UNAUTHORIZED_PERMISSION, security_key, |a| {
        by_pin(a, Permissions::ACFG, configurable)
    }),
    row("a token to make a credential where a PIN gives none", Status::UNAUTHORIZED_PERMISSION, no_ceremonies, |a| {
        by_pin(a, Permissions::MC, security_key)
    }),
    row("a token to log in where a PIN gives none", Status::UNAUTHORIZED_PERMISSION, no_ceremonies, |a| {
        by_pin(a, Permissions::GA, security_key)
    }),
    row("the persistent token where there is none", Status::UNAUTHORIZED_PERMISSION, security_key, |a| {
        by_pin(a, Permissions::PCMR, persistent)
    }),
    row("the persistent token with another permission", Status::UNAUTHORIZED_PERMISSION, persistent, |a| {
        let wanted = a.either(Permissions::PCMR.with(Permissions::CM), Permissions::PCMR);
        by_pin(a, wanted, persistent)
    }),
    row("a permission that no edition defines", Status::OK, security_key, |a| {
        by_pin(a, a.either(Permissions(0x80).with(Permissions::CM), Permissions::CM), security_key)
    }),
    row("a token by finger without a key", Status::MISSING_PARAMETER, finger_key, |a| {
        by_finger(a, |request| request.key_agreement = None)
    }),
    row("a token by finger under an unsupported protocol", Status::INVALID_PARAMETER, finger_key, |a| {
        by_finger(a, |request| request.protocol = Some(3))
    }),
    row("a token by finger for nothing", Status::INVALID_PARAMETER, finger_key, |a| {
        by_finger(a, |request| request.permissions = Some(Permissions(0)))
    }),
    row("a token by finger to make credentials nowhere", Status::MISSING_PARAMETER, finger_key, |a| {
        by_finger(a, |request| request.rp_id = None)
    }),
    row("a token by finger with a key off the curve", Status::INVALID_PARAMETER, finger_key, |a| {
        by_finger(a, |request| *request.key_agreement.as_mut().unwrap().last_mut().unwrap() ^= 1)
    }),
    row("a token by finger to manage where that is not offered", Status::UNAUTHORIZED_PERMISSION, finger_only, |a| {
        by_finger(a, |request| request.permissions = Some(Permissions::CM))
    }),
    row("a token by finger for large blobs where there are none", Status::UNAUTHORIZED_PERMISSION, finger_key, |a| {
        by_finger(a, |request| request.permissions = Some(Permissions::LBW))
    }),
    row("a token by finger to configure where a PIN is asked for", Status::UNAUTHORIZED_PERMISSION, by_pin_only, |a| {
        if !a.defect {
            a.key = Key::new(&configurable_by_finger());
        }
        a.key.finger_token(Permissions::ACFG).err().unwrap_or(Status::OK)
    }),
    row("the wrong finger that leaves no retry", Status::UV_BLOCKED, finger_key, |a| {
        for _ in 0..2 {
            a.key.hand = Hand::Does(Gesture::FailVerification);
            assert_eq!(by_finger(a, |_| ()), Status::UV_INVALID);
        }
        a.key.hand = if a.defect { a.key.hand } else { Hand::Willing };
        by_finger(a, |_| ())
    }),
    row("a finger once the PIN is blocked", Status::UV_BLOCKED, finger_key, |a| {
        a.key.set_pin(Protocol::Two, PIN);
        for _ in 0..a.either(8, 7) {
            drop(a.key.authenticator.handle(a.key.now, Input::PowerCycle));
            a.key.token("000000", Permissions::MC).unwrap_err();
        }
        by_finger(a, |_| ())
    }),
    row("rk without a token where no PIN gives one", Status::OPERATION_DENIED, no_ceremonies, |a| {
        ceremony_by_finger(a, Some(true))
    }),
    row("no token where no PIN gives one", Status::OPERATION_DENIED, no_ceremonies_and_always, |a| {
        ceremony_by_finger(a, None)
    }),
];

fn no_management() -> Profile {
    let mut profile = security_key();
    profile.get_info.options.remove("credMgmt");
    profile
}

fn finger_only() -> Profile {
    let mut profile = finger_key();
    profile.get_info.options.remove("credMgmt");
    profile
}

/// A PIN gives no token for a ceremony; a finger does.
fn no_ceremonies() -> Profile {
    let mut profile = finger_key();
    profile.get_info.options.insert("noMcGaPermissionsWithClientPin".into(), true);
    profile
}

fn no_ceremonies_and_always() -> Profile {
    let mut profile = no_ceremonies();
    profile.get_info.options.remove("makeCredUvNotRqd");
    profile
}

fn by_pin_only() -> Profile {
    let mut profile = configurable_by_finger();
    profile.get_info.options.remove("uvAcfg");
    profile
}

/// A token by PIN, or the same from a product that gives it.
fn by_pin(a: &mut Attempt, wanted: Permissions, giver: fn() -> Profile) -> Status {
    if !a.defect {
        a.key = Key::new(&giver());
    }
    a.key.set_pin(Protocol::Two, PIN);
    let (_, mut request) = a.key.token_request(Protocol::Two, PIN, wanted);
    if wanted.0 & (Permissions::MC.0 | Permissions::GA.0) == 0 {
        request.rp_id = None;
    }
    a.key.pin_command(&request).err().unwrap_or(Status::OK)
}

fn by_finger(a: &mut Attempt, change: impl FnOnce(&mut Request)) -> Status {
    let (_, mut request) = a.key.token_request(Protocol::Two, PIN, Permissions::MC);
    request.subcommand = Subcommand::GET_TOKEN_USING_UV;
    request.pin_hash_enc = None;
    if a.defect {
        change(&mut request);
    }
    a.key.pin_command(&request).err().unwrap_or(Status::OK)
}

fn ceremony_by_finger(a: &mut Attempt, rk: Option<bool>) -> Status {
    let mut request = make_request();
    request.options.rk = rk;
    request.options.uv = (!a.defect).then_some(true);
    a.key.make(&request).err().unwrap_or(Status::OK)
}
