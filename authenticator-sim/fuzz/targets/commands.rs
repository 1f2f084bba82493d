//! Every command with members of the right types, by a platform that has a token where it says so, and with bytes of its
//! request changed where it says that: each gets a status, and a refusal changes nothing but counters.
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
use keyrig_fuzz::{Bench, RP_ID, RP_ID_HASH};
use libfuzzer_sys::arbitrary::{self, Arbitrary};
use libfuzzer_sys::fuzz_target;

const PROFILES: [&str; 6] = [
    "yubikey-5-nfc-5.8",
    "ctap-2.3-everything",
    "yubikey-bio-5.8",
    "icloud-keychain",
    "ctap-2.0-only",
    "yubikey-5-nfc-5.1",
];

#[derive(Arbitrary, Debug)]
struct Session {
    profile: u8,
    pin: bool,
    acts: Vec<Act>,
}

#[derive(Arbitrary, Debug)]
struct Act {
    by_token: bool,
    /// Bytes of the request that are others: where, and by what.
    bends: Vec<(u16, u8)>,
    asked: Asked,
}

#[derive(Arbitrary, Debug)]
enum Asked {
    Make(Make),
    Get {
        allow: Option<Vec<Id>>,
        options: [Option<bool>; 3],
        extensions: Vec<Extension>,
    },
    Pin {
        subcommand: u8,
        protocol: Option<u8>,
        key: Option<Vec<u8>>,
        bytes: [Option<Vec<u8>>; 3],
        permissions: u8,
    },
    SetPin(Vec<u8>),
    ChangePin {
        old: Option<Vec<u8>>,
        new: Vec<u8>,
    },
    Token {
        pin: Option<Vec<u8>>,
        permissions: u8,
        by_finger: bool,
    },
    /// An empty hash stands for the right one.
    Manage {
        preview: bool,
        subcommand: u8,
        hash: Option<Vec<u8>>,
        credential: Option<Id>,
        user: Option<Vec<u8>>,
    },
    Bio {
        preview: bool,
        subcommand: u8,
        template: Finger,
        name: Option<String>,
        timeout: Option<u64>,
    },
    Config {
        subcommand: u8,
        length: Option<u8>,
        rp_ids: Option<Vec<String>>,
        flags: [Option<bool>; 2],
    },
    Blobs {
        get: Option<u16>,
        set: Option<Vec<u8>>,
        offset: Option<u16>,
        length: Option<u16>,
    },
    Raw {
        command: u8,
        parameters: Vec<u8>,
    },
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
enum Finger {
    None,
    /// The one whose enrolment was begun last, or the first that is enrolled.
    Known,
    Other(Vec<u8>),
}

#[derive(Arbitrary, Debug)]
enum Extension {
    CredProtect(u8),
    Flag(u8, bool),
    Bytes(u8, Vec<u8>),
    Map(u8, Vec<(Member, Vec<u8>)>),
    Salts { at_creation: bool, salts: Vec<u8> },
    ReadBlob,
    WriteBlob { blob: Vec<u8>, original_size: u64 },
}

#[derive(Arbitrary, Debug)]
enum Member {
    Eval,
    EvalByCredential,
    Support,
    Other(String),
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
    let mut platform = Platform { bench: Bench::new(profiles::find(id).expect("embedded")), finger: Vec::new() };
    if session.pin {
        platform.bench.set_pin();
    }
    for act in session.acts.into_iter().take(24) {
        platform.perform(act);
    }
    assert_eq!(platform.bench.send(Command::GET_INFO, &[]).0, Status::OK);
});

struct Platform {
    bench: Bench,
    /// The template that was begun last.
    finger: Vec<u8>,
}

impl Platform {
    fn perform(&mut self, Act { by_token, bends, asked }: Act) {
        let (command, mut request) = match asked {
            Asked::Make(make) => (Command::MAKE_CREDENTIAL, self.make(by_token, make)),
            Asked::Get { allow, options, extensions } => {
                (Command::GET_ASSERTION, self.get(by_token, allow, options, extensions))
            }
            Asked::Pin { subcommand, protocol, key, bytes, permissions } => {
                let [pin_uv_auth_param, new_pin_enc, pin_hash_enc] = bytes;
                let request = client_pin::Request {
                    protocol: protocol.map(u64::from),
                    // A key has to be CBOR to be sent at all.
                    key_agreement: key.map(|key| Value::Bytes(key).to_canonical()),
                    pin_uv_auth_param,
                    new_pin_enc,
                    pin_hash_enc,
                    permissions: by_token.then(|| Permissions(permissions.into())),
                    ..client_pin::Request::new(client_pin::Subcommand(subcommand.into()))
                };
                (Command::CLIENT_PIN, request.encode())
            }
            Asked::SetPin(pin) => {
                self.bench.set_pin_to(&pin);
                return;
            }
            Asked::ChangePin { old, new } => {
                self.bench.change_pin(old.as_deref(), &new);
                return;
            }
            Asked::Token { pin, permissions, by_finger } => {
                let permissions = Permissions(permissions.into());
                return drop(self.bench.token(pin.as_deref(), permissions, by_finger));
            }
            Asked::Wait(millis) => return self.bench.wait(millis),
            Asked::PowerCycle => return self.bench.power_cycle(),
            Asked::Raw { command, parameters } => (Command(command), parameters),
            Asked::Next => (Command::GET_NEXT_ASSERTION, Vec::new()),
            Asked::Reset => (Command::RESET, Vec::new()),
            Asked::Selection => (Command::SELECTION, Vec::new()),
            asked => self.manage(by_token, asked),
        };
        for (at, by) in bends {
            if let Some(byte) = request.get_mut(usize::from(at)) {
                *byte ^= by;
            }
        }
        let (status, answer) = self.bench.send(command, &request);
        let enrols = matches!(command, Command::BIO_ENROLLMENT | Command::BIO_ENROLLMENT_PREVIEW);
        if let (Status::OK, true, Ok(response)) = (status, enrols, bio_enrollment::Response::decode(&answer)) {
            self.finger = response.template_id.unwrap_or_else(|| self.finger.clone());
        }
    }

