//! How long a sign-in takes over the node of a key that is plugged in and answers by itself, beside an echo of as many
//! reports over the same node and one signature.
//!
//! `cargo run --release --package keyrig-device --bin node_speed /dev/hidraw0 [RATIO]`
//!
//! Whatever else a machine does makes a round longer, and none shorter: the shortest of each kind are compared. Where
//! their ratio is above the one that is wished, more rounds are timed.

use std::fs::File;
use std::hint::black_box;
use std::io::{Read, Write};
use std::thread;
use std::time::{Duration, Instant};

use keyrig_core::Provider;
use keyrig_ctap::auth_data::AuthData;
use keyrig_ctap::command;
use keyrig_ctap::cose::Algorithm;
use keyrig_ctap::ctaphid::{
    Assembly, CONTINUATION_PAYLOAD, Channel, Command, INITIALIZATION_PAYLOAD, Message, Packet, Progress, Report,
    Welcome,
};
use keyrig_ctap::message::make_credential::Parameter;
use keyrig_ctap::message::{Descriptor, PUBLIC_KEY, RelyingParty, User, get_assertion, make_credential};
use keyrig_device::provider::{AwsLc, OsRandom};

/// Sign-ins that are timed in a turn.
const ROUNDS: usize = 200;

/// Turns at most.
const TURNS: usize = 10;

/// How long a full-speed endpoint takes for a report.
const FRAME: Duration = Duration::from_millis(1);

const RP_ID: &str = "example.org";

/// What is signed at a sign-in: authenticator data and client data hash.
const SIGNED: [u8; 37 + 32] = [0x5a; 37 + 32];

fn main() {
    let node = std::env::args().nth(1).expect("the argument is a device node");
    let mut key = Key::open(&node);
    let asked = sign_in(key.register());
    let (answer, reports) = key.exchange(Command::CBOR, &asked);
    assert_eq!(answer.first(), Some(&0), "the key refuses to sign in");
    // As many reports, there and back, as two echoes have that differ by one report at most.
    let echoes = [reports / 2, reports.div_ceil(2)].map(payload_of);

    let wished = std::env::args().nth(2).map(|ratio| ratio.parse::<f64>().expect("the ratio is a number"));
    let mut provider = AwsLc::new();
    let pair = provider.generate(Algorithm::ES256, &mut OsRandom).expect("the provider makes such keys");
    let mut times = Times::default();
    for _ in 0..TURNS {
        for round in 0..ROUNDS {
            // A key on USB sends a report a frame. Who has sent too many would wait here, and not where it is due.
            thread::sleep(FRAME * (2 * reports + 1) as u32);
            // Neither of the two that are compared wakes a key that sleeps.
            key.exchange(Command::PING, &[]);
            times.sign_ins.push(timed(|| key.exchange(Command::CBOR, &asked)));
            times.echoes[round % 2].push(timed(|| key.exchange(Command::PING, &echoes[round % 2])));
            times.signatures.push(timed(|| provider.sign(Algorithm::ES256, &pair.private, &SIGNED)));
        }
        let ratio = times.told(reports);
        println!("ratio {ratio:.3}");
        if wished.is_none_or(|wished| ratio <= wished) {
            break;
        }
    }
}

/// How long everything took, in microseconds.
#[derive(Default)]
struct Times {
    sign_ins: Vec<f64>,
    echoes: [Vec<f64>; 2],
    signatures: Vec<f64>,
}

impl Times {
    /// How many times as long a sign-in takes as its parts; says what they are made of.
    fn told(&self, reports: usize) -> f64 {
        let [sign_in, signature] = [&self.sign_ins, &self.signatures].map(|times| shortest(times));
        let echo = self.echoes.iter().map(|times| shortest(times)).sum::<f64>() / 2.0;
        let rounds = self.sign_ins.len();
        println!(
            "sign-in {sign_in:.0} µs, {reports} reports; echo {echo:.0} µs; signature {signature:.0} µs; of {rounds}"
        );
        sign_in / (echo + signature)
    }
}

