//! A platform and a hand, for tests.

use std::boxed::Box;
use std::collections::BTreeMap;
use std::string::{String, ToString};
use std::time::Duration;
use std::vec::Vec;

use keyrig_ctap::cbor::{Value, Writer};
use keyrig_ctap::cose::{Algorithm, CoseKey};
use keyrig_ctap::message::client_pin::{self, Permissions, Subcommand};
use keyrig_ctap::message::get_info::Info;
use keyrig_ctap::message::make_credential::{self, Options, Parameter};
use keyrig_ctap::message::{Descriptor, PUBLIC_KEY, RelyingParty, User, config, credential_management, get_assertion};
use keyrig_ctap::pin_uv_auth::{Protocol, SharedSecret, key_agreement_key, pin_hash};
use keyrig_ctap::profile::{
    Attachment, Attestation, AttestationFormat, Backup, Chain, CredentialIdLengths, FingerprintSensor, Profile,
    SignCount, UserVerification,
};
use keyrig_ctap::u2f::{Apdu, StatusWord};
use keyrig_ctap::{Aaguid, Command, Instant, Status};

use crate::entropy::Seeded;
use crate::provider::Deterministic;
use crate::seal::Honest;
use crate::{Ask, Authenticator, Change, Gesture, Input, Output, Setup};

pub(super) const RP: &str = "example.org";
pub(super) const PIN: &str = "123456";

/// A roaming key with a PIN: packed attestation, a global counter, room for three discoverable credentials.
pub(super) fn security_key() -> Profile {
    let options = ["rk", "up", "clientPin", "pinUvAuthToken", "makeCredUvNotRqd", "credMgmt"];
    Profile {
        id: "security-key".to_string(),
        name: "Security key".to_string(),
        maker: "keyrig".to_string(),
        aaguid: Aaguid([7; 16]),
        firmware: None,
        attachment: Attachment::CrossPlatform,
        transports: texts(&["usb"]),
        user_verification: UserVerification::ClientPin,
        backup: Backup::default(),
        attestation: Attestation::new(AttestationFormat::Packed, Some(chain("Root A"))),
        sign_count: SignCount::Global,
        algorithms: [Algorithm::ES256, Algorithm::EDDSA, Algorithm::RS1].to_vec(),
        discoverable_credentials: 3,
        credential_id: CredentialIdLengths { server_side: 64, discoverable: 16 },
        get_info: Info {
            versions: texts(&["U2F_V2", "FIDO_2_0", "FIDO_2_1"]),
            extensions: texts(&["credProtect", "hmac-secret", "largeBlobKey"]),
            options: options.iter().map(|name| (name.to_string(), *name != "clientPin")).collect(),
            max_msg_size: Some(1200),
            pin_uv_auth_protocols: [2, 1].to_vec(),
            max_credential_count_in_list: Some(8),
            max_credential_id_length: Some(128),
            algorithms: [Algorithm::ES256, Algorithm::EDDSA, Algorithm::RS1].to_vec(),
            max_serialized_large_blob_array: Some(4096),
            min_pin_length: Some(4),
            remaining_discoverable_credentials: Some(3),
            ..Info::default()
        },
        u2f_uses_ctap2_credentials: false,
        min_pin_length_rp_ids: Vec::new(),
        fingerprint_sensor: FingerprintSensor::default(),
        quirks: Vec::new(),
        sources: BTreeMap::new(),
    }
}

/// A provider on a phone: built-in verification, synced, no attestation, no counter.
pub(super) fn passkey_provider() -> Profile {
    let mut profile = security_key();
    profile.id = "provider".to_string();
    profile.attachment = Attachment::Platform;
    profile.user_verification = UserVerification::BuiltIn;
    profile.backup = Backup { eligible: true, state: true };
    profile.attestation = Attestation::new(AttestationFormat::None, None);
    profile.sign_count = SignCount::Zero;
    profile.discoverable_credentials = 1000;
    profile.get_info.options = ["rk", "up", "uv"].iter().map(|name| (name.to_string(), true)).collect();
    profile.get_info.pin_uv_auth_protocols = Vec::new();
    profile
}