    fn make(&mut self, by_token: bool, make: Make) -> Vec<u8> {
        let parameter = |algorithm| Parameter { algorithm: Algorithm(algorithm), kind: PUBLIC_KEY.to_owned() };
        let offered = make.algorithms.into_iter().map(i64::from).chain([Algorithm::ES256.0]);
        make_credential::Request {
            client_data_hash: [1; 32],
            rp: RelyingParty { id: RP_ID.to_owned(), name: make.name.clone() },
            user: User { id: make.user, name: make.name.clone(), display_name: make.name },
            parameters: offered.map(parameter).collect(),
            exclude_list: (!make.exclude.is_empty()).then(|| self.list(make.exclude)),
            extensions: self.inputs(make.extensions),
            options: of(make.options),
            pin_uv_auth_param: self.param(by_token, Permissions::MC, &[1; 32]),
            pin_uv_auth_protocol: by_token.then_some(2),
            enterprise_attestation: make.enterprise.map(u64::from),
            attestation_formats: make.formats,
        }
        .encode()
    }

    fn get(
        &mut self,
        by_token: bool,
        allow: Option<Vec<Id>>,
        options: [Option<bool>; 3],
        extensions: Vec<Extension>,
    ) -> Vec<u8> {
        get_assertion::Request {
            rp_id: RP_ID.to_owned(),
            client_data_hash: [2; 32],
            allow_list: allow.map(|ids| self.list(ids)),
            extensions: self.inputs(extensions),
            options: of(options),
            pin_uv_auth_param: self.param(by_token, Permissions::GA, &[2; 32]),
            pin_uv_auth_protocol: by_token.then_some(2),
        }
        .encode()
    }

    fn manage(&mut self, by_token: bool, asked: Asked) -> (Command, Vec<u8>) {
        match asked {
            Asked::Manage { preview, subcommand, hash, credential, user } => {
                let subcommand = credential_management::Subcommand(subcommand.into());
                let mut request = credential_management::Request::new(subcommand);
                let user = user.map(|id| User { id, name: None, display_name: Some(RP_ID.to_owned()) });
                let credential = credential.map(|id| self.descriptor(id));
                let rp_id_hash = hash.map(|hash| if hash.is_empty() { RP_ID_HASH.to_vec() } else { hash });
                let parameters = credential_management::Parameters { rp_id_hash, credential, user };
                request.parameters = Some(parameters.encode());
                request.pin_uv_auth_param = self.param(by_token, Permissions::CM, &request.authenticated());
                request.pin_uv_auth_protocol = Some(2);
                let preview =
                    if preview { Command::CREDENTIAL_MANAGEMENT_PREVIEW } else { Command::CREDENTIAL_MANAGEMENT };
                (preview, request.encode())
            }
            Asked::Bio { preview, subcommand, template, name, timeout } => {
                let mut request = bio_enrollment::Request::new(bio_enrollment::Subcommand(subcommand.into()));
                let template_id = match template {
                    Finger::None => None,
                    Finger::Known => Some(self.finger.clone()),
                    Finger::Other(id) => Some(id),
                };
                let parameters =
                    bio_enrollment::Parameters { template_id, friendly_name: name, timeout_milliseconds: timeout };
                request.modality = Some(bio_enrollment::FINGERPRINT);
                request.parameters = Some(parameters.encode());
                request.pin_uv_auth_param = self.param(by_token, Permissions::BE, &request.authenticated());
                request.pin_uv_auth_protocol = Some(2);
                (if preview { Command::BIO_ENROLLMENT_PREVIEW } else { Command::BIO_ENROLLMENT }, request.encode())
            }
            Asked::Config { subcommand, length, rp_ids, flags: [force_change, complexity] } => {
                let mut request = config::Request::new(config::Subcommand(subcommand.into()));
                let parameters =
                    config::MinPinLength { length: length.map(u64::from), rp_ids, force_change, complexity };
                request.parameters = Some(parameters.encode());
                request.pin_uv_auth_param = self.param(by_token, Permissions::ACFG, &request.authenticated());
                request.pin_uv_auth_protocol = Some(2);
                (Command::CONFIG, request.encode())
            }
            Asked::Blobs { get, set, offset, length } => self.blobs(by_token, get, set, [offset, length]),
            _ => (Command::GET_INFO, Vec::new()),
        }
    }

