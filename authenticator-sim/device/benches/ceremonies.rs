//! makeCredential and getAssertion, CBOR in to CBOR out, beside the raw operation of AWS-LC; and what PINs cost.

#[path = "../tests/platform/mod.rs"]
mod platform;

use std::cell::RefCell;
use std::hint::black_box;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair};
use criterion::{BatchSize, Criterion};
use keyrig_ctap::Command;
use keyrig_ctap::cose::Algorithm;
use keyrig_ctap::message::client_pin::{Permissions, Request, Subcommand};
use keyrig_ctap::pin_uv_auth::{Protocol, pin_hash};
use keyrig_device::in_process::InProcess;
use keyrig_device::profiles;
use platform::{PIN, Platform, RP_ID, new_pin};

/// As long as authenticator data and client data hash are at login.
const SIGNED: [u8; 37 + 32] = [0x5a; 37 + 32];

fn main() -> ExitCode {
    let mut criterion = Criterion::default().configure_from_args();
    let assertion = Pair {
        name: "getAssertion",
        operation: "one ES256 signature",
        target: 0.90,
        raw: Box::new(raw_signature()),
        command: Box::new(get_assertion()),
    };
    let registration = Pair {
        name: "makeCredential",
        operation: "an ES256 key pair and the attestation's signature",
        target: 0.80,
        raw: Box::new(raw_key_pair_and_signature()),
        command: Box::new(make_credential()),
    };
    let mut pairs = [assertion, registration];
    for pair in &mut pairs {
        pair.measure(&mut criterion);
    }
    pin_flows(&mut criterion);
    criterion.final_summary();
    println!("\nraw time / command time: 1.00 where a command costs no more than its cryptography");
    let held = pairs.iter_mut().map(Pair::holds).filter(|holds| *holds).count();
    if held == pairs.len() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// What AWS-LC does when nobody stands before it.
fn raw_signature() -> impl FnMut() {
    let (pair, random) = (key_pair(), SystemRandom::new());
    move || {
        let _ = black_box(pair.sign(&random, black_box(&SIGNED)));
    }
}

fn raw_key_pair_and_signature() -> impl FnMut() {
    let (leaf, random) = (key_pair(), SystemRandom::new());
    move || {
        drop(black_box(key_pair()));
        let _ = black_box(leaf.sign(&random, black_box(&SIGNED)));
    }
}

fn key_pair() -> EcdsaKeyPair {
    EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).expect("AWS-LC has P-256")
}

/// What a key does to give a token by PIN, and to change the PIN, under each protocol; the platform's half is not counted.
fn pin_flows(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("clientPIN");
    for protocol in [Protocol::One, Protocol::Two] {
        let mut platform = authenticator("yubikey-5-nfc-5.7");
        let number = protocol.number();
        let (secret, key) = platform.agree_by(protocol);
        let hash = secret.encrypt(&pin_hash(PIN.as_bytes())[..], [3; 16]).expect("one block");
        let token = Request {
            protocol: Some(number),
            key_agreement: Some(key.clone()),
            pin_hash_enc: Some(hash.clone()),
            permissions: Some(Permissions::GA),
            rp_id: Some(RP_ID.to_owned()),
            ..Request::new(Subcommand::GET_TOKEN_USING_PIN)
        };
        let new_pin = new_pin(&secret);
        let change = Request {
            protocol: Some(number),
            key_agreement: Some(key),
            pin_uv_auth_param: Some(secret.authenticate(&[&new_pin, &hash])),
            new_pin_enc: Some(new_pin),
            pin_hash_enc: Some(hash),
            ..Request::new(Subcommand::CHANGE_PIN)
        };
        for (name, request) in [("getPinUvAuthToken", token), ("changePIN", change)] {
            let message = [&[Command::CLIENT_PIN.0], &request.encode()[..]].concat();
            assert_eq!(platform.device.transact(&message).first(), Some(&0), "{name}");
            group.bench_function(format!("{name}, protocol {number}"), |bencher| {
                bencher.iter(|| black_box(platform.device.transact(black_box(&message))));
            });
        }
    }
    let platform = RefCell::new(authenticator("yubikey-5-nfc-5.7"));
    let fresh = || {
        let mut platform = platform.borrow_mut();
        platform.ok(Command::RESET, &[]);
        [&[Command::CLIENT_PIN.0], &platform.set_pin_request().encode()[..]].concat()
    };
    let set = |message: Vec<u8>| black_box(platform.borrow_mut().device.transact(&message));
    assert_eq!(set(fresh()), [0], "setPIN");
    group.bench_function("setPIN, protocol 2", |bencher| bencher.iter_batched(fresh, set, BatchSize::PerIteration));
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
    target: f64,
    raw: Box<dyn FnMut()>,
    command: Box<dyn FnMut()>,
}

impl Pair {
    fn measure(&mut self, criterion: &mut Criterion) {
        let mut group = criterion.benchmark_group(self.name);
        group.bench_function("raw", |bencher| bencher.iter(|| (self.raw)()));
        group.bench_function("command", |bencher| bencher.iter(|| (self.command)()));
    }

    /// Whether the ratio is what it should be, measured in turns so that a busy machine slows both sides alike.
    fn holds(&mut self) -> bool {
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
        let holds = ratio >= self.target;
        let Self { name, operation, target, .. } = self;
        let verdict = if holds { "holds" } else { "missed" };
        println!(
            "{name} / {operation}: {ratio:.2} (target: at least {target:.2}): {verdict}: {raw:.1?} of {command:.1?}"
        );
        holds
    }
}

fn time(call: &mut dyn FnMut(), times: u32) -> Duration {
    let begin = Instant::now();
    (0..times).for_each(|_| call());
    begin.elapsed()
}