/// A key with a finger reader and a PIN, which gives tokens for either.
pub(super) fn finger_key() -> Profile {
    let mut profile = security_key();
    profile.id = "finger".to_string();
    profile.user_verification = UserVerification::BuiltInAndClientPin;
    profile.get_info.options.insert("uv".to_string(), true);
    profile
}

/// A key that verifies nobody.
pub(super) fn touch_only() -> Profile {
    let mut profile = security_key();
    profile.user_verification = UserVerification::None;
    profile
}

pub(super) fn chain(root: &str) -> Chain {
    Chain::new(root, "Leaf", "Maker", "SE")
}

fn texts(list: &[&str]) -> Vec<String> {
    list.iter().map(|text| text.to_string()).collect()
}

/// An authenticator in a hand that touches and verifies when it is asked to.
pub(super) struct Key {
    pub(super) authenticator: Authenticator,
    pub(super) now: Instant,
    pub(super) hand: Hand,
    /// Every byte that came out, in order.
    pub(super) said: Vec<u8>,
    pub(super) changes: Vec<Change>,
    pub(super) prompts: usize,
    /// The last CTAP2 request and its reply, as bytes.
    pub(super) last: (Vec<u8>, Vec<u8>),
}

/// What the hand does when it is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hand {
    Willing,
    Does(Gesture),
    Idle,
    Cancels,
}

impl Key {
    pub(super) fn new(profile: &Profile) -> Self {
        Self::seeded(profile, [1; 32])
    }

    pub(super) fn seeded(profile: &Profile, seed: [u8; 32]) -> Self {
        let entropy = Box::new(Seeded::new(seed));
        let mut setup = Setup::new(profile.clone(), Box::new(Deterministic), entropy, Box::new(Honest));
        setup.chains = Box::new(|id| (id == "other").then(|| chain("Root B")));
        Self::of(Authenticator::new(setup))
    }

    pub(super) fn of(authenticator: Authenticator) -> Self {
        let (said, changes, last) = Default::default();
        Self { authenticator, now: Instant::POWER_UP, hand: Hand::Willing, said, changes, prompts: 0, last }
    }

    pub(super) fn with_pin(profile: &Profile) -> Self {
        let mut key = Self::new(profile);
        assert_eq!(key.set_pin(Protocol::Two, PIN), Status::OK);
        key
    }

    pub(super) fn wait(&mut self, span: Duration) {
        self.now = self.now + span;
    }

    /// Status and parameters, once store and hand have done their part.
    pub(super) fn send(&mut self, message: &[u8]) -> (Status, Vec<u8>) {
        let reply = self.reply(Input::Request(message));
        self.last = (message.to_vec(), reply.clone());
        let (status, parameters) = reply.split_first().unwrap();
        (Status(*status), parameters.to_vec())
    }

    /// Response data and status word of a U2F message.
    pub(super) fn apdu(&mut self, apdu: &Apdu<'_>) -> (Vec<u8>, StatusWord) {
        self.raw_apdu(&apdu.encode())
    }

    pub(super) fn raw_apdu(&mut self, message: &[u8]) -> (Vec<u8>, StatusWord) {
        let reply = self.reply(Input::Apdu(message));
        let (data, status) = reply.split_last_chunk().unwrap();
        (data.to_vec(), StatusWord(u16::from_be_bytes(*status)))
    }

    fn reply(&mut self, input: Input<'_>) -> Vec<u8> {
        let mut outputs: Vec<Output> = self.authenticator.handle(self.now, input).collect();
        loop {
            assert_eq!(outputs.len(), 1, "one output for each input");
            let next = match outputs.remove(0) {
                Output::Reply(bytes) => {
                    self.said.extend_from_slice(&bytes);
                    return bytes;
                }
                Output::Persist(change) => {
                    self.changes.push(change);
                    Input::Persisted
                }
                Output::Prompt(prompt) => self.answer(prompt.ask),
            };
            outputs = self.authenticator.handle(self.now, next).collect();
        }
    }

