//! Every command with members of the right types, by a platform that has a token where it says so: each gets a status,
//! and a refusal changes nothing but counters.
#![no_main]

use keyrig_ctap::cbor::Value;
use keyrig_ctap::cose::Algorithm;
use keyrig_ctap::message::client_pin::Permissions;
use keyrig_ctap::message::make_credential::{Options, Parameter};
use keyrig_ctap::message::{
    Descriptor, PUBLIC_KEY, RelyingParty, User, bio_enrollment, client_pin, config, credential_management,
    get_assertion, large_blobs, make_credential,
};
use keyrig_ctap::{Command, Status};
use keyrig_device::profiles;
use keyrig_fuzz::{Bench, RP_ID};
use libfuzzer_sys::arbitrary::{self, Arbitrary};
use libfuzzer_sys::fuzz_target;

const PROFILES: [&str; 4] = ["yubikey-5-nfc-5.8", "ctap-2.3-everything", "yubikey-bio-5.8", "icloud-keychain"];

#[derive(Arbitrary, Debug)]
struct Session {
    profile: u8,
    pin: bool,
    acts: Vec<(bool, Act)>,
}

#[derive(Arbitrary, Debug)]
enum Act {
    Make(Make),
    Get { allow: Option<Vec<Id>>, options: [Option<bool>; 3], extensions: Vec<Extension> },
    Pin { subcommand: u8, protocol: Option<u8>, key: Option<Vec<u8>>, bytes: [Option<Vec<u8>>; 3], permissions: u8 },
    Manage { preview: bool, subcommand: u8, hash: Option<Vec<u8>>, credential: Option<Id>, user: Option<Vec<u8>> },
    Bio { preview: bool, subcommand: u8, template: Option<Vec<u8>>, name: Option<String>, timeout: Option<u16> },
    Config { subcommand: u8, length: Option<u8>, rp_ids: Option<Vec<String>>, flags: [Option<bool>; 2] },
    Blobs { get: Option<u16>, set: Option<Vec<u8>>, offset: Option<u16>, length: Option<u16> },
    Next,
    Reset,
    Selection,
    Wait(u16),
    PowerCycle,
}

#[derive(Arbitrary, Debug)]
struct Make {
    user: Vec<u8>,
    name: Option<String>,
    algorithms: Vec<i16>,
    exclude: Vec<Id>,
    options: [Option<bool>; 3],
    extensions: Vec<Extension>,
    enterprise: Option<u8>,
    formats: Option<Vec<String>>,
}

#[derive(Arbitrary, Debug)]
enum Id {
    Known(u8),
    Other(Vec<u8>),
}

#[derive(Arbitrary, Debug)]
enum Extension {
    CredProtect(u8),
    Flag(u8, bool),
    Bytes(u8, Vec<u8>),
    Map(u8, Vec<(String, Vec<u8>)>),
}

const NAMES: [&str; 9] = [
    "credBlob",
    "hmac-secret",
    "hmac-secret-mc",
    "largeBlob",
    "largeBlobKey",
    "minPinLength",
    "pinComplexityPolicy",
    "prf",
    "thirdPartyPayment",
];

fuzz_target!(|session: Session| {
    let id = PROFILES[usize::from(session.profile) % PROFILES.len()];
    let mut bench = Bench::new(profiles::find(id).expect("embedded"));
    if session.pin {
        bench.set_pin();
    }
    for (by_token, act) in session.acts.into_iter().take(24) {
        perform(&mut bench, by_token, act);
    }
    assert_eq!(bench.send(Command::GET_INFO, &[]).0, Status::OK);
});

fn perform(bench: &mut Bench, by_token: bool, act: Act) {
    match act {
        Act::Make(make) => self::make(bench, by_token, make),
        Act::Get { allow, options, extensions } => {
            let request = get_assertion::Request {
                rp_id: RP_ID.to_owned(),
                client_data_hash: [2; 32],
                allow_list: allow.map(|ids| list(bench, ids)),
                extensions: inputs(extensions),
                options: of(options),
                pin_uv_auth_param: param(bench, by_token, Permissions::GA, &[2; 32]),
                pin_uv_auth_protocol: by_token.then_some(2),
            };
            bench.send(Command::GET_ASSERTION, &request.encode());
        }
        Act::Pin { subcommand, protocol, key, bytes: [param, new_pin_enc, pin_hash_enc], permissions } => {
            let request = client_pin::Request {
                protocol: protocol.map(u64::from),
                // A key has to be CBOR to be sent at all.
                key_agreement: key.map(|key| Value::Bytes(key).to_canonical()),
                pin_uv_auth_param: param,
                new_pin_enc,
                pin_hash_enc,
                permissions: by_token.then(|| Permissions(permissions.into())),
                ..client_pin::Request::new(client_pin::Subcommand(subcommand.into()))
            };
            bench.send(Command::CLIENT_PIN, &request.encode());
        }
        Act::Wait(millis) => bench.wait(millis),
        Act::PowerCycle => bench.power_cycle(),
        Act::Next => drop(bench.send(Command::GET_NEXT_ASSERTION, &[])),
        Act::Reset => drop(bench.send(Command::RESET, &[])),
        Act::Selection => drop(bench.send(Command::SELECTION, &[])),
        act => manage(bench, by_token, act),
    }
}

