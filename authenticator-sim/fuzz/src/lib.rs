//! An authenticator under fire: a platform that knows its PIN, and the promises that hold whatever is asked.

use keyrig_core::entropy::Seeded;
use keyrig_core::provider::Deterministic;
use keyrig_core::seal::Honest;
use keyrig_core::{Ask, Authenticator, Edit, Gesture, Input, Output, Setup, State};
use keyrig_ctap::cose::CoseKey;
use keyrig_ctap::message::client_pin::{Permissions, Request, Response, Subcommand};
use keyrig_ctap::pin_uv_auth::{Protocol, SharedSecret, key_agreement_key, pin_hash};
use keyrig_ctap::profile::Profile;
use keyrig_ctap::u2f::StatusWord;
use keyrig_ctap::{Command, Instant, Status};

/// The RP ID that most requests are about.
pub const RP_ID: &str = "example.org";

const PIN: &str = "123456";

/// An authenticator in a willing hand, and all that its platform knows.
pub struct Bench {
    authenticator: Authenticator,
    now: Instant,
    /// Changes that left for the store since the last message came.
    edits: Vec<Edit>,
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
        Self { authenticator, now: Instant::POWER_UP, edits: Vec::new() }
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

    /// Sends one message. A refusal is one byte and changes nothing but counters.
    pub fn send(&mut self, command: Command, parameters: &[u8]) -> (Status, Vec<u8>) {
        self.edits.clear();
        let message = [&[command.0], parameters].concat();
        let answer = self.reply(Input::Request(&message));
        let (status, body) = answer.split_first().expect("an answer has a status");
        if Status(*status) != Status::OK {
            assert!(body.is_empty(), "a refusal is one byte");
            let spared = |edit: &Edit| {
                matches!(edit, Edit::PinRetries(_) | Edit::UvRetries(_) | Edit::UvCount(_) | Edit::SignCount { .. })
            };
            assert!(self.edits.iter().all(spared), "{command} was refused and changed {:?}", self.edits);
        }
        (Status(*status), body.to_vec())
    }

    /// Sends one U2F message. A refusal has no data and changes nothing.
    pub fn send_apdu(&mut self, apdu: &[u8]) -> StatusWord {
        self.edits.clear();
        let answer = self.reply(Input::Apdu(apdu));
        let (data, status) = answer.split_last_chunk::<2>().expect("an answer has a status word");
        let status = StatusWord(u16::from_be_bytes(*status));
        if status != StatusWord::NO_ERROR {
            assert!(data.is_empty(), "a refusal has no data");
            assert_eq!(self.edits, [], "a refused APDU changed something");
        }
        status
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
        let Some((shared, own_key)) = self.agree() else { return false };
        let mut padded = [0; 64];
        padded[..PIN.len()].copy_from_slice(PIN.as_bytes());
        let new_pin_enc = shared.encrypt(&padded, [3; 16]).expect("four blocks");
        let request = Request {
            protocol: Some(Protocol::Two.number()),
            key_agreement: Some(own_key),
            pin_uv_auth_param: Some(shared.authenticate(&[&new_pin_enc])),
            new_pin_enc: Some(new_pin_enc),
            ..Request::new(Subcommand::SET_PIN)
        };
        self.send(Command::CLIENT_PIN, &request.encode());
        self.state().pin_is_set()
    }

    /// `pinUvAuthParam` over `message` by a new token with these permissions; `None` where none is to be had.
    pub fn param(&mut self, permissions: Permissions, message: &[u8]) -> Option<Vec<u8>> {
        let (shared, own_key) = self.agree()?;
        let about_rp = permissions.0 & 3 != 0;
        let request = Request {
            protocol: Some(Protocol::Two.number()),
            key_agreement: Some(own_key),
            pin_hash_enc: shared.encrypt(&pin_hash(PIN.as_bytes())[..], [5; 16]).ok(),
            permissions: Some(permissions),
            rp_id: about_rp.then(|| RP_ID.to_owned()),
            ..Request::new(Subcommand::GET_TOKEN_USING_PIN)
        };
        let (status, body) = self.send(Command::CLIENT_PIN, &request.encode());
        if status != Status::OK {
            return None;
        }
        let token = shared.decrypt(&Response::decode(&body).ok()?.pin_uv_auth_token?).ok()?;
        Some(Protocol::Two.authenticate(&token, &[message]))
    }

    fn agree(&mut self) -> Option<(SharedSecret, Vec<u8>)> {
        let request = Request { protocol: Some(2), ..Request::new(Subcommand::GET_KEY_AGREEMENT) };
        let (_, body) = self.send(Command::CLIENT_PIN, &request.encode());
        let peer = Response::decode(&body).ok()?.key_agreement?;
        let own = p256::SecretKey::from_slice(&[9; 32]).expect("a scalar");
        let shared = SharedSecret::agree(Protocol::Two, &own, &CoseKey::from_bytes(&peer)).ok()?;
        Some((shared, key_agreement_key(&own.public_key()).bytes().to_vec()))
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

fn setup(profile: &Profile) -> Setup {
    let entropy = Box::new(Seeded::new([1; 32]));
    Setup::new(profile.clone(), Box::new(Deterministic), entropy, Box::new(Honest))
}
