//! Members of makeCredential, getAssertion and U2F.

use std::string::String;
use std::vec::Vec;

use keyrig_ctap::auth_data::AuthData;
use keyrig_ctap::cbor::Value;
use keyrig_ctap::message::Descriptor;
use keyrig_ctap::message::client_pin::Permissions;
use keyrig_ctap::message::config::Subcommand;
use keyrig_ctap::message::get_info::Info;
use keyrig_ctap::pin_uv_auth::Protocol;
use keyrig_ctap::profile::Profile;
use keyrig_ctap::u2f::{Apdu, Control, Instruction, StatusWord};
use keyrig_ctap::{Command, Status};

use super::super::platform::{
    Key, PIN, discoverable_request, extension, get_request, hmac_secret_input, make_request, passkey_provider,
    security_key,
};
use super::{Limit, bytes, of_length, status, with_member};
use crate::state::Protection;

pub(super) const LIMITS: &[Limit] = &[
    Limit::most("user.id", |_| 64, Status::INVALID_LENGTH).by(user_id),
    Limit::least("user.id", |_| 1, Status::INVALID_LENGTH).by(user_id),
    Limit::exactly("clientDataHash of makeCredential", |_| 32, Status::INVALID_LENGTH).by(|key, length| {
        let request = with_member(&make_request().encode(), 1, Value::Bytes(bytes(length)));
        key.command(Command::MAKE_CREDENTIAL, &request).0
    }),
    Limit::exactly("clientDataHash of getAssertion", |_| 32, Status::INVALID_LENGTH).by(|key, length| {
        let id = key.enrol(&make_request());
        let request = with_member(&get_request(&[id]).encode(), 2, Value::Bytes(bytes(length)));
        key.command(Command::GET_ASSERTION, &request).0
    }),
    Limit::most("excludeList", list, Status::LIMIT_EXCEEDED).by(|key, length| {
        let mut request = make_request();
        request.exclude_list = Some(descriptors(length));
        status(key.make(&request))
    }),
    Limit::most("allowList", list, Status::LIMIT_EXCEEDED).met_by(Status::NO_CREDENTIALS).by(|key, length| {
        let mut request = get_request(&[]);
        request.allow_list = Some(descriptors(length));
        status(key.get(&request))
    }),
    Limit::most("discoverable credentials", room, Status::KEY_STORE_FULL).by(|key, count| {
        let users = (1..=u8::try_from(count).unwrap()).map(|user| status(key.make(&discoverable_request(user))));
        users.last().unwrap()
    }),
    Limit::most("enterpriseAttestation", |_| 2, Status::INVALID_OPTION).by(enterprise),
    Limit::least("enterpriseAttestation", |_| 1, Status::INVALID_OPTION).by(enterprise),
    Limit::most("credProtect", |_| Protection::Required.number(), Status::INVALID_PARAMETER).by(cred_protect),
    Limit::least("credProtect", |_| Protection::Optional.number(), Status::INVALID_PARAMETER).by(cred_protect),
    Limit::exactly("one salt of hmac-secret", |_| 32, Status::INVALID_PARAMETER).in_blocks_of(16).by(salts),
    Limit::exactly("two salts of hmac-secret", |_| 64, Status::INVALID_PARAMETER).in_blocks_of(16).by(salts),
    Limit::exactly("saltAuth under protocol 1", |_| 16, Status::PIN_AUTH_INVALID)
        .by(|key, length| salt_auth(key, Protocol::One, length)),
    Limit::exactly("saltAuth under protocol 2", |_| 32, Status::PIN_AUTH_INVALID)
        .by(|key, length| salt_auth(key, Protocol::Two, length)),
    Limit::least("pubKeyCredParams", |_| 1, Status::UNSUPPORTED_ALGORITHM).by(|key, count| {
        let mut request = make_request();
        request.parameters = std::vec![request.parameters[0].clone(); usize::try_from(count).unwrap()];
        status(key.make(&request))
    }),
    Limit::most("nesting of CBOR", |_| 4, Status::INVALID_CBOR).by(|key, depth| {
        let value = (0..depth - 2).fold(Value::Bool(true), |inner, _| Value::Array([inner].into()));
        let mut request = make_request();
        request.extensions = extension("x", value);
        status(key.make(&request))
    }),
    Limit::most("assertions of one request", |_| 3, Status::NOT_ALLOWED).by(|key, count| {
        (1..=3).for_each(|user| drop(key.enrol(&discoverable_request(user))));
        let first = status(key.get(&get_request(&[])));
        (1..count).map(|_| status(key.get_next())).last().unwrap_or(first)
    }),
    Limit::least("pinUvAuthProtocol", |_| 1, Status::INVALID_PARAMETER).met_by(Status::PIN_AUTH_INVALID).by(protocol),
    Limit::most("pinUvAuthProtocol", |_| 2, Status::INVALID_PARAMETER).met_by(Status::PIN_AUTH_INVALID).by(protocol),
    Limit::exactly("one salt of prf", |_| 32, Status::INVALID_PARAMETER).of(phone).by(|key, length| {
        let eval = Value::Map([(Value::from("first"), Value::Bytes(bytes(length)))].into());
        let mut request = make_request();
        request.options.uv = Some(true);
        request.extensions = extension("prf", Value::Map([(Value::from("eval"), eval)].into()));
        status(key.make(&request))
    }),
    Limit::exactly("pinUvAuthParam of getAssertion", |_| 32, Status::PIN_AUTH_INVALID).by(|key, length| {
        let id = key.enrol(&make_request());
        key.set_pin(Protocol::Two, PIN);
        let mut request = key.verified_get(get_request(&[id]));
        request.pin_uv_auth_param = request.pin_uv_auth_param.map(|param| of_length(param, length));
        status(key.get(&request))
    }),
    Limit::exactly("pinUvAuthParam under protocol 2", |_| 32, Status::PIN_AUTH_INVALID).by(|key, length| {
        key.set_pin(Protocol::Two, PIN);
        let mut request = key.verified_make(make_request());
        request.pin_uv_auth_param = request.pin_uv_auth_param.map(|param| of_length(param, length));
        status(key.make(&request))
    }),
    Limit::most("a message", Info::max_message_size, Status::REQUEST_TOO_LARGE).met_by(Status::NO_CREDENTIALS).by(
        |key, length| {
            let request = |padding: usize| {
                let mut request = get_request(&[]);
                request.extensions = extension("x", Value::Bytes(std::vec![0; padding]));
                request.encode()
            };
            let overhead = request(1000).len() - 1000;
            let message = request(usize::try_from(length).unwrap() - 1 - overhead);
            assert_eq!(message.len() as u64 + 1, length);
            key.command(Command::GET_ASSERTION, &message).0
        },
    ),
];

