//! Requests that a platform might send, good and bad, for property tests.

use std::string::String;
use std::vec::Vec;

use keyrig_ctap::cbor::Value;
use keyrig_ctap::cose::Algorithm;
use keyrig_ctap::message::client_pin::{self, Permissions, Subcommand};
use keyrig_ctap::message::make_credential::{self, Options, Parameter};
use keyrig_ctap::message::{Descriptor, PUBLIC_KEY, RelyingParty, User, get_assertion};
use keyrig_ctap::pin_uv_auth::key_agreement_key;
use keyrig_ctap::{Command, Status};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::{Just, Strategy, any, prop_oneof};

use super::platform::{RP, message};

/// A message of any kind: well-formed, or with a few bytes changed, or no message at all.
pub(super) fn requests() -> impl Strategy<Value = Vec<u8>> {
    let formed = prop_oneof![
        make_credential().prop_map(|request| message(Command::MAKE_CREDENTIAL, &request.encode())),
        get_assertion().prop_map(|request| message(Command::GET_ASSERTION, &request.encode())),
        client_pin().prop_map(|request| message(Command::CLIENT_PIN, &request.encode())),
        (management_command(), members()).prop_map(|(command, members)| message(command, &members)),
        any::<u8>().prop_map(|command| Vec::from([command])),
    ]
    .boxed();
    let bent = (formed.clone(), vec((any::<usize>(), any::<u8>()), 1..4)).prop_map(|(mut bytes, changes)| {
        for (at, byte) in changes {
            let at = at % bytes.len();
            bytes[at] = byte;
        }
        bytes
    });
    let cut_short = (formed.clone(), any::<usize>()).prop_map(|(mut bytes, end)| {
        bytes.truncate(end % bytes.len());
        bytes
    });
    prop_oneof![4 => formed, 2 => bent, 1 => cut_short, 1 => noise()]
}

fn management_command() -> impl Strategy<Value = Command> {
    prop_oneof![
        Just(Command::BIO_ENROLLMENT),
        Just(Command::BIO_ENROLLMENT_PREVIEW),
        Just(Command::CONFIG),
        Just(Command::CREDENTIAL_MANAGEMENT),
        Just(Command::CREDENTIAL_MANAGEMENT_PREVIEW),
        Just(Command::LARGE_BLOBS),
    ]
}

/// Members 1 to 6 with values that the management commands may take, in one place or another.
fn members() -> impl Strategy<Value = Vec<u8>> {
    let plain = || {
        prop_oneof![
            4 => (0u64..9).prop_map(Value::Unsigned),
            1 => any::<u64>().prop_map(Value::Unsigned),
            2 => vec(any::<u8>(), 0..40).prop_map(Value::Bytes),
            1 => any::<bool>().prop_map(Value::Bool),
            1 => ".{0,20}".prop_map(Value::Text),
            1 => vec(".{0,9}".prop_map(Value::Text), 0..4).prop_map(Value::Array),
        ]
    };
    let map = |entries: Vec<(u64, Value)>| {
        Value::Map(entries.into_iter().map(|(key, value)| (Value::Unsigned(key), value)).collect())
    };
    let unique = |mut entries: Vec<(u64, Value)>| {
        entries.sort_by_key(|(key, _)| *key);
        entries.dedup_by_key(|(key, _)| *key);
        entries
    };
    let parameters = vec((1u64..5, plain()), 0..4).prop_map(move |entries| map(unique(entries)));
    let value = prop_oneof![3 => plain(), 1 => parameters];
    vec((1u64..7, value), 0..5).prop_map(move |entries| map(unique(entries)).to_canonical())
}

/// Bytes of no form.
pub(super) fn noise() -> impl Strategy<Value = Vec<u8>> {
    vec(any::<u8>(), 0..80)
}

/// Whether a reply is a refusal.
pub(super) fn is_refusal(reply: &[u8]) -> bool {
    reply.first() != Some(&Status::OK.0)
}

fn options() -> impl Strategy<Value = Options> {
    let rare = || option::weighted(0.3, any::<bool>());
    (rare(), rare(), rare()).prop_map(|(rk, up, uv)| Options { rk, up, uv })
}

fn rp_id() -> impl Strategy<Value = String> {
    prop_oneof![3 => Just(String::from(RP)), 1 => ".{0,20}"]
}

fn descriptors() -> impl Strategy<Value = Option<Vec<Descriptor>>> {
    let descriptor = vec(any::<u8>(), 0..40).prop_map(|id| Descriptor::public_key(&id));
    option::weighted(0.3, vec(descriptor, 0..10))
}

