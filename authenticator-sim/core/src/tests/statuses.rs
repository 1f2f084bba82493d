//! Which status is mandated when (CTAP 2.3): one row a situation, each beside its nearest neighbour that succeeds.

use std::time::Duration;
use std::vec::Vec;

use keyrig_ctap::cbor::Value;
use keyrig_ctap::message::client_pin::{Permissions, Request, Subcommand};
use keyrig_ctap::message::make_credential::{self, Parameter};
use keyrig_ctap::message::{Descriptor, PUBLIC_KEY};
use keyrig_ctap::pin_uv_auth::Protocol;
use keyrig_ctap::profile::Profile;
use keyrig_ctap::{Command, Status};

use super::platform::{
    Hand, Key, PIN, discoverable_request, extension, finger_key, get_request, make_request, message, passkey_provider,
    security_key, touch_only,
};
use crate::Gesture;

struct Row {
    situation: &'static str,
    refused: Status,
    of: fn(&mut Attempt) -> Status,
    profile: fn() -> Profile,
}

/// One run of a row: with the defect, or the same without it.
struct Attempt {
    key: Key,
    defect: bool,
}

impl Attempt {
    fn make(&mut self, change: impl FnOnce(&mut make_credential::Request)) -> Status {
        let mut request = make_request();
        if self.defect {
            change(&mut request);
        }
        self.key.make(&request).err().unwrap_or(Status::OK)
    }

    fn make_verified(&mut self, change: impl FnOnce(&mut make_credential::Request)) -> Status {
        self.key.set_pin(Protocol::Two, PIN);
        let mut request = self.key.verified_make(make_request());
        if self.defect {
            change(&mut request);
        }
        self.key.make(&request).err().unwrap_or(Status::OK)
    }

    fn pin(&mut self, change: impl FnOnce(&mut Request)) -> Status {
        self.key.set_pin(Protocol::Two, PIN);
        let (_, mut request) = self.key.token_request(Protocol::Two, PIN, Permissions::MC);
        if self.defect {
            change(&mut request);
        }
        self.key.pin_command(&request).err().unwrap_or(Status::OK)
    }

    fn hand(&mut self, hand: Hand) {
        if self.defect {
            self.key.hand = hand;
        }
    }

    fn either<T>(&self, with: T, without: T) -> T {
        if self.defect { with } else { without }
    }
}

const fn row(
    situation: &'static str,
    refused: Status,
    profile: fn() -> Profile,
    of: fn(&mut Attempt) -> Status,
) -> Row {
    Row { situation, refused, of, profile }
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

/// Of CTAP 2.0: a PIN, no token with permissions, verification always needed to create.
fn old_key() -> Profile {
    let mut profile = security_key();
    profile.get_info.versions = ["FIDO_2_0".into()].to_vec();
    profile.get_info.options.remove("pinUvAuthToken");
    profile.get_info.options.remove("makeCredUvNotRqd");
    profile
}

fn no_rk() -> Profile {
    let mut profile = security_key();
    profile.get_info.options.remove("rk");
    profile
}

fn forced() -> Profile {
    let mut profile = security_key();
    profile.get_info.force_pin_change = Some(true);
    profile
}

const MESSAGES: &[Row] = &[
    row("malformed CBOR", Status::INVALID_CBOR, security_key, |a| {
        let parameters = make_request().encode();
        let end = a.either(parameters.len() - 1, parameters.len());
        a.key.command(Command::MAKE_CREDENTIAL, &parameters[..end]).0
    }),
    row("CBOR that is not canonical", Status::INVALID_CBOR, security_key, |a| {
        // {2: 1} with the key in two bytes.
        let parameters: &[u8] = a.either(&[0xa1, 0x18, 0x02, 0x01], &[0xa1, 0x02, 0x01]);
        a.key.command(Command::CLIENT_PIN, parameters).0
    }),
    row("a member of another type", Status::CBOR_UNEXPECTED_TYPE, security_key, |a| {
        let parameters: &[u8] = a.either(&[0xa1, 0x02, 0x41, 0x01], &[0xa1, 0x02, 0x01]);
        a.key.command(Command::CLIENT_PIN, parameters).0
    }),
    row("a mandatory member is missing", Status::MISSING_PARAMETER, security_key, |a| {
        let parameters: &[u8] = a.either(&[0xa0], &[0xa1, 0x02, 0x01]);
        a.key.command(Command::CLIENT_PIN, parameters).0
    }),
    row("an unknown command", Status::INVALID_COMMAND, security_key, |a| {
        a.key.command(a.either(Command(0x3f), Command::GET_INFO), &[]).0
    }),
    row("a command that the profile has and we cut", Status::INVALID_COMMAND, security_key, |a| {
        a.key.command(a.either(Command::CREDENTIAL_MANAGEMENT, Command::GET_INFO), &[]).0
    }),
    row("an unknown subcommand", Status::INVALID_SUBCOMMAND, security_key, |a| {
        let subcommand = a.either(Subcommand(8), Subcommand::GET_PIN_RETRIES);
        a.key.pin_command(&Request::new(subcommand)).err().unwrap_or(Status::OK)
    }),
    row("no message at all", Status::INVALID_LENGTH, security_key, |a| {
        a.key.send(a.either(&[], &[Command::GET_INFO.0])).0
    }),
    row("a message over maxMsgSize", Status::REQUEST_TOO_LARGE, security_key, |a| {
        let length = a.either(1200, 100);
        a.make(|request| request.user.name = Some("x".repeat(length)))
    }),
];

const OPTIONS: &[Row] = &[
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
    row("credProtect out of range", Status::INVALID_PARAMETER, security_key, |a| {
        let mut request = make_request();
        request.extensions = extension("credProtect", Value::Unsigned(a.either(4, 3)));
        a.key.make(&request).err().unwrap_or(Status::OK)
    }),
];

const TOKENS: &[Row] = &[
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
    row("a token that nobody used for 30 s", Status::PIN_AUTH_INVALID, security_key, |a| {
        a.key.set_pin(Protocol::Two, PIN);
        let request = a.key.verified_make(make_request());
        a.key.wait(Duration::from_secs(a.either(31, 29)));
        a.key.make(&request).err().unwrap_or(Status::OK)
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
            drop(a.key.authenticator.handle(a.key.now, crate::Input::PowerCycle));
        }
        a.key.make(&request).err().unwrap_or(Status::OK)
    }),
];