    /// By a token, a whole array or a fragment of one with a parameter that fits; a read, or anything else, without.
    fn blobs(
        &mut self,
        by_token: bool,
        get: Option<u16>,
        set: Option<Vec<u8>>,
        [offset, length]: [Option<u16>; 2],
    ) -> (Command, Vec<u8>) {
        let (offset, length) = (offset.map(u64::from), length.map(u64::from));
        let mut request =
            large_blobs::Request { get: get.map(u64::from), set, offset, length, ..large_blobs::Request::default() };
        if by_token {
            request.get = None;
            if request.offset.is_none() {
                let array = large_blobs::serialize(&request.set.take().unwrap_or_default());
                (request.offset, request.length) = (Some(0), Some(array.len() as u64));
                request.set = Some(array);
            }
            request.pin_uv_auth_param = self.param(true, Permissions::LBW, &request.authenticated());
            request.pin_uv_auth_protocol = Some(2);
        }
        (Command::LARGE_BLOBS, request.encode())
    }

    fn param(&mut self, by_token: bool, permissions: Permissions, message: &[u8]) -> Option<Vec<u8>> {
        if by_token { self.bench.param(permissions, message) } else { None }
    }

    fn list(&self, ids: Vec<Id>) -> Vec<Descriptor> {
        ids.into_iter().map(|id| self.descriptor(id)).collect()
    }

    fn descriptor(&self, id: Id) -> Descriptor {
        Descriptor::public_key(&match id {
            Id::Known(place) => self.bench.credential_id(place).unwrap_or_default(),
            Id::Other(bytes) => bytes,
        })
    }

    fn inputs(&mut self, extensions: Vec<Extension>) -> Option<Vec<u8>> {
        let mut entries: Vec<(Value, Value)> = Vec::new();
        for extension in extensions.into_iter().take(4) {
            let entry = self.input(extension);
            if entries.iter().all(|(other, _)| *other != entry.0) {
                entries.push(entry);
            }
        }
        (!entries.is_empty()).then(|| Value::Map(entries).to_canonical())
    }

    fn input(&mut self, extension: Extension) -> (Value, Value) {
        let name = |place: u8| Value::from(NAMES[usize::from(place) % NAMES.len()]);
        match extension {
            Extension::CredProtect(level) => ("credProtect".into(), Value::Unsigned(level.into())),
            Extension::Flag(place, flag) => (name(place), Value::Bool(flag)),
            Extension::Bytes(place, bytes) => (name(place), Value::Bytes(bytes)),
            Extension::Map(place, members) => {
                let members = members.into_iter().map(|(member, bytes)| self.member(member, bytes));
                (name(place), Value::Map(members.collect()))
            }
            Extension::Salts { at_creation, salts } => {
                let id = if at_creation { "hmac-secret-mc" } else { "hmac-secret" };
                (id.into(), self.bench.salts(&salts).unwrap_or(Value::Bool(true)))
            }
            Extension::ReadBlob => ("largeBlob".into(), Value::Map(vec![("read".into(), Value::Bool(true))])),
            Extension::WriteBlob { blob, original_size } => {
                let members = [("write", Value::Bytes(blob)), ("originalSize", Value::Unsigned(original_size))];
                ("largeBlob".into(), Value::Map(members.map(|(name, value)| (name.into(), value)).into()))
            }
        }
    }

    fn member(&self, member: Member, bytes: Vec<u8>) -> (Value, Value) {
        let salt = |bytes: &[u8]| {
            let mut salt = [0; 32];
            let length = bytes.len().min(32);
            salt[..length].copy_from_slice(&bytes[..length]);
            Value::Map(vec![("first".into(), Value::Bytes(salt.into()))])
        };
        match member {
            Member::Eval => ("eval".into(), salt(&bytes)),
            Member::EvalByCredential => {
                let id = self.bench.credential_id(bytes.len() as u8).unwrap_or_default();
                ("evalByCredential".into(), Value::Map(vec![(Value::Bytes(id), salt(&bytes))]))
            }
            Member::Support => ("support".into(), "preferred".into()),
            Member::Other(name) => (Value::Text(name), Value::Bytes(bytes)),
        }
    }
}

fn of([rk, up, uv]: [Option<bool>; 3]) -> Options {
    Options { rk, up, uv }
}
