//! An authenticator under fire: a platform that knows its PIN, and the promises that hold whatever is asked.

use std::sync::LazyLock;

use keyrig_core::entropy::Seeded;
use keyrig_core::seal::Honest;
use keyrig_core::{Ask, Authenticator, Edit, Gesture, Input, Output, Setup, State};
use keyrig_ctap::cbor::{Tree, Value};
use keyrig_ctap::cose::CoseKey;
use keyrig_ctap::ctaphid::LONGEST_MESSAGE;
use keyrig_ctap::message::client_pin::{Permissions, Request, Response, Subcommand};
use keyrig_ctap::pin_uv_auth::{Protocol, SharedSecret, key_agreement_key, pin_hash};
use keyrig_ctap::profile::Profile;
use keyrig_ctap::u2f::StatusWord;
use keyrig_ctap::{Command, Instant, Status};
use keyrig_device::provider::AwsLc;

/// The RP ID that most requests are about.
pub const RP_ID: &str = "example.org";

/// Its SHA-256.
pub const RP_ID_HASH: [u8; 32] = [
    0xbf, 0xab, 0xc3, 0x74, 0x32, 0x95, 0x8b, 0x06, 0x33, 0x60, 0xd3, 0xad, 0x64, 0x61, 0xc9, 0xc4, 0x73, 0x5a, 0xe7,
    0xf8, 0xed, 0xd4, 0x65, 0x92, 0xa5, 0xe0, 0xf0, 0x14, 0x52, 0xb2, 0xe4, 0xb5,
];

/// The PIN that [`Bench::set_pin`] sets.
pub const PIN: &str = "123456";

/// The platform's key.
static OWN: LazyLock<p256::SecretKey> = LazyLock::new(|| p256::SecretKey::from_slice(&[9; 32]).expect("a scalar"));

/// An authenticator in a willing hand, and all that its platform knows.
pub struct Bench {
    authenticator: Authenticator,
    now: Instant,
    /// Changes that left for the store since the last message came.
    edits: Vec<Edit>,
    /// What the platform believes the PIN to be.
    pin: Vec<u8>,
    /// What was agreed on last, with which key of the authenticator.
    agreed: Option<(Vec<u8>, SharedSecret)>,
}

impl Bench {
    /// A new authenticator of `profile`.
    pub fn new(profile: &Profile) -> Self {
        Self::of(Authenticator::new(setup(profile)))
    }

    /// An authenticator of `profile` that comes back with `state`.
    pub fn restored(profile: &Profile, state: State) -> Self {
        Self::of(Authenticator::restore(setup(profile), state))
    }

    fn of(authenticator: Authenticator) -> Self {
        Self { authenticator, now: Instant::POWER_UP, edits: Vec::new(), pin: PIN.into(), agreed: None }
    }

    /// What the store has.
    pub fn state(&self) -> &State {
        self.authenticator.state()
    }

    /// The id of one of its credentials, counted from the lowest, over and over.
    pub fn credential_id(&self, place: u8) -> Option<Vec<u8>> {
        let ids: Vec<_> = self.state().credentials().map(|source| source.id.clone()).collect();
        ids.get(usize::from(place).checked_rem(ids.len())?).cloned()
    }

    /// Sends one message. A refusal is one byte and changes nothing but counters; what a command answers is canonical and
    /// fits in a message.
    pub fn send(&mut self, command: Command, parameters: &[u8]) -> (Status, Vec<u8>) {
        self.edits.clear();
        let before = self.state().clone();
        let message = [&[command.0], parameters].concat();
        let answer = self.reply(Input::Request(&message));
        assert!(answer.len() <= LONGEST_MESSAGE, "{command} was answered with {} bytes", answer.len());
        let (status, body) = answer.split_first().expect("an answer has a status");
        if Status(*status) != Status::OK {
            assert!(body.is_empty(), "a refusal is one byte");
            let spared = |edit: &Edit| {
                matches!(edit, Edit::PinRetries(_) | Edit::UvRetries(_) | Edit::UvCount(_) | Edit::SignCount { .. })
            };
            assert!(self.edits.iter().all(spared), "{command} was refused and changed {:?}", self.edits);
            self.is_unchanged(before, &format!("{command}, which was refused"));
        } else if !body.is_empty() {
            let tree = Tree::parse(body).expect("an answer is CBOR");
            assert_eq!(tree.flaws, [], "{command}");
            assert_eq!(Value::from(&tree.root).to_canonical(), body, "{command}");
        }
        (Status(*status), body.to_vec())
    }

