//! An authenticator behind the driver, and applications that send it reports.

use std::boxed::Box;
use std::collections::BTreeMap;
use std::string::ToString;
use std::time::Duration;
use std::vec::Vec;

use keyrig_ctap::cose::Algorithm;
use keyrig_ctap::ctaphid::{Assembly, Channel, Command, ErrorCode, Message, Packet, Progress, Report, Welcome};
use keyrig_ctap::message::get_info::Info;
use keyrig_ctap::message::make_credential::{Options, Parameter, Request};
use keyrig_ctap::message::{PUBLIC_KEY, RelyingParty, User};
use keyrig_ctap::profile::{
    Attachment, Attestation, AttestationFormat, Backup, Chain, CredentialIdLengths, FingerprintSensor, Profile,
    SignCount, UserVerification,
};
use keyrig_ctap::{Aaguid, Instant};

use crate::ctaphid::{Driver, Input, Output};
use crate::entropy::Seeded;
use crate::provider::Deterministic;
use crate::seal::Honest;
use crate::{Authenticator, Gesture, Setup};

pub(super) const NONCE: [u8; 8] = [1, 2, 3, 4, 5, 6, 7, 8];
pub(super) const SELECTION: &[u8] = &[keyrig_ctap::Command::SELECTION.0];
pub(super) const GET_INFO: &[u8] = &[keyrig_ctap::Command::GET_INFO.0];

/// A key that only wants to be touched.
fn profile() -> Profile {
    Profile {
        id: "touch".to_string(),
        name: "Touch".to_string(),
        maker: "keyrig".to_string(),
        aaguid: Aaguid([7; 16]),
        firmware: Some("5.4.3".to_string()),
        attachment: Attachment::CrossPlatform,
        transports: ["usb".to_string()].to_vec(),
        user_verification: UserVerification::None,
        backup: Backup::default(),
        attestation: Attestation::new(AttestationFormat::PackedSelf, None),
        sign_count: SignCount::Global,
        algorithms: [Algorithm::ES256].to_vec(),
        discoverable_credentials: 3,
        credential_id: CredentialIdLengths { server_side: 64, discoverable: 16 },
        get_info: Info {
            versions: ["FIDO_2_0".to_string(), "FIDO_2_1".to_string()].to_vec(),
            options: [("rk".to_string(), true), ("up".to_string(), true)].into(),
            algorithms: [Algorithm::ES256].to_vec(),
            ..Info::default()
        },
        u2f_uses_ctap2_credentials: false,
        min_pin_length_rp_ids: Vec::new(),
        fingerprint_sensor: FingerprintSensor::default(),
        quirks: Vec::new(),
        sources: BTreeMap::new(),
    }
}

/// The same key, made to speak U2F too.
pub(super) fn with_u2f() -> Authenticator {
    let mut profile = profile();
    profile.get_info.versions.push("U2F_V2".to_string());
    profile.attestation = Attestation::new(AttestationFormat::Packed, Some(chain()));
    made(profile)
}

/// The same key, made to speak U2F and nothing else.
pub(super) fn only_u2f() -> Authenticator {
    let mut profile = profile();
    profile.get_info = Info::of_u2f();
    profile.attestation = Attestation::new(AttestationFormat::FidoU2f, Some(chain()));
    made(profile)
}

/// The same key, made for the longest signatures there are.
pub(super) fn post_quantum() -> Authenticator {
    let mut profile = profile();
    profile.algorithms = [Algorithm::ML_DSA_87].to_vec();
    profile.get_info.algorithms = profile.algorithms.clone();
    profile.get_info.max_msg_size = Some(7609);
    made(profile)
}

fn chain() -> Chain {
    Chain::new("Root", "Leaf", "Maker", "SE")
}

pub(super) fn authenticator() -> Authenticator {
    made(profile())
}

fn made(profile: Profile) -> Authenticator {
    let entropy = Box::new(Seeded::new([1; 32]));
    Authenticator::new(Setup::new(profile, Box::new(Deterministic), entropy, Box::new(Honest)))
}

/// makeCredential with its command byte: a request that touches the user and then the store.
pub(super) fn make_credential() -> Vec<u8> {
    make_credential_by(Algorithm::ES256)
}