fn extensions() -> impl Strategy<Value = Option<Vec<u8>>> {
    let id =
        proptest::sample::select(crate::extension::ALL.iter().copied().chain(["other"]).collect::<Vec<&'static str>>());
    let value = prop_oneof![
        (0u64..5).prop_map(Value::Unsigned),
        any::<bool>().prop_map(Value::Bool),
        vec(any::<u8>(), 0..70).prop_map(Value::Bytes),
        salts(),
        named(),
    ];
    option::weighted(
        0.4,
        (id, value).prop_map(|(id, value)| Value::Map(Vec::from([(id.into(), value)])).to_canonical()),
    )
}

/// Inputs with named members, as `largeBlob` and `prf` have them.
fn named() -> impl Strategy<Value = Value> {
    let salts = || {
        vec(vec(any::<u8>(), 30..34).prop_map(Value::Bytes), 0..3).prop_map(|salts| {
            let named = [Value::from("first"), Value::from("second")].into_iter().zip(salts);
            Value::Map(named.collect())
        })
    };
    let value = prop_oneof![
        Just(Value::Bool(true)),
        vec(any::<u8>(), 0..40).prop_map(Value::Bytes),
        any::<u64>().prop_map(Value::Unsigned),
        Just(Value::from("required")),
        salts(),
        salts().prop_map(|salts| Value::Map(Vec::from([(Value::Bytes(Vec::from([1])), salts)]))),
    ];
    let name =
        proptest::sample::select(Vec::from(["read", "write", "originalSize", "support", "eval", "evalByCredential"]));
    proptest::collection::btree_map(name, value, 0..3)
        .prop_map(|members| Value::Map(members.into_iter().map(|(name, value)| (Value::from(name), value)).collect()))
}

/// The input of `hmac-secret` at a login, with a key that may be a point.
fn salts() -> impl Strategy<Value = Value> {
    (vec(any::<u8>(), 0..70), vec(any::<u8>(), 0..40), 0u64..4).prop_map(|(encrypted, auth, protocol)| {
        let key = own_key();
        let tree = keyrig_ctap::cbor::Tree::parse(&key).expect("a COSE_Key");
        Value::Map(Vec::from([
            (Value::Unsigned(1), Value::from(&tree.root)),
            (Value::Unsigned(2), Value::Bytes(encrypted)),
            (Value::Unsigned(3), Value::Bytes(auth)),
            (Value::Unsigned(4), Value::Unsigned(protocol)),
        ]))
    })
}

fn own_key() -> Vec<u8> {
    let own = p256::SecretKey::from_slice(&[9; 32]).expect("a scalar");
    key_agreement_key(&own.public_key()).bytes().to_vec()
}

fn param() -> impl Strategy<Value = (Option<Vec<u8>>, Option<u64>)> {
    (option::weighted(0.2, vec(any::<u8>(), 0..33)), option::weighted(0.3, 0u64..4))
}

fn make_credential() -> impl Strategy<Value = make_credential::Request> {
    let user = (vec(any::<u8>(), 1..65), option::of(".{0,10}"));
    let algorithms = vec(prop_oneof![Just(-7), Just(-8), -300i64..10], 0..3);
    let rest = (param(), option::weighted(0.1, 0u64..4), option::weighted(0.1, vec("none|packed", 0..3)));
    (rp_id(), user, algorithms, descriptors(), extensions(), options(), rest).prop_map(
        |(id, (handle, name), algorithms, exclude_list, extensions, options, (param, enterprise, formats))| {
            let parameter = |alg| Parameter { algorithm: Algorithm(alg), kind: PUBLIC_KEY.into() };
            make_credential::Request {
                client_data_hash: [0xcd; 32],
                rp: RelyingParty { id, name: None },
                user: User { id: handle, name, display_name: None },
                parameters: algorithms.into_iter().map(parameter).collect(),
                exclude_list,
                extensions,
                options,
                pin_uv_auth_param: param.0,
                pin_uv_auth_protocol: param.1,
                enterprise_attestation: enterprise,
                attestation_formats: formats,
            }
        },
    )
}

fn get_assertion() -> impl Strategy<Value = get_assertion::Request> {
    (rp_id(), descriptors(), extensions(), options(), param()).prop_map(
        |(rp_id, allow_list, extensions, options, param)| get_assertion::Request {
            rp_id,
            client_data_hash: [0xce; 32],
            allow_list,
            extensions,
            options,
            pin_uv_auth_param: param.0,
            pin_uv_auth_protocol: param.1,
        },
    )
}

fn client_pin() -> impl Strategy<Value = client_pin::Request> {
    let bytes = || option::weighted(0.7, vec(any::<u8>(), 0..81));
    let permissions = option::weighted(0.5, (0u64..256).prop_map(Permissions));
    let key = option::weighted(0.8, Just(own_key()));
    (option::weighted(0.9, 0u64..4), 0u64..11, key, bytes(), bytes(), bytes(), permissions, option::of(rp_id()))
        .prop_map(|(protocol, subcommand, key_agreement, param, new_pin_enc, pin_hash_enc, permissions, rp_id)| {
            client_pin::Request {
                protocol,
                key_agreement,
                pin_uv_auth_param: param,
                new_pin_enc,
                pin_hash_enc,
                permissions,
                rp_id,
                ..client_pin::Request::new(Subcommand(subcommand))
            }
        })
}