    /// Sends one U2F message. A refusal has no data and changes nothing.
    pub fn send_apdu(&mut self, apdu: &[u8]) -> StatusWord {
        self.edits.clear();
        let before = self.state().clone();
        let answer = self.reply(Input::Apdu(apdu));
        let (data, status) = answer.split_last_chunk::<2>().expect("an answer has a status word");
        let status = StatusWord(u16::from_be_bytes(*status));
        if status != StatusWord::NO_ERROR {
            assert!(data.is_empty(), "a refusal has no data");
            assert_eq!(self.edits, [], "a refused APDU changed something");
            self.is_unchanged(before, "a refused APDU");
        }
        status
    }

    /// What outlives a power cut is what the store has been told, and nothing else.
    fn is_unchanged(&self, mut before: State, by: &str) {
        self.edits.iter().for_each(|edit| before.apply(edit));
        if *self.state() != before {
            let records = |state: &State| state.parts().map(|part| state.record(&part)).collect::<Vec<_>>();
            assert!(records(self.state()) == records(&before), "{by} changed what no store was told");
        }
    }

    /// Takes its power away and gives it back.
    pub fn power_cycle(&mut self) {
        drop(self.authenticator.handle(self.now, Input::PowerCycle));
    }

    /// Lets milliseconds pass.
    pub fn wait(&mut self, millis: u16) {
        self.now = self.now + std::time::Duration::from_millis(millis.into());
        drop(self.authenticator.handle(self.now, Input::Tick));
    }

    /// Sets the PIN, if there is none; whether there is one now.
    pub fn set_pin(&mut self) -> bool {
        self.set_pin_to(PIN.as_bytes());
        self.state().pin_is_set()
    }

    /// Sets the PIN to `pin`, of which 64 bytes travel.
    pub fn set_pin_to(&mut self, pin: &[u8]) -> Option<Status> {
        let (shared, own_key) = self.agree()?;
        let new_pin_enc = shared.encrypt(&padded(pin), [3; 16]).ok()?;
        let request = Request {
            pin_uv_auth_param: Some(shared.authenticate(&[&new_pin_enc])),
            new_pin_enc: Some(new_pin_enc),
            ..about(Subcommand::SET_PIN, own_key)
        };
        self.takes(&request, pin)
    }

    /// Changes the PIN from `old`, or from what it is, to `new`.
    pub fn change_pin(&mut self, old: Option<&[u8]>, new: &[u8]) -> Option<Status> {
        let (shared, own_key) = self.agree()?;
        let new_pin_enc = shared.encrypt(&padded(new), [3; 16]).ok()?;
        let pin_hash_enc = shared.encrypt(&pin_hash(old.unwrap_or(&self.pin))[..], [4; 16]).ok()?;
        let request = Request {
            pin_uv_auth_param: Some(shared.authenticate(&[&new_pin_enc, &pin_hash_enc])),
            new_pin_enc: Some(new_pin_enc),
            pin_hash_enc: Some(pin_hash_enc),
            ..about(Subcommand::CHANGE_PIN, own_key)
        };
        self.takes(&request, new)
    }

    fn takes(&mut self, request: &Request, pin: &[u8]) -> Option<Status> {
        let (status, _) = self.send(Command::CLIENT_PIN, &request.encode());
        if status == Status::OK {
            let length = pin.len().min(64);
            self.pin = pin[..length].to_vec();
            // What follows the last byte that is none is padding.
            while self.pin.last() == Some(&0) {
                self.pin.pop();
            }
        }
        Some(status)
    }

    /// `pinUvAuthParam` over `message` by a new token with these permissions; `None` where none is to be had.
    pub fn param(&mut self, permissions: Permissions, message: &[u8]) -> Option<Vec<u8>> {
        let by_finger = self.state().pin_retries() == 0 || !self.state().pin_is_set();
        let token = self.token(None, permissions, by_finger)?;
        Some(Protocol::Two.authenticate(&token, &[message]))
    }