fn list(info: &Info) -> u64 {
    info.max_credential_count_in_list.unwrap()
}

fn room(info: &Info) -> u64 {
    info.remaining_discoverable_credentials.unwrap()
}

fn descriptors(count: u64) -> Vec<Descriptor> {
    (0..count).map(|n| Descriptor::public_key(&n.to_be_bytes())).collect()
}

/// A phone, which evaluates salts in clear.
fn phone() -> Profile {
    let mut profile = passkey_provider();
    profile.get_info.extensions.push("prf".into());
    profile
}

/// With a token that nobody gave.
fn protocol(key: &mut Key, number: u64) -> Status {
    key.set_pin(Protocol::Two, PIN);
    let mut request = make_request();
    request.pin_uv_auth_param = Some(bytes(32));
    request.pin_uv_auth_protocol = Some(number);
    status(key.make(&request))
}

fn user_id(key: &mut Key, length: u64) -> Status {
    let mut request = make_request();
    request.user.id = bytes(length);
    status(key.make(&request))
}

fn enterprise(key: &mut Key, kind: u64) -> Status {
    assert_eq!(key.configure(None, Subcommand::ENABLE_ENTERPRISE_ATTESTATION, None), Status::OK);
    let mut request = make_request();
    request.enterprise_attestation = Some(kind);
    status(key.make(&request))
}

fn cred_protect(key: &mut Key, level: u64) -> Status {
    let mut request = make_request();
    request.extensions = extension("credProtect", level.into());
    status(key.make(&request))
}

fn salts(key: &mut Key, length: u64) -> Status {
    hmac_secret(key, Protocol::Two, &bytes(length), None)
}

fn salt_auth(key: &mut Key, protocol: Protocol, length: u64) -> Status {
    hmac_secret(key, protocol, &[7; 32], Some(length))
}

fn hmac_secret(key: &mut Key, protocol: Protocol, salts: &[u8], auth: Option<u64>) -> Status {
    let mut request = make_request();
    request.extensions = extension("hmac-secret", true.into());
    let id = key.enrol(&request);
    let (shared, ours) = key.agree(protocol);
    let encrypted = shared.encrypt(salts, [6; 16]).unwrap();
    let right = shared.authenticate(&[&encrypted]);
    let auth = auth.map_or(right.clone(), |length| of_length(right, length));
    let mut request = get_request(&[id]);
    request.extensions = hmac_secret_input(&ours, &encrypted, &auth, protocol);
    status(key.get(&request))
}