/// A device node, and a channel of its key.
struct Key {
    node: File,
    channel: Channel,
}

impl Key {
    fn open(node: &str) -> Self {
        let file = File::options().read(true).write(true).open(node).expect("the node can be opened");
        let mut key = Self { node: file, channel: Channel::BROADCAST };
        let (answer, _) = key.exchange(Command::INIT, &[7; 8]);
        key.channel = Welcome::parse(&answer).expect("a key answers INIT").channel;
        key
    }

    /// The answer, and how many reports went either way.
    fn exchange(&mut self, command: Command, payload: &[u8]) -> (Vec<u8>, usize) {
        let message = Message { channel: self.channel, command, payload: payload.to_vec() };
        let mut count = 0;
        for report in message.fragment().expect("it is short") {
            self.node.write_all(&[&[0][..], &report].concat()).expect("the node takes a report");
            count += 1;
        }
        let mut partial: Option<Assembly> = None;
        loop {
            let mut report: Report = [0; 64];
            self.node.read_exact(&mut report).expect("the node gives a report");
            count += 1;
            let progress = match (Packet::from(&report), partial.take()) {
                (Packet::Initialization(packet), None) => Assembly::begin(&packet).expect("it is short"),
                (Packet::Continuation(packet), Some(assembly)) => assembly.accept(&packet).expect("it is in order"),
                (packet, _) => panic!("{packet:?} is out of order"),
            };
            match progress {
                Progress::Complete(message) if message.command == Command::KEEPALIVE => count -= 1,
                Progress::Complete(message) => return (message.payload, count),
                Progress::Partial(assembly) => partial = Some(assembly),
            }
        }
    }

    /// The id of a new credential that the key does not store.
    fn register(&mut self) -> Vec<u8> {
        let request = make_credential::Request {
            client_data_hash: [0x5a; 32],
            rp: RelyingParty { id: RP_ID.to_owned(), name: None },
            user: User { id: vec![1], name: None, display_name: None },
            parameters: vec![Parameter { algorithm: Algorithm::ES256, kind: PUBLIC_KEY.to_owned() }],
            exclude_list: None,
            extensions: None,
            options: make_credential::Options::default(),
            pin_uv_auth_param: None,
            pin_uv_auth_protocol: None,
            enterprise_attestation: None,
            attestation_formats: None,
        };
        let asked = [&[command::Command::MAKE_CREDENTIAL.0][..], &request.encode()].concat();
        let (answer, _) = self.exchange(Command::CBOR, &asked);
        assert_eq!(answer.first(), Some(&0), "the key refuses to register");
        let made = make_credential::Response::decode(&answer[1..]).expect("the answer is readable");
        let auth_data = AuthData::parse(&made.auth_data).expect("the authenticator data is readable");
        auth_data.attested.expect("a registration attests a credential").credential_id.to_vec()
    }
}

/// The request of a sign-in that asks nobody for a touch.
fn sign_in(credential: Vec<u8>) -> Vec<u8> {
    let request = get_assertion::Request {
        rp_id: RP_ID.to_owned(),
        client_data_hash: [0x5a; 32],
        allow_list: Some(vec![Descriptor { id: credential, kind: PUBLIC_KEY.to_owned(), transports: Vec::new() }]),
        extensions: None,
        options: make_credential::Options { up: Some(false), ..Default::default() },
        pin_uv_auth_param: None,
        pin_uv_auth_protocol: None,
    };
    [&[command::Command::GET_ASSERTION.0][..], &request.encode()].concat()
}

/// The longest payload that this many reports carry.
fn payload_of(reports: usize) -> Vec<u8> {
    vec![7; INITIALIZATION_PAYLOAD + (reports - 1) * CONTINUATION_PAYLOAD]
}

/// In microseconds.
fn timed<T>(work: impl FnOnce() -> T) -> f64 {
    let begun = Instant::now();
    black_box(work());
    begun.elapsed().as_secs_f64() * 1e6
}

fn shortest(times: &[f64]) -> f64 {
    times.iter().copied().fold(f64::INFINITY, f64::min)
}
