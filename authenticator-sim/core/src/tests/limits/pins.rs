//! Members of clientPIN and setMinPINLength.

use std::format;
use std::string::String;
use std::vec::Vec;

use keyrig_ctap::cose::{CoseKey, PublicKey};
use keyrig_ctap::message::client_pin::{self, Permissions};
use keyrig_ctap::message::config::{MinPinLength, Request, Subcommand};
use keyrig_ctap::message::get_info::Info;
use keyrig_ctap::pin_uv_auth::{KEY_AGREEMENT_ALGORITHM, Protocol, pin_hash};
use keyrig_ctap::profile::Profile;
use keyrig_ctap::{Command, Status};

use super::super::fingers::everything;
use super::super::platform::{Key, PIN};
use super::{Limit, bytes, of_length, status};

pub(super) const LIMITS: &[Limit] = &[
    Limit::least("code points of a PIN", shortest, Status::PIN_POLICY_VIOLATION).by(|key, count| {
        // Four bytes each: it is not the bytes that count.
        key.set_pin(Protocol::Two, &String::from("\u{1f511}").repeat(usize::try_from(count).unwrap()))
    }),
    Limit::most("bytes of a PIN", longest, Status::PIN_POLICY_VIOLATION).by(ascii),
    Limit::most("bytes of a PIN where getInfo tells", longest, Status::PIN_POLICY_VIOLATION).of(short_pins).by(ascii),
    Limit::exactly("newPinEnc", |_| 64, Status::INVALID_PARAMETER).in_blocks_of(16).by(|key, length| {
        let (shared, _) = key.agree(Protocol::Two);
        let mut padded = bytes(length);
        padded[6..].fill(0);
        let new_pin_enc = shared.encrypt(&padded, [3; 16]).unwrap();
        let mut request = key.set_pin_request(Protocol::Two, PIN);
        request.pin_uv_auth_param = Some(shared.authenticate(&[&new_pin_enc]));
        request.new_pin_enc = Some(new_pin_enc);
        status(key.pin_command(&request))
    }),
    Limit::exactly("pinHashEnc", |_| 16, Status::PIN_INVALID).in_blocks_of(16).by(|key, length| {
        key.set_pin(Protocol::Two, PIN);
        let (shared, mut request) = key.token_request(Protocol::Two, PIN, Permissions::MC);
        let mut hash = shared.decrypt(request.pin_hash_enc.as_ref().unwrap()).unwrap().to_vec();
        hash.resize(usize::try_from(length).unwrap(), 0);
        request.pin_hash_enc = Some(shared.encrypt(&hash, [3; 16]).unwrap());
        status(key.pin_command(&request))
    }),
    Limit::exactly("a coordinate of keyAgreement", |_| 32, Status::INVALID_PARAMETER).by(|key, length| {
        key.set_pin(Protocol::Two, PIN);
        let (_, mut request) = key.token_request(Protocol::Two, PIN, Permissions::MC);
        let peer = CoseKey::from_bytes(request.key_agreement.as_ref().unwrap());
        let Ok(PublicKey::Ec2 { curve, mut x, y }) = peer.public_key() else { panic!("a point") };
        x.resize(usize::try_from(length).unwrap(), 0);
        request.key_agreement = Some(PublicKey::Ec2 { curve, x, y }.to_cose(KEY_AGREEMENT_ALGORITHM));
        status(key.pin_command(&request))
    }),
    Limit::exactly("the other coordinate of keyAgreement", |_| 32, Status::INVALID_PARAMETER).by(|key, length| {
        key.set_pin(Protocol::Two, PIN);
        let (_, mut request) = key.token_request(Protocol::Two, PIN, Permissions::MC);
        let peer = CoseKey::from_bytes(request.key_agreement.as_ref().unwrap());
        let Ok(PublicKey::Ec2 { curve, x, mut y }) = peer.public_key() else { panic!("a point") };
        y.resize(usize::try_from(length).unwrap(), 0);
        request.key_agreement = Some(PublicKey::Ec2 { curve, x, y }.to_cose(KEY_AGREEMENT_ALGORITHM));
        status(key.pin_command(&request))
    }),
    Limit::exactly("newPinEnc under protocol 1", |_| 64, Status::INVALID_PARAMETER).in_blocks_of(16).by(
        |key, length| {
            let (shared, _) = key.agree(Protocol::One);
            let mut padded = bytes(length);
            padded[6..].fill(0);
            let new_pin_enc = shared.encrypt(&padded, [0; 16]).unwrap();
            let mut request = key.set_pin_request(Protocol::One, PIN);
            request.pin_uv_auth_param = Some(shared.authenticate(&[&new_pin_enc]));
            request.new_pin_enc = Some(new_pin_enc);
            status(key.pin_command(&request))
        },
    ),
    Limit::exactly("newPinEnc of changePIN", |_| 64, Status::INVALID_PARAMETER)
        .in_blocks_of(16)
        .by(|key, length| change(key, length, 16, 32)),
    Limit::exactly("pinHashEnc of changePIN", |_| 16, Status::PIN_INVALID)
        .in_blocks_of(16)
        .by(|key, length| change(key, 64, length, 32)),
    Limit::exactly("pinUvAuthParam of changePIN", |_| 32, Status::PIN_AUTH_INVALID)
        .by(|key, length| change(key, 64, 16, length)),
    Limit::exactly("pinUvAuthParam of setPIN", |_| 32, Status::PIN_AUTH_INVALID)
        .by(|key, length| set_by(key, Protocol::Two, length)),
    Limit::exactly("pinUvAuthParam of setPIN under protocol 1", |_| 16, Status::PIN_AUTH_INVALID)
        .by(|key, length| set_by(key, Protocol::One, length)),
    Limit::exactly("pinUvAuthParam of authenticatorConfig", |_| 32, Status::PIN_AUTH_INVALID).by(|key, length| {
        key.set_pin(Protocol::Two, PIN);
        let token = key.unbound_token(Permissions::ACFG).unwrap();
        let mut request = Request::new(Subcommand::TOGGLE_ALWAYS_UV);
        request.pin_uv_auth_protocol = Some(2);
        let param = Protocol::Two.authenticate(&token, &[&request.authenticated()]);
        request.pin_uv_auth_param = Some(of_length(param, length));
        key.command(Command::CONFIG, &request.encode()).0
    }),
    Limit::least("permissions", |_| 1, Status::INVALID_PARAMETER).by(|key, permissions| {
        key.set_pin(Protocol::Two, PIN);
        status(key.token(PIN, Permissions(permissions)))
    }),
    Limit::least("newMinPINLength", shortest, Status::PIN_POLICY_VIOLATION).by(new_minimum),
    Limit::most("newMinPINLength", longest, Status::PIN_POLICY_VIOLATION).by(new_minimum),
    Limit::most("minPinLengthRPIDs", rp_ids, Status::KEY_STORE_FULL).by(|key, count| {
        let rp_ids: Vec<String> = (0..count).map(|n| format!("{n}.example")).collect();
        set(key, &MinPinLength { rp_ids: Some(rp_ids), ..MinPinLength::default() })
    }),
];

