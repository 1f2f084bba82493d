//! The least platform that can drive an authenticator: it sets a PIN, gets tokens, and knows one account.

use keyrig_ctap::auth_data::AuthData;
use keyrig_ctap::cose::{Algorithm, CoseKey};
use keyrig_ctap::message::client_pin::{self, Permissions, Subcommand};
use keyrig_ctap::message::get_info::Info;
use keyrig_ctap::message::make_credential::{Options, Parameter};
use keyrig_ctap::message::{Descriptor, PUBLIC_KEY, RelyingParty, User, get_assertion, make_credential};
use keyrig_ctap::pin_uv_auth::{Protocol, SharedSecret, key_agreement_key, pin_hash};
use keyrig_ctap::{Command, Status};
use keyrig_device::InProcess;

pub(crate) const RP_ID: &str = "corp.example.com";
pub(crate) const HASH: [u8; 32] = [0x5a; 32];
pub(crate) const PIN: &str = "11223344";

pub(crate) struct Platform {
    pub(crate) device: InProcess,
    pub(crate) info: Info,
}

/// A `pinUvAuthToken` and the protocol it is for.
pub(crate) struct Token(Protocol, Vec<u8>);

impl Token {
    pub(crate) fn param(&self) -> Vec<u8> {
        self.0.authenticate(&self.1, &[&HASH])
    }

    pub(crate) const fn protocol(&self) -> u64 {
        self.0.number()
    }
}

impl Platform {
    /// Takes a new authenticator into use: sets a PIN where it verifies by one.
    pub(crate) fn new(device: InProcess) -> Self {
        let mut platform = Self { device, info: Info::default() };
        platform.refresh();
        if platform.device.profile().user_verification.has_client_pin() {
            platform.set_pin();
            platform.refresh();
        }
        platform
    }

    pub(crate) fn refresh(&mut self) {
        let answer = self.ok(Command::GET_INFO, &[]);
        self.info = Info::decode(&answer).expect("getInfo is readable");
    }

    pub(crate) fn send(&mut self, command: Command, parameters: &[u8]) -> (Status, Vec<u8>) {
        let mut answer = self.device.transact(&[&[command.0], parameters].concat());
        assert!(!answer.is_empty(), "the authenticator was pulled out");
        (Status(answer.remove(0)), answer)
    }

    pub(crate) fn ok(&mut self, command: Command, parameters: &[u8]) -> Vec<u8> {
        let (status, answer) = self.send(command, parameters);
        assert_eq!(status, Status::OK, "{command}");
        answer
    }

    pub(crate) fn registration(&self, algorithm: Algorithm, discoverable: bool) -> make_credential::Request {
        make_credential::Request {
            client_data_hash: HASH,
            rp: RelyingParty { id: RP_ID.to_owned(), name: None },
            user: User { id: b"alice".to_vec(), name: Some("alice".to_owned()), display_name: None },
            parameters: vec![Parameter { algorithm, kind: PUBLIC_KEY.to_owned() }],
            exclude_list: None,
            extensions: None,
            options: Options { rk: discoverable.then_some(true), up: None, uv: self.built_in() },
            pin_uv_auth_param: None,
            pin_uv_auth_protocol: None,
            enterprise_attestation: None,
            attestation_formats: None,
        }
    }

    /// Registers with user verification.
    pub(crate) fn register(
        &mut self,
        algorithm: Algorithm,
        discoverable: bool,
    ) -> (make_credential::Response, AuthData) {
        let mut request = self.registration(algorithm, discoverable);
        if let Some(token) = self.token(Permissions::MC) {
            request.pin_uv_auth_param = Some(token.param());
            request.pin_uv_auth_protocol = Some(token.protocol());
        }
        let answer = self.ok(Command::MAKE_CREDENTIAL, &request.encode());
        let response = make_credential::Response::decode(&answer).expect("the answer is readable");
        let data = AuthData::parse(&response.auth_data).expect("the authenticator data is readable");
        (response, data)
    }

    pub(crate) fn authentication(&self, id: Option<&[u8]>) -> get_assertion::Request {
        get_assertion::Request {
            rp_id: RP_ID.to_owned(),
            client_data_hash: HASH,
            allow_list: id.map(|id| vec![Descriptor::public_key(id)]),
            extensions: None,
            options: Options { rk: None, up: None, uv: self.built_in() },
            pin_uv_auth_param: None,
            pin_uv_auth_protocol: None,
        }
    }

