//! makeCredential and getAssertion, CBOR in to CBOR out, beside the raw operation of the provider in use.

#[path = "../tests/platform/mod.rs"]
mod platform;

use std::hint::black_box;
use std::time::{Duration, Instant};

use criterion::Criterion;
use keyrig_core::Provider;
use keyrig_core::provider::PrivateKey;
use keyrig_ctap::Command;
use keyrig_ctap::cose::Algorithm;
use keyrig_device::in_process::InProcess;
use keyrig_device::profiles;
use keyrig_device::provider::{AwsLc, OsRandom};
use platform::Platform;

/// As long as authenticator data and client data hash are at login.
const SIGNED: [u8; 37 + 32] = [0x5a; 37 + 32];

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    let assertion = Pair {
        name: "getAssertion",
        operation: "one ES256 signature",
        target: Some(0.7),
        raw: Box::new(raw_signature()),
        command: Box::new(get_assertion()),
    };
    let registration = Pair {
        name: "makeCredential",
        operation: "an ES256 key pair and the attestation's signature",
        target: None,
        raw: Box::new(raw_key_pair_and_signature()),
        command: Box::new(make_credential()),
    };
    let mut pairs = [assertion, registration];
    for pair in &mut pairs {
        pair.measure(&mut criterion);
    }
    criterion.final_summary();
    println!("\nraw time / command time: 1.00 where a command costs no more than its cryptography");
    for pair in &mut pairs {
        println!("{}", pair.ratio());
    }
}

fn raw_signature() -> impl FnMut() {
    let mut provider = AwsLc::new();
    let private = key(&mut provider);
    move || drop(black_box(provider.sign(Algorithm::ES256, &private, black_box(&SIGNED))))
}

fn raw_key_pair_and_signature() -> impl FnMut() {
    let mut provider = AwsLc::new();
    let leaf = key(&mut provider);
    move || {
        drop(black_box(key(&mut provider)));
        drop(black_box(provider.sign(Algorithm::ES256, &leaf, black_box(&SIGNED))));
    }
}

fn key(provider: &mut AwsLc) -> PrivateKey {
    provider.generate(Algorithm::ES256, &mut OsRandom).expect("AWS-LC has ES256").private
}

fn get_assertion() -> impl FnMut() {
    let mut platform = authenticator("bare");
    let (_, data) = platform.register(Algorithm::ES256, false);
    let id = data.attested.expect("registration has a credential").credential_id;
    platform.authenticate(Some(&id));
    let request = platform.authentication(Some(&id)).encode();
    transact(platform, Command::GET_ASSERTION, &request)
}

/// The same account each time: a discoverable credential takes the place of the one before.
fn make_credential() -> impl FnMut() {
    let platform = authenticator("icloud-keychain-managed");
    let request = platform.registration(Algorithm::ES256, true).encode();
    transact(platform, Command::MAKE_CREDENTIAL, &request)
}

/// An authenticator that verifies by itself, so that one message is one ceremony.
fn authenticator(id: &str) -> Platform {
    let profile = profiles::find(id).expect("the profile is embedded");
    Platform::new(InProcess::plug_fast(profile, |honest| honest))
}

fn transact(mut platform: Platform, command: Command, parameters: &[u8]) -> impl FnMut() + use<> {
    let message = [&[command.0], parameters].concat();
    assert_eq!(platform.device.transact(&message).first(), Some(&0), "the ceremony succeeds");
    move || drop(black_box(platform.device.transact(black_box(&message))))
}

/// A command, and the cryptography that it cannot do without.
struct Pair {
    name: &'static str,
    operation: &'static str,
    target: Option<f64>,
    raw: Box<dyn FnMut()>,
    command: Box<dyn FnMut()>,
}

impl Pair {
    fn measure(&mut self, criterion: &mut Criterion) {
        let mut group = criterion.benchmark_group(self.name);
        group.bench_function("raw", |bencher| bencher.iter(|| (self.raw)()));
        group.bench_function("command", |bencher| bencher.iter(|| (self.command)()));
    }

    /// The ratio, measured in turns so that a busy machine slows both sides alike.
    fn ratio(&mut self) -> String {
        const ROUNDS: usize = 201;
        const CALLS: u32 = 50;
        let mut rounds: Vec<(f64, Duration, Duration)> = (0..ROUNDS)
            .map(|_| {
                let (raw, command) = (time(&mut self.raw, CALLS), time(&mut self.command, CALLS));
                (raw.as_secs_f64() / command.as_secs_f64(), raw / CALLS, command / CALLS)
            })
            .collect();
        rounds.sort_by(|(a, ..), (b, ..)| a.total_cmp(b));
        let (ratio, raw, command) = rounds[ROUNDS / 2];
        let target = self.target.map(|least| format!(" (target: at least {least:.2})")).unwrap_or_default();
        format!("{} / {}: {ratio:.2}{target}: {raw:.1?} of {command:.1?}", self.name, self.operation)
    }
}

fn time(call: &mut dyn FnMut(), times: u32) -> Duration {
    let begin = Instant::now();
    (0..times).for_each(|_| call());
    begin.elapsed()
}