#[test]
fn names_are_kept_up_to_64_bytes_and_cut_between_code_points() {
    for (given, kept) in [
        (String::from("x").repeat(64), String::from("x").repeat(64)),
        (String::from("x").repeat(65), String::from("x").repeat(64)),
        (String::from("x").repeat(63) + "é", String::from("x").repeat(63)),
    ] {
        let mut key = Key::new(&security_key());
        let mut request = discoverable_request(1);
        (request.user.name, request.user.display_name) = (Some(given.clone()), Some(given));
        key.enrol(&request);
        let user = key.authenticator.state().credentials().next().unwrap().user.clone();
        assert_eq!((user.name, user.display_name), (Some(kept.clone()), Some(kept)));
    }
}

#[test]
fn names_of_relying_parties_have_no_limit_but_the_message() {
    let mut key = Key::new(&security_key());
    let mut request = make_request();
    request.rp.id = String::from("a.").repeat(120) + "example";
    request.rp.name = Some(String::from("n").repeat(400));
    let id = key.enrol(&request);
    let mut login = get_request(&[id]);
    login.rp_id = request.rp.id;
    assert!(key.get(&login).is_ok());
}

#[test]
fn no_credential_id_is_longer_than_getinfo_says_and_a_longer_one_is_nobodys() {
    let mut key = Key::new(&security_key());
    let most = usize::try_from(key.info().max_credential_id_length.unwrap()).unwrap();
    for request in [make_request(), discoverable_request(1)] {
        assert!(key.enrol(&request).len() <= most);
    }
    for length in [most, most + 1] {
        assert_eq!(key.get(&get_request(&[std::vec![1; length]])), Err(Status::NO_CREDENTIALS), "{length}");
    }
}

#[test]
fn u2f_parameters_have_32_bytes_and_a_handle_the_length_that_is_said() {
    let mut key = Key::new(&security_key());
    let mut send = |instruction, p1, data: &[u8]| key.apdu(&Apdu { class: 0, instruction, p1, p2: 0, data });
    for (length, expected) in
        [(63, StatusWord::WRONG_LENGTH), (64, StatusWord::NO_ERROR), (65, StatusWord::WRONG_LENGTH)]
    {
        assert_eq!(send(Instruction::REGISTER, 0, &std::vec![1; length]).1, expected, "{length}");
    }
    let (made, _) = send(Instruction::REGISTER, 0, &[1; 64]);
    let handle = &made[67..67 + usize::from(made[66])];
    for (said, given, expected) in [
        (handle.len(), handle.to_vec(), StatusWord::NO_ERROR),
        (handle.len() - 1, handle.to_vec(), StatusWord::WRONG_LENGTH),
        (handle.len() + 1, handle.to_vec(), StatusWord::WRONG_LENGTH),
        (255, std::vec![1; 255], StatusWord::WRONG_DATA),
        (0, Vec::new(), StatusWord::WRONG_DATA),
    ] {
        let data = [&[1; 64][..], &[u8::try_from(said).unwrap()], &given].concat();
        assert_eq!(send(Instruction::AUTHENTICATE, Control::ENFORCE.0, &data).1, expected, "{said}");
    }
}

#[test]
fn a_token_of_protocol_1_has_a_parameter_of_16_bytes() {
    let mut key = Key::with_pin(&security_key());
    for (length, expected) in [(15, Status::PIN_AUTH_INVALID), (16, Status::OK), (17, Status::PIN_AUTH_INVALID)] {
        let (shared, asked) = key.token_request(Protocol::One, PIN, Permissions::MC);
        let token = shared.decrypt(&key.pin_command(&asked).unwrap().pin_uv_auth_token.unwrap()).unwrap();
        let mut request = make_request();
        let param = Protocol::One.authenticate(&token, &[&request.client_data_hash]);
        request.pin_uv_auth_param = Some(of_length(param, length));
        request.pin_uv_auth_protocol = Some(1);
        assert_eq!(status(key.make(&request)), expected, "{length}");
    }
}

#[test]
fn a_small_blob_is_kept_up_to_the_length_that_getinfo_says() {
    let profile = super::super::blobs::blob_key();
    let most = Key::new(&profile).info().max_cred_blob_length.unwrap();
    for (length, kept) in [(most - 1, true), (most, true), (most + 1, false)] {
        let mut key = Key::new(&profile);
        let mut request = discoverable_request(1);
        request.extensions = extension("credBlob", Value::Bytes(bytes(length)));
        let made = key.make(&request).unwrap();
        let told = AuthData::parse(&made.auth_data).unwrap().extensions;
        assert_eq!(told, extension("credBlob", kept.into()), "{length}");
        let stored = key.authenticator.state().credentials().next().unwrap().cred_blob.clone();
        assert_eq!(stored, kept.then(|| bytes(length)));
    }
}