fn make(bench: &mut Bench, by_token: bool, make: Make) {
    let parameter = |algorithm| Parameter { algorithm: Algorithm(algorithm), kind: PUBLIC_KEY.to_owned() };
    let offered = [Algorithm::ES256.0].into_iter().chain(make.algorithms.into_iter().map(i64::from));
    let request = make_credential::Request {
        client_data_hash: [1; 32],
        rp: RelyingParty { id: RP_ID.to_owned(), name: make.name.clone() },
        user: User { id: make.user, name: make.name.clone(), display_name: make.name },
        parameters: offered.map(parameter).collect(),
        exclude_list: (!make.exclude.is_empty()).then(|| list(bench, make.exclude)),
        extensions: inputs(make.extensions),
        options: of(make.options),
        pin_uv_auth_param: param(bench, by_token, Permissions::MC, &[1; 32]),
        pin_uv_auth_protocol: by_token.then_some(2),
        enterprise_attestation: make.enterprise.map(u64::from),
        attestation_formats: make.formats,
    };
    bench.send(Command::MAKE_CREDENTIAL, &request.encode());
}

fn manage(bench: &mut Bench, by_token: bool, act: Act) {
    match act {
        Act::Manage { preview, subcommand, hash, credential, user } => {
            let mut request = credential_management::Request::new(credential_management::Subcommand(subcommand.into()));
            let user = user.map(|id| User { id, name: None, display_name: Some(RP_ID.to_owned()) });
            let credential = credential.map(|id| descriptor(bench, id));
            let parameters = credential_management::Parameters { rp_id_hash: hash, credential, user };
            request.parameters = Some(parameters.encode());
            request.pin_uv_auth_param = param(bench, by_token, Permissions::CM, &request.authenticated());
            request.pin_uv_auth_protocol = Some(2);
            let command = if preview { Command::CREDENTIAL_MANAGEMENT_PREVIEW } else { Command::CREDENTIAL_MANAGEMENT };
            bench.send(command, &request.encode());
        }
        Act::Bio { preview, subcommand, template, name, timeout } => {
            let mut request = bio_enrollment::Request::new(bio_enrollment::Subcommand(subcommand.into()));
            let timeout_milliseconds = timeout.map(u64::from);
            let parameters =
                bio_enrollment::Parameters { template_id: template, friendly_name: name, timeout_milliseconds };
            request.parameters = Some(parameters.encode());
            request.pin_uv_auth_param = param(bench, by_token, Permissions::BE, &request.authenticated());
            request.pin_uv_auth_protocol = Some(2);
            let command = if preview { Command::BIO_ENROLLMENT_PREVIEW } else { Command::BIO_ENROLLMENT };
            bench.send(command, &request.encode());
        }
        Act::Config { subcommand, length, rp_ids, flags: [force_change, complexity] } => {
            let mut request = config::Request::new(config::Subcommand(subcommand.into()));
            let parameters = config::MinPinLength { length: length.map(u64::from), rp_ids, force_change, complexity };
            request.parameters = Some(parameters.encode());
            request.pin_uv_auth_param = param(bench, by_token, Permissions::ACFG, &request.authenticated());
            request.pin_uv_auth_protocol = Some(2);
            bench.send(Command::CONFIG, &request.encode());
        }
        Act::Blobs { get, set, offset, length } => {
            let mut request = large_blobs::Request {
                get: get.map(u64::from),
                set,
                offset: offset.map(u64::from),
                length: length.map(u64::from),
                ..large_blobs::Request::default()
            };
            if by_token {
                let array = large_blobs::serialize(&request.set.take().unwrap_or_default());
                (request.get, request.offset, request.length) = (None, Some(0), Some(array.len() as u64));
                request.set = Some(array);
                request.pin_uv_auth_param = param(bench, true, Permissions::LBW, &request.authenticated());
                request.pin_uv_auth_protocol = Some(2);
            }
            bench.send(Command::LARGE_BLOBS, &request.encode());
        }
        _ => drop(bench.send(Command::GET_INFO, &[])),
    }
}

fn param(bench: &mut Bench, by_token: bool, permissions: Permissions, message: &[u8]) -> Option<Vec<u8>> {
    if by_token { bench.param(permissions, message) } else { None }
}

fn of([rk, up, uv]: [Option<bool>; 3]) -> Options {
    Options { rk, up, uv }
}

fn list(bench: &Bench, ids: Vec<Id>) -> Vec<Descriptor> {
    ids.into_iter().map(|id| descriptor(bench, id)).collect()
}

fn descriptor(bench: &Bench, id: Id) -> Descriptor {
    Descriptor::public_key(&match id {
        Id::Known(place) => bench.credential_id(place).unwrap_or_default(),
        Id::Other(bytes) => bytes,
    })
}

fn inputs(extensions: Vec<Extension>) -> Option<Vec<u8>> {
    let name = |place: u8| Value::from(NAMES[usize::from(place) % NAMES.len()]);
    let mut entries: Vec<(Value, Value)> = Vec::new();
    for extension in extensions.into_iter().take(4) {
        let (id, input) = match extension {
            Extension::CredProtect(level) => ("credProtect".into(), Value::Unsigned(level.into())),
            Extension::Flag(place, flag) => (name(place), Value::Bool(flag)),
            Extension::Bytes(place, bytes) => (name(place), Value::Bytes(bytes)),
            Extension::Map(place, members) => {
                let members = members.into_iter().map(|(name, bytes)| (Value::Text(name), Value::Bytes(bytes)));
                (name(place), Value::Map(members.collect()))
            }
        };
        if entries.iter().all(|(other, _)| *other != id) {
            entries.push((id, input));
        }
    }
    (!entries.is_empty()).then(|| Value::Map(entries).to_canonical())
}