    fn answer(&mut self, ask: Ask) -> Input<'static> {
        self.prompts += 1;
        match (self.hand, ask) {
            (Hand::Willing, Ask::Presence) => Input::Gesture(Gesture::Touch),
            (Hand::Willing, Ask::LongTouch) => Input::Gesture(Gesture::LongTouch),
            (Hand::Willing, Ask::Verification) => Input::Gesture(Gesture::Verify),
            (Hand::Does(gesture), _) => Input::Gesture(gesture),
            (Hand::Cancels, _) => Input::Cancel,
            (Hand::Idle, _) => {
                self.now = self.authenticator.deadline().unwrap();
                Input::Tick
            }
        }
    }

    pub(super) fn command(&mut self, command: Command, parameters: &[u8]) -> (Status, Vec<u8>) {
        self.send(&message(command, parameters))
    }

    pub(super) fn info(&mut self) -> Info {
        let (status, bytes) = self.command(Command::GET_INFO, &[]);
        assert_eq!(status, Status::OK);
        Info::decode(&bytes).unwrap()
    }

    pub(super) fn make(&mut self, request: &make_credential::Request) -> Result<make_credential::Response, Status> {
        let (status, bytes) = self.command(Command::MAKE_CREDENTIAL, &request.encode());
        if status == Status::OK { Ok(make_credential::Response::decode(&bytes).unwrap()) } else { Err(status) }
    }

    pub(super) fn get(&mut self, request: &get_assertion::Request) -> Result<get_assertion::Response, Status> {
        let (status, bytes) = self.command(Command::GET_ASSERTION, &request.encode());
        if status == Status::OK { Ok(get_assertion::Response::decode(&bytes).unwrap()) } else { Err(status) }
    }

    pub(super) fn get_next(&mut self) -> Result<get_assertion::Response, Status> {
        let (status, bytes) = self.command(Command::GET_NEXT_ASSERTION, &[]);
        if status == Status::OK { Ok(get_assertion::Response::decode(&bytes).unwrap()) } else { Err(status) }
    }

    pub(super) fn pin_command(&mut self, request: &client_pin::Request) -> Result<client_pin::Response, Status> {
        let (status, bytes) = self.command(Command::CLIENT_PIN, &request.encode());
        if status == Status::OK { Ok(client_pin::Response::decode(&bytes).unwrap()) } else { Err(status) }
    }

    /// The shared secret, and the platform's half as it travels.
    pub(super) fn agree(&mut self, protocol: Protocol) -> (SharedSecret, Vec<u8>) {
        let mut request = client_pin::Request::new(Subcommand::GET_KEY_AGREEMENT);
        request.protocol = Some(protocol.number());
        let theirs = self.pin_command(&request).unwrap().key_agreement.unwrap();
        let own = p256::SecretKey::from_slice(&[9; 32]).unwrap();
        let shared = SharedSecret::agree(protocol, &own, &CoseKey::from_bytes(&theirs)).unwrap();
        (shared, key_agreement_key(&own.public_key()).bytes().to_vec())
    }

    pub(super) fn set_pin(&mut self, protocol: Protocol, pin: &str) -> Status {
        let request = self.set_pin_request(protocol, pin);
        self.pin_command(&request).err().unwrap_or(Status::OK)
    }

    pub(super) fn set_pin_request(&mut self, protocol: Protocol, pin: &str) -> client_pin::Request {
        let (shared, ours) = self.agree(protocol);
        let new_pin_enc = shared.encrypt(&padded(pin), [3; 16]).unwrap();
        client_pin::Request {
            protocol: Some(protocol.number()),
            key_agreement: Some(ours),
            pin_uv_auth_param: Some(shared.authenticate(&[&new_pin_enc])),
            new_pin_enc: Some(new_pin_enc),
            ..client_pin::Request::new(Subcommand::SET_PIN)
        }
    }

    pub(super) fn change_pin(&mut self, old: &str, new: &str) -> Status {
        let (shared, ours) = self.agree(Protocol::Two);
        let new_pin_enc = shared.encrypt(&padded(new), [3; 16]).unwrap();
        let pin_hash_enc = shared.encrypt(&pin_hash(old.as_bytes())[..], [4; 16]).unwrap();
        let request = client_pin::Request {
            protocol: Some(2),
            key_agreement: Some(ours),
            pin_uv_auth_param: Some(shared.authenticate(&[&new_pin_enc, &pin_hash_enc])),
            new_pin_enc: Some(new_pin_enc),
            pin_hash_enc: Some(pin_hash_enc),
            ..client_pin::Request::new(Subcommand::CHANGE_PIN)
        };
        self.pin_command(&request).err().unwrap_or(Status::OK)
    }

    /// A request for a token by PIN, and the secret that opens the answer.
    pub(super) fn token_request(
        &mut self,
        protocol: Protocol,
        pin: &str,
        permissions: Permissions,
    ) -> (SharedSecret, client_pin::Request) {
        let (shared, ours) = self.agree(protocol);
        let request = client_pin::Request {
            protocol: Some(protocol.number()),
            key_agreement: Some(ours),
            pin_hash_enc: Some(shared.encrypt(&pin_hash(pin.as_bytes())[..], [5; 16]).unwrap()),
            permissions: Some(permissions),
            rp_id: Some(RP.to_string()),
            ..client_pin::Request::new(Subcommand::GET_TOKEN_USING_PIN)
        };
        (shared, request)
    }

    pub(super) fn token(&mut self, pin: &str, permissions: Permissions) -> Result<Vec<u8>, Status> {
        let (shared, request) = self.token_request(Protocol::Two, pin, permissions);
        let answer = self.pin_command(&request)?.pin_uv_auth_token.unwrap();
        Ok(shared.decrypt(&answer).unwrap().to_vec())
    }

    /// A token for no relying party in particular.
    pub(super) fn unbound_token(&mut self, permissions: Permissions) -> Result<Vec<u8>, Status> {
        let (shared, mut request) = self.token_request(Protocol::Two, PIN, permissions);
        request.rp_id = None;
        let answer = self.pin_command(&request)?.pin_uv_auth_token.unwrap();
        Ok(shared.decrypt(&answer).unwrap().to_vec())
    }

    /// A token by what is built in, for no relying party in particular.
    pub(super) fn finger_token(&mut self, permissions: Permissions) -> Result<Vec<u8>, Status> {
        let (shared, mut request) = self.token_request(Protocol::Two, PIN, permissions);
        request.subcommand = Subcommand::GET_TOKEN_USING_UV;
        (request.pin_hash_enc, request.rp_id) = (None, None);
        let answer = self.pin_command(&request)?.pin_uv_auth_token.unwrap();
        Ok(shared.decrypt(&answer).unwrap().to_vec())
    }

    /// A token without permissions, as CTAP 2.0 has it.
    pub(super) fn legacy_token(&mut self) -> Vec<u8> {
        let (shared, mut request) = self.token_request(Protocol::Two, PIN, Permissions::MC);
        request.subcommand = Subcommand::GET_PIN_TOKEN;
        (request.permissions, request.rp_id) = (None, None);
        let answer = self.pin_command(&request).unwrap().pin_uv_auth_token.unwrap();
        shared.decrypt(&answer).unwrap().to_vec()
    }

    /// `request` with the parameter of a fresh token for its own relying party.
    pub(super) fn verified_make_for(&mut self, mut request: make_credential::Request) -> make_credential::Request {
        let (shared, mut asked) = self.token_request(Protocol::Two, PIN, Permissions::MC);
        asked.rp_id = Some(request.rp.id.clone());
        let token = shared.decrypt(&self.pin_command(&asked).unwrap().pin_uv_auth_token.unwrap()).unwrap();
        request.pin_uv_auth_param = Some(Protocol::Two.authenticate(&token, &[&request.client_data_hash]));
        request.pin_uv_auth_protocol = Some(2);
        request
    }

    /// Configures, with `token` if there is one.
    pub(super) fn configure(
        &mut self,
        token: Option<&[u8]>,
        subcommand: config::Subcommand,
        parameters: Option<Vec<u8>>,
    ) -> Status {
        let mut request = config::Request { parameters, ..config::Request::new(subcommand) };
        if let Some(token) = token {
            request.pin_uv_auth_protocol = Some(2);
            request.pin_uv_auth_param = Some(Protocol::Two.authenticate(token, &[&request.authenticated()]));
        }
        self.command(Command::CONFIG, &request.encode()).0
    }

    /// Manages credentials with `token`.
    pub(super) fn manage(
        &mut self,
        token: &[u8],
        subcommand: credential_management::Subcommand,
        parameters: Option<credential_management::Parameters>,
    ) -> Result<credential_management::Response, Status> {
        let request = management_request(token, subcommand, parameters);
        let (status, bytes) = self.command(Command::CREDENTIAL_MANAGEMENT, &request.encode());
        if status == Status::OK { Ok(credential_management::Response::decode(&bytes).unwrap()) } else { Err(status) }
    }

    /// `request` with the parameter of a fresh token.
    pub(super) fn verified_make(&mut self, mut request: make_credential::Request) -> make_credential::Request {
        let token = self.token(PIN, Permissions::MC).unwrap();
        let param = Protocol::Two.authenticate(&token, &[&request.client_data_hash]);
        request.pin_uv_auth_param = Some(param);
        request.pin_uv_auth_protocol = Some(2);
        request
    }

    /// `request` with the parameter of a fresh token.
    pub(super) fn verified_get(&mut self, mut request: get_assertion::Request) -> get_assertion::Request {
        let token = self.token(PIN, Permissions::GA).unwrap();
        let param = Protocol::Two.authenticate(&token, &[&request.client_data_hash]);
        request.pin_uv_auth_param = Some(param);
        request.pin_uv_auth_protocol = Some(2);
        request
    }

    /// Makes a credential without verification and returns its id.
    pub(super) fn enrol(&mut self, request: &make_credential::Request) -> Vec<u8> {
        let response = self.make(request).unwrap();
        let data = keyrig_ctap::auth_data::AuthData::parse(&response.auth_data).unwrap();
        data.attested.unwrap().credential_id
    }
}