    /// A token: by built-in verification, by `pin`, or by the PIN as it is.
    pub fn token(&mut self, pin: Option<&[u8]>, permissions: Permissions, by_finger: bool) -> Option<Vec<u8>> {
        let (shared, own_key) = self.agree()?;
        let about_rp = permissions.0 & 3 != 0;
        let subcommand = if by_finger { Subcommand::GET_TOKEN_USING_UV } else { Subcommand::GET_TOKEN_USING_PIN };
        let hash = pin_hash(pin.unwrap_or(&self.pin));
        let request = Request {
            pin_hash_enc: shared.encrypt(&hash[..], [5; 16]).ok().filter(|_| !by_finger),
            permissions: Some(permissions),
            rp_id: about_rp.then(|| RP_ID.to_owned()),
            ..about(subcommand, own_key)
        };
        let (status, body) = self.send(Command::CLIENT_PIN, &request.encode());
        if status != Status::OK {
            return None;
        }
        let token = shared.decrypt(&Response::decode(&body).ok()?.pin_uv_auth_token?).ok()?;
        Some(token.to_vec())
    }

    /// The input of `hmac-secret` for salts of any length: `{1: keyAgreement, 2: saltEnc, 3: saltAuth, 4: 2}`.
    pub fn salts(&mut self, salts: &[u8]) -> Option<Value> {
        let (shared, own_key) = self.agree()?;
        let blocks = salts.len().next_multiple_of(16).max(16);
        let mut whole = salts.to_vec();
        whole.resize(blocks, 0);
        let encrypted = shared.encrypt(&whole, [6; 16]).ok()?;
        let auth = shared.authenticate(&[&encrypted]);
        let key = Value::from(&Tree::parse(&own_key).ok()?.root);
        let members = [key, Value::Bytes(encrypted), Value::Bytes(auth), Value::Unsigned(2)];
        Some(Value::Map((1..).map(Value::Unsigned).zip(members).collect()))
    }

    fn agree(&mut self) -> Option<(SharedSecret, Vec<u8>)> {
        let request = Request { protocol: Some(2), ..Request::new(Subcommand::GET_KEY_AGREEMENT) };
        let (_, body) = self.send(Command::CLIENT_PIN, &request.encode());
        let peer = Response::decode(&body).ok()?.key_agreement?;
        if self.agreed.as_ref().is_none_or(|(with, _)| *with != peer) {
            let shared = SharedSecret::agree(Protocol::Two, &OWN, &CoseKey::from_bytes(&peer)).ok()?;
            self.agreed = Some((peer, shared));
        }
        let (_, shared) = self.agreed.as_ref()?;
        Some((shared.clone(), key_agreement_key(&OWN.public_key()).bytes().to_vec()))
    }

    fn reply(&mut self, input: Input<'_>) -> Vec<u8> {
        let mut outputs: Vec<Output> = self.authenticator.handle(self.now, input).collect();
        loop {
            let next = match outputs.pop().expect("an output for each input") {
                Output::Reply(bytes) => return bytes,
                Output::Persist(change) => {
                    self.edits.extend(change.edits);
                    Input::Persisted
                }
                Output::Prompt(prompt) => Input::Gesture(match prompt.ask {
                    Ask::Presence => Gesture::Touch,
                    Ask::LongTouch => Gesture::LongTouch,
                    Ask::Verification => Gesture::Verify,
                }),
            };
            outputs = self.authenticator.handle(self.now, next).collect();
        }
    }
}

/// A request of protocol 2 with the platform's key.
fn about(subcommand: Subcommand, own_key: Vec<u8>) -> Request {
    Request { protocol: Some(Protocol::Two.number()), key_agreement: Some(own_key), ..Request::new(subcommand) }
}

/// As a PIN travels: 64 bytes, filled with zeros.
fn padded(pin: &[u8]) -> [u8; 64] {
    let mut padded = [0; 64];
    let length = pin.len().min(64);
    padded[..length].copy_from_slice(&pin[..length]);
    padded
}

fn setup(profile: &Profile) -> Setup {
    let entropy = Box::new(Seeded::new([1; 32]));
    Setup::new(profile.clone(), Box::new(AwsLc::new()), entropy, Box::new(Honest))
}