    /// Signs in with user verification.
    pub(crate) fn authenticate(&mut self, id: Option<&[u8]>) -> (get_assertion::Response, AuthData) {
        let mut request = self.authentication(id);
        if let Some(token) = self.token(Permissions::GA) {
            request.pin_uv_auth_param = Some(token.param());
            request.pin_uv_auth_protocol = Some(token.protocol());
        }
        let answer = self.ok(Command::GET_ASSERTION, &request.encode());
        let response = get_assertion::Response::decode(&answer).expect("the answer is readable");
        let data = AuthData::parse(&response.auth_data).expect("the authenticator data is readable");
        (response, data)
    }

    /// A token by PIN; `None` where the user is verified by the authenticator itself.
    pub(crate) fn token(&mut self, permissions: Permissions) -> Option<Token> {
        if self.info.option("clientPin") != Some(true) {
            return None;
        }
        let (secret, key) = self.agree();
        let with_permissions = self.info.option("pinUvAuthToken") == Some(true);
        let mut request = client_pin::Request::new(Subcommand::GET_PIN_TOKEN);
        if with_permissions {
            request.subcommand = Subcommand::GET_TOKEN_USING_PIN;
            request.permissions = Some(permissions);
            request.rp_id = Some(RP_ID.to_owned());
        }
        request.protocol = Some(secret.protocol().number());
        request.key_agreement = Some(key);
        request.pin_hash_enc = Some(secret.encrypt(&pin_hash(PIN.as_bytes())[..], [3; 16]).expect("one block"));
        let answer = self.ok(Command::CLIENT_PIN, &request.encode());
        let response = client_pin::Response::decode(&answer).expect("the answer is readable");
        let token = secret.decrypt(&response.pin_uv_auth_token.expect("a token")).expect("whole blocks");
        Some(Token(secret.protocol(), token.to_vec()))
    }

    fn set_pin(&mut self) {
        let protocol = self.first_protocol();
        let request = self.set_pin_request(protocol);
        self.ok(Command::CLIENT_PIN, &request.encode());
    }

    /// setPIN.
    pub(crate) fn set_pin_request(&mut self, protocol: Protocol) -> client_pin::Request {
        let (secret, key) = self.agree_by(protocol);
        let encrypted = new_pin(&secret);
        let mut request = client_pin::Request::new(Subcommand::SET_PIN);
        request.protocol = Some(secret.protocol().number());
        request.key_agreement = Some(key);
        request.pin_uv_auth_param = Some(secret.authenticate(&[&encrypted]));
        request.new_pin_enc = Some(encrypted);
        request
    }

    fn agree(&mut self) -> (SharedSecret, Vec<u8>) {
        self.agree_by(self.first_protocol())
    }

    /// The protocol that the key prefers.
    fn first_protocol(&self) -> Protocol {
        let number = *self.info.pin_uv_auth_protocols.first().expect("a PIN needs a protocol");
        Protocol::from_number(number).expect("protocol 1 or 2")
    }

    pub(crate) fn agree_by(&mut self, protocol: Protocol) -> (SharedSecret, Vec<u8>) {
        let mut request = client_pin::Request::new(Subcommand::GET_KEY_AGREEMENT);
        request.protocol = Some(protocol.number());
        let answer = self.ok(Command::CLIENT_PIN, &request.encode());
        let peer = client_pin::Response::decode(&answer).expect("readable").key_agreement.expect("a key");
        let own = p256::SecretKey::from_slice(&[1; 32]).expect("1 is a scalar");
        let secret = SharedSecret::agree(protocol, &own, &CoseKey::from_bytes(&peer)).expect("a point");
        (secret, key_agreement_key(&own.public_key()).bytes().to_vec())
    }

    fn built_in(&self) -> Option<bool> {
        (self.info.option("uv") == Some(true)).then_some(true)
    }
}

/// The PIN as it travels when it is set.
pub(crate) fn new_pin(secret: &SharedSecret) -> Vec<u8> {
    let mut padded = [0; 64];
    padded[..PIN.len()].copy_from_slice(PIN.as_bytes());
    secret.encrypt(&padded, [2; 16]).expect("four blocks")
}