pub(super) fn management_request(
    token: &[u8],
    subcommand: credential_management::Subcommand,
    parameters: Option<credential_management::Parameters>,
) -> credential_management::Request {
    let mut request = credential_management::Request::new(subcommand);
    request.parameters = parameters.map(|parameters| parameters.encode());
    request.pin_uv_auth_protocol = Some(2);
    request.pin_uv_auth_param = Some(Protocol::Two.authenticate(token, &[&request.authenticated()]));
    request
}

pub(super) fn message(command: Command, parameters: &[u8]) -> Vec<u8> {
    [&[command.0], parameters].concat()
}

fn padded(pin: &str) -> Vec<u8> {
    let mut bytes = pin.as_bytes().to_vec();
    bytes.resize(64.max(bytes.len().next_multiple_of(16)), 0);
    bytes
}

/// A server-side ES256 credential for user 1.
pub(super) fn make_request() -> make_credential::Request {
    make_credential::Request {
        client_data_hash: [0xcd; 32],
        rp: RelyingParty { id: RP.to_string(), name: None },
        user: User { id: [1].to_vec(), name: Some("alice".to_string()), display_name: Some("Alice".to_string()) },
        parameters: [Parameter { algorithm: Algorithm::ES256, kind: PUBLIC_KEY.to_string() }].to_vec(),
        exclude_list: None,
        extensions: None,
        options: Options::default(),
        pin_uv_auth_param: None,
        pin_uv_auth_protocol: None,
        enterprise_attestation: None,
        attestation_formats: None,
    }
}