/// PINs of at most 8 bytes, as products have that share theirs with PIV.
fn short_pins() -> Profile {
    let mut profile = everything();
    profile.get_info.max_pin_length = Some(8);
    profile
}

fn shortest(info: &Info) -> u64 {
    info.min_pin_length.unwrap()
}

/// CTAP 2.3 §6.4, member 0x1D: 63 where nothing is said.
fn longest(info: &Info) -> u64 {
    info.max_pin_length.unwrap_or(63)
}

fn rp_ids(info: &Info) -> u64 {
    info.max_rp_ids_for_set_min_pin_length.unwrap()
}

fn ascii(key: &mut Key, length: u64) -> Status {
    key.set_pin(Protocol::Two, &String::from("x").repeat(usize::try_from(length).unwrap()))
}

fn new_minimum(key: &mut Key, length: u64) -> Status {
    set(key, &MinPinLength { length: Some(length), ..MinPinLength::default() })
}

/// setPIN with a parameter of `length` bytes.
fn set_by(key: &mut Key, protocol: Protocol, length: u64) -> Status {
    let mut request = key.set_pin_request(protocol, PIN);
    request.pin_uv_auth_param = request.pin_uv_auth_param.map(|param| of_length(param, length));
    status(key.pin_command(&request))
}

/// changePIN with members of these lengths in bytes, before they are encrypted.
fn change(key: &mut Key, pin: u64, hash: u64, param: u64) -> Status {
    key.set_pin(Protocol::Two, PIN);
    let (shared, ours) = key.agree(Protocol::Two);
    let mut padded = bytes(pin);
    padded[6..].fill(0);
    let new_pin_enc = shared.encrypt(&padded, [3; 16]).unwrap();
    let pin_hash_enc = shared.encrypt(&of_length(pin_hash(PIN.as_bytes()).to_vec(), hash), [4; 16]).unwrap();
    let mut request = client_pin::Request::new(client_pin::Subcommand::CHANGE_PIN);
    request.protocol = Some(2);
    request.key_agreement = Some(ours);
    request.pin_uv_auth_param = Some(of_length(shared.authenticate(&[&new_pin_enc, &pin_hash_enc]), param));
    (request.new_pin_enc, request.pin_hash_enc) = (Some(new_pin_enc), Some(pin_hash_enc));
    status(key.pin_command(&request))
}

fn set(key: &mut Key, wanted: &MinPinLength) -> Status {
    key.configure(None, Subcommand::SET_MIN_PIN_LENGTH, Some(wanted.encode()))
}