const LISTS: &[Row] = &[
    row("the exclude list names a credential that is here", Status::CREDENTIAL_EXCLUDED, security_key, |a| {
        let id = a.key.enrol(&make_request());
        a.make(|request| request.exclude_list = Some(Vec::from([Descriptor::public_key(&id)])))
    }),
    row("the same after a refused touch", Status::CREDENTIAL_EXCLUDED, security_key, |a| {
        let id = a.key.enrol(&make_request());
        a.hand(Hand::Does(Gesture::Decline));
        a.make(|request| request.exclude_list = Some(Vec::from([Descriptor::public_key(&id)])))
    }),
    row("a list over maxCredentialCountInList", Status::LIMIT_EXCEEDED, security_key, |a| {
        let length = a.either(9, 8);
        let list = (0..length).map(|n| Descriptor::public_key(&[n])).collect();
        let mut request = make_request();
        request.exclude_list = Some(list);
        a.key.make(&request).err().unwrap_or(Status::OK)
    }),
    row("an allow list over maxCredentialCountInList", Status::LIMIT_EXCEEDED, security_key, |a| {
        let id = a.key.enrol(&make_request());
        let list: Vec<_> = core::iter::repeat_n(id, a.either(9, 8)).collect();
        a.key.get(&get_request(&list)).err().unwrap_or(Status::OK)
    }),
    row("no discoverable credential", Status::NO_CREDENTIALS, security_key, |a| {
        if !a.defect {
            a.key.enrol(&discoverable_request(1));
        }
        a.key.get(&get_request(&[])).err().unwrap_or(Status::OK)
    }),
    row("a listed credential of another RP ID", Status::NO_CREDENTIALS, security_key, |a| {
        let id = a.key.enrol(&make_request());
        let mut request = get_request(&[id]);
        request.rp_id = a.either("example.com", "example.org").into();
        a.key.get(&request).err().unwrap_or(Status::OK)
    }),
    row("a listed credential of another type", Status::NO_CREDENTIALS, security_key, |a| {
        let id = a.key.enrol(&make_request());
        let mut request = get_request(&[id]);
        request.allow_list.as_mut().unwrap()[0].kind = a.either("password", PUBLIC_KEY).into();
        a.key.get(&request).err().unwrap_or(Status::OK)
    }),
    row("no room for a discoverable credential", Status::KEY_STORE_FULL, security_key, |a| {
        for user in 1..=a.either(3, 2) {
            a.key.enrol(&discoverable_request(user));
        }
        a.key.make(&discoverable_request(9)).err().unwrap_or(Status::OK)
    }),
    row("next without a first", Status::NOT_ALLOWED, security_key, |a| {
        two_accounts(a);
        if !a.defect {
            a.key.get(&get_request(&[])).unwrap();
        }
        a.key.get_next().err().unwrap_or(Status::OK)
    }),
    row("next after another command", Status::NOT_ALLOWED, security_key, |a| {
        two_accounts(a);
        a.key.get(&get_request(&[])).unwrap();
        if a.defect {
            a.key.info();
        }
        a.key.get_next().err().unwrap_or(Status::OK)
    }),
    row("next after more than 30 s", Status::NOT_ALLOWED, security_key, |a| {
        two_accounts(a);
        a.key.get(&get_request(&[])).unwrap();
        a.key.wait(Duration::from_secs(a.either(31, 30)));
        a.key.get_next().err().unwrap_or(Status::OK)
    }),
];

