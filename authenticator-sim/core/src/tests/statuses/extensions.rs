use std::vec::Vec;

use keyrig_ctap::Status;
use keyrig_ctap::cbor::{Value, Writer};
use keyrig_ctap::message::make_credential;
use keyrig_ctap::pin_uv_auth::{Protocol, SharedSecret};

use super::super::ceremonies::{secret_at_creation, secret_inputs};
use super::super::platform::{
    discoverable_request, extension, get_request, hmac_secret_input, make_request, security_key,
};
use super::{Attempt, Row, row};

pub(super) const ROWS: &[Row] = &[
    row("credProtect out of range", Status::INVALID_PARAMETER, security_key, |a| {
        let mut request = make_request();
        request.extensions = extension("credProtect", Value::Unsigned(a.either(4, 3)));
        a.key.make(&request).err().unwrap_or(Status::OK)
    }),
    row("credProtect of another type", Status::CBOR_UNEXPECTED_TYPE, security_key, |a| {
        let mut request = make_request();
        request.extensions = extension("credProtect", a.either(Value::Bool(true), Value::Unsigned(1)));
        a.key.make(&request).err().unwrap_or(Status::OK)
    }),
    row("a large-blob key that is not wanted", Status::INVALID_OPTION, security_key, |a| {
        large_blob_key(a, |request| request.extensions = extension("largeBlobKey", Value::Bool(false)))
    }),
    row("a large-blob key for a server-side credential", Status::INVALID_OPTION, security_key, |a| {
        large_blob_key(a, |request| request.options.rk = None)
    }),
    row("a large-blob key that is not wanted at a login", Status::INVALID_OPTION, security_key, |a| {
        let id = a.key.enrol(&make_request());
        let mut request = get_request(&[id]);
        request.extensions = extension("largeBlobKey", Value::Bool(!a.defect));
        a.key.get(&request).err().unwrap_or(Status::OK)
    }),
    row("hmac-secret at creation without its own", Status::MISSING_PARAMETER, secret_at_creation, |a| {
        let (shared, ours) = a.key.agree(Protocol::Two);
        let encrypted = shared.encrypt(&[1; 32], [6; 16]).unwrap();
        let auth = shared.authenticate(&[&encrypted]);
        let mut request = make_request();
        request.extensions = Some(secret_inputs(&ours, &encrypted, &auth, !a.defect));
        a.key.make(&request).err().unwrap_or(Status::OK)
    }),
    row("hmac-secret at a login without a touch", Status::UNSUPPORTED_OPTION, security_key, |a| {
        let up = !a.defect;
        hmac_secret(a, &[1; 32], |_| (), up)
    }),
    row("salts that do not verify", Status::PIN_AUTH_INVALID, security_key, |a| {
        let bend = u8::from(a.defect);
        hmac_secret(a, &[1; 32], |auth| auth[0] ^= bend, true)
    }),
    row("a secret with a key off the curve", Status::INVALID_PARAMETER, security_key, |a| {
        secret(a, |input| *input.key.last_mut().unwrap() ^= 1)
    }),
    row("a secret under an unsupported protocol", Status::INVALID_PARAMETER, security_key, |a| {
        secret(a, |input| input.protocol = 3)
    }),
    row("salts that are no whole blocks", Status::INVALID_PARAMETER, security_key, |a| {
        secret(a, |input| {
            input.salts.truncate(47);
            input.auth = input.shared.authenticate(&[&input.salts]);
        })
    }),
    row("salts at creation that do not verify", Status::PIN_AUTH_INVALID, secret_at_creation, |a| {
        at_creation(a, 32, true)
    }),
    row("a salt and a half at creation", Status::INVALID_PARAMETER, secret_at_creation, |a| {
        let length = a.either(48, 64);
        at_creation(a, length, false)
    }),
    row("a salt and a half", Status::INVALID_PARAMETER, security_key, |a| {
        let salts: &[u8] = a.either(&[1; 48], &[1; 64]);
        hmac_secret(a, salts, |_| (), true)
    }),
];

fn large_blob_key(a: &mut Attempt, change: impl FnOnce(&mut make_credential::Request)) -> Status {
    let mut request = discoverable_request(1);
    request.extensions = extension("largeBlobKey", Value::Bool(true));
    if a.defect {
        change(&mut request);
    }
    a.key.make(&request).err().unwrap_or(Status::OK)
}

/// What a platform sends to have a secret made.
struct SecretInput {
    shared: SharedSecret,
    key: Vec<u8>,
    salts: Vec<u8>,
    auth: Vec<u8>,
    protocol: u64,
}

fn secret(a: &mut Attempt, change: impl FnOnce(&mut SecretInput)) -> Status {
    let mut request = make_request();
    request.extensions = extension("hmac-secret", Value::Bool(true));
    let id = a.key.enrol(&request);
    let (shared, key) = a.key.agree(Protocol::Two);
    let salts = shared.encrypt(&[1; 32], [6; 16]).unwrap();
    let auth = shared.authenticate(&[&salts]);
    let mut input = SecretInput { shared, key, salts, auth, protocol: 2 };
    if a.defect {
        change(&mut input);
    }
    let mut out = Writer::new();
    out.map(1).text("hmac-secret").map(4).uint(1).raw(&input.key).uint(2).bytes(&input.salts);
    out.uint(3).bytes(&input.auth).uint(4).uint(input.protocol);
    let mut request = get_request(&[id]);
    request.extensions = Some(out.into_bytes());
    a.key.get(&request).err().unwrap_or(Status::OK)
}

fn at_creation(a: &mut Attempt, length: usize, bend: bool) -> Status {
    let (shared, ours) = a.key.agree(Protocol::Two);
    let encrypted = shared.encrypt(&std::vec![1; length], [6; 16]).unwrap();
    let mut auth = shared.authenticate(&[&encrypted]);
    auth[0] ^= u8::from(bend && a.defect);
    let mut request = make_request();
    request.extensions = Some(secret_inputs(&ours, &encrypted, &auth, true));
    a.key.make(&request).err().unwrap_or(Status::OK)
}

fn hmac_secret(a: &mut Attempt, salts: &[u8], bend: impl FnOnce(&mut Vec<u8>), up: bool) -> Status {
    let mut request = make_request();
    request.extensions = extension("hmac-secret", Value::Bool(true));
    let id = a.key.enrol(&request);
    let (shared, ours) = a.key.agree(Protocol::Two);
    let encrypted = shared.encrypt(salts, [6; 16]).unwrap();
    let mut auth = shared.authenticate(&[&encrypted]);
    bend(&mut auth);
    let mut request = get_request(&[id]);
    request.extensions = hmac_secret_input(&ours, &encrypted, &auth, Protocol::Two);
    request.options.up = Some(up);
    a.key.get(&request).err().unwrap_or(Status::OK)
}