pub(super) fn make_credential_by(algorithm: Algorithm) -> Vec<u8> {
    let request = Request {
        client_data_hash: [0xcd; 32],
        rp: RelyingParty { id: "example.org".to_string(), name: None },
        user: User { id: [1].to_vec(), name: None, display_name: None },
        parameters: [Parameter { algorithm, kind: PUBLIC_KEY.to_string() }].to_vec(),
        exclude_list: None,
        extensions: None,
        options: Options { rk: Some(true), ..Options::default() },
        pin_uv_auth_param: None,
        pin_uv_auth_protocol: None,
        enterprise_attestation: None,
        attestation_formats: None,
    };
    [&[keyrig_ctap::Command::MAKE_CREDENTIAL.0], &request.encode()[..]].concat()
}

pub(super) fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// An answer on a channel, as tests write it.
pub(super) fn said(channel: Channel, command: Command, payload: &[u8]) -> Message {
    Message { channel, command, payload: payload.to_vec() }
}

pub(super) fn error(channel: Channel, code: ErrorCode) -> [Message; 1] {
    [Message::error(channel, code)]
}

pub(super) struct World {
    pub(super) driver: Driver,
    pub(super) now: Instant,
    /// Whether the store answers at once.
    pub(super) stores: bool,
    pub(super) prompts: usize,
    pub(super) winks: usize,
    pub(super) changes: usize,
}

impl World {
    pub(super) fn new() -> Self {
        Self::with(Driver::new(authenticator()))
    }

    pub(super) fn with(driver: Driver) -> Self {
        Self { driver, now: Instant::POWER_UP, stores: true, prompts: 0, winks: 0, changes: 0 }
    }

    /// Hands one input over and returns the messages that come back.
    pub(super) fn give(&mut self, input: Input<'_>) -> Vec<Message> {
        let mut answers = Answers::default();
        let mut outputs: Vec<Output> = self.driver.handle(self.now, input).collect();
        while !outputs.is_empty() {
            let mut written = false;
            for output in outputs.drain(..) {
                match output {
                    Output::Report(report) => answers.take(&report),
                    Output::Prompt(_) => self.prompts += 1,
                    Output::Wink => self.winks += 1,
                    Output::Persist(_) => (self.changes, written) = (self.changes + 1, self.stores),
                }
            }
            if written {
                outputs = self.driver.handle(self.now, Input::Persisted).collect();
            }
        }
        answers.whole()
    }

    pub(super) fn report(&mut self, report: &Report) -> Vec<Message> {
        self.give(Input::Report(report))
    }

    /// Sends a whole message.
    pub(super) fn send(&mut self, channel: Channel, command: Command, payload: &[u8]) -> Vec<Message> {
        let message = said(channel, command, payload);
        message.fragment().unwrap().flat_map(|report| self.report(&report)).collect()
    }

    pub(super) fn touch(&mut self) -> Vec<Message> {
        self.give(Input::Gesture(Gesture::Touch))
    }

    /// Opens a channel.
    pub(super) fn open(&mut self) -> Channel {
        self.welcome(Channel::BROADCAST).channel
    }

    pub(super) fn welcome(&mut self, channel: Channel) -> Welcome {
        let answers = self.send(channel, Command::INIT, &NONCE);
        assert_eq!((answers.len(), answers[0].channel, answers[0].command), (1, channel, Command::INIT));
        Welcome::parse(&answers[0].payload).unwrap()
    }

    /// Lets time pass, with a tick at each deadline on the way, and returns what came at which time.
    pub(super) fn pass(&mut self, span: Duration) -> Vec<(Duration, Message)> {
        let begin = self.now;
        let end = begin + span;
        let mut heard = Vec::new();
        while let Some(due) = self.driver.deadline().filter(|due| *due <= end) {
            self.now = due;
            let answers = self.give(Input::Tick);
            heard.extend(answers.into_iter().map(|answer| (due - begin, answer)));
        }
        self.now = end;
        heard
    }
}

/// Reports put together.
#[derive(Default)]
struct Answers {
    whole: Vec<Message>,
    partial: Option<Assembly>,
}

impl Answers {
    fn take(&mut self, report: &Report) {
        let progress = match (Packet::from(report), self.partial.take()) {
            (Packet::Initialization(packet), None) => Assembly::begin(&packet).unwrap(),
            (Packet::Continuation(packet), Some(assembly)) => assembly.accept(&packet).unwrap(),
            (packet, partial) => panic!("{packet:?} after {partial:?}"),
        };
        match progress {
            Progress::Complete(message) => self.whole.push(message),
            Progress::Partial(assembly) => self.partial = Some(assembly),
        }
    }

    fn whole(self) -> Vec<Message> {
        assert_eq!(self.partial, None, "a message is sent in one go");
        self.whole
    }
}