fn two_accounts(a: &mut Attempt) {
    a.key.enrol(&discoverable_request(1));
    a.key.enrol(&discoverable_request(2));
}

const USERS: &[Row] = &[
    row("no touch in 30 s", Status::USER_ACTION_TIMEOUT, security_key, |a| {
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

const PINS: &[Row] = &[
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
    row("a permission nobody honours", Status::UNAUTHORIZED_PERMISSION, security_key, |a| {
        a.pin(|request| request.permissions = Some(Permissions::CM))
    }),
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
    row("a PIN that is too short", Status::PIN_POLICY_VIOLATION, security_key, |a| {
        // Three code points in eleven bytes.
        a.key.set_pin(Protocol::Two, a.either("\u{1f511}\u{1f511}\u{20ac}", "1234"))
    }),
    row("a PIN of 64 bytes", Status::PIN_POLICY_VIOLATION, security_key, |a| {
        a.key.set_pin(Protocol::Two, &"x".repeat(a.either(64, 63)))
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

#[test]
fn each_situation_has_its_status_and_its_neighbour_has_none() {
    for row in [MESSAGES, OPTIONS, TOKENS, LISTS, USERS, PINS].into_iter().flatten() {
        for defect in [true, false] {
            let mut attempt = Attempt { key: Key::new(&(row.profile)()), defect };
            let expected = if defect { row.refused } else { Status::OK };
            assert_eq!((row.of)(&mut attempt), expected, "{}, defect: {defect}", row.situation);
        }
    }
}

#[test]
fn the_selection_probe_answers_by_what_is_set() {
    let probe = |key: &mut Key| {
        let mut request = make_request();
        request.pin_uv_auth_param = Some(Vec::new());
        request.pin_uv_auth_protocol = Some(2);
        key.make(&request).unwrap_err()
    };
    let mut key = Key::new(&security_key());
    assert_eq!(probe(&mut key), Status::PIN_NOT_SET);
    key.set_pin(Protocol::Two, PIN);
    assert_eq!(probe(&mut key), Status::PIN_INVALID);
    for hand in [Hand::Does(Gesture::Decline), Hand::Idle] {
        key.hand = hand;
        assert_eq!(probe(&mut key), Status::OPERATION_DENIED);
    }
    // Where nobody can be verified there is nothing to probe for.
    assert_eq!(probe(&mut Key::new(&touch_only())), Status::PIN_AUTH_INVALID);
}

#[test]
fn no_credentials_comes_before_the_touch() {
    let mut key = Key::new(&security_key());
    assert_eq!(key.get(&get_request(&[])), Err(Status::NO_CREDENTIALS));
    assert_eq!(key.prompts, 0);
}

#[test]
fn a_request_while_another_waits_is_refused_and_disturbs_nothing() {
    let mut key = Key::new(&security_key());
    let make = message(Command::MAKE_CREDENTIAL, &make_request().encode());
    let info = message(Command::GET_INFO, &[]);
    let now = key.now;
    assert_eq!(key.authenticator.handle(now, crate::Input::Request(&make)).count(), 1);
    let replies: Vec<_> = key.authenticator.handle(now, crate::Input::Request(&info)).collect();
    assert_eq!(replies, [crate::Output::Reply(Vec::from([Status::CHANNEL_BUSY.0]))]);
    let touched: Vec<_> = key.authenticator.handle(now, crate::Input::Gesture(Gesture::Touch)).collect();
    assert!(matches!(touched[..], [crate::Output::Persist(_)]));
}