/// A discoverable credential for user `user`.
pub(super) fn discoverable_request(user: u8) -> make_credential::Request {
    let mut request = make_request();
    request.user.id = [user].to_vec();
    request.options.rk = Some(true);
    request
}

pub(super) fn get_request(allow: &[Vec<u8>]) -> get_assertion::Request {
    let list: Vec<_> = allow.iter().map(|id| Descriptor::public_key(id)).collect();
    get_assertion::Request {
        rp_id: RP.to_string(),
        client_data_hash: [0xce; 32],
        allow_list: (!list.is_empty()).then_some(list),
        extensions: None,
        options: Options::default(),
        pin_uv_auth_param: None,
        pin_uv_auth_protocol: None,
    }
}

/// The input of `hmac-secret` at a login.
pub(super) fn hmac_secret_input(ours: &[u8], encrypted: &[u8], auth: &[u8], protocol: Protocol) -> Option<Vec<u8>> {
    let mut input = Writer::new();
    input.map(1).text("hmac-secret").map(4).uint(1).raw(ours).uint(2).bytes(encrypted);
    input.uint(3).bytes(auth).uint(4).uint(protocol.number());
    Some(input.into_bytes())
}

pub(super) fn extension(id: &str, value: Value) -> Option<Vec<u8>> {
    Some(Value::Map([(Value::from(id), value)].to_vec()).to_canonical())
}
