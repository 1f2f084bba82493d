//! makeCredential and getAssertion, CBOR in to CBOR out, beside the raw operation of AWS-LC; and what PINs cost.

#[expect(dead_code, reason = "nothing has to be below a limit here")]
mod measure;
#[path = "../tests/platform/mod.rs"]
mod platform;

use std::hint::black_box;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair};
use keyrig_ctap::Command;
use keyrig_ctap::cose::Algorithm;
use keyrig_ctap::message::client_pin::{Permissions, Request, Subcommand};
use keyrig_ctap::pin_uv_auth::{Protocol, pin_hash};
use keyrig_device::in_process::InProcess;
use keyrig_device::profiles;
use measure::{Beside, Target};
use platform::{PIN, Platform, RP_ID, new_pin};

/// Authenticator data without a credential, and the client data hash.
const SIGNED_AT_LOGIN: usize = 37 + 32;

/// Authenticator data with a credential, whose id is 20 bytes long and whose key is on P-256, and the client data hash.
const SIGNED_AT_REGISTRATION: usize = 37 + 16 + 2 + 20 + 77 + 32;

fn main() -> ExitCode {
    // Raw time / command time: 1.00 where a command costs no more than its cryptography.
    let assertion = beside(
        "getAssertion: one ES256 signature / command",
        &mut raw_signature(),
        &mut get_assertion(),
        Target::AtLeast(0.90),
    );
    let registration = beside(
        "makeCredential, packed with a chain: ES256 key pair and signature / command",
        &mut raw_key_pair_and_signature(),
        &mut make_credential(),
        Target::AtLeast(0.80),
    );
    for protocol in [Protocol::One, Protocol::Two] {
        pin_flows(protocol);
    }
    if assertion && registration { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn beside(what: &str, raw: &mut dyn FnMut(), command: &mut dyn FnMut(), target: Target) -> bool {
    let times = Beside::in_turns(raw, command);
    measure::judge(what, times.ratio(), &format!(" ({:.1?} of {:.1?})", times.one, times.other), target)
}

/// What AWS-LC does when nobody stands before it.
fn raw_signature() -> impl FnMut() {
    signature_of(SIGNED_AT_LOGIN)
}

fn raw_key_pair_and_signature() -> impl FnMut() {
    let mut sign = signature_of(SIGNED_AT_REGISTRATION);
    move || {
        drop(black_box(key_pair()));
        sign();
    }
}

fn signature_of(length: usize) -> impl FnMut() {
    let (pair, random, message) = (key_pair(), SystemRandom::new(), vec![0x5a; length]);
    move || {
        let _ = black_box(pair.sign(&random, black_box(&message)));
    }
}

fn key_pair() -> EcdsaKeyPair {
    EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).expect("AWS-LC has P-256")
}

/// What a key does in each dialogue about PINs; the platform's half is not counted.
fn pin_flows(protocol: Protocol) {
    let mut platform = authenticator("yubikey-5-nfc-5.7");
    let listed = |name: &str, took: Duration| {
        measure::list(&format!("{name}, protocol {}", protocol.number()), format!("{took:.1?}"))
    };
    let key_agreement = Request { protocol: Some(protocol.number()), ..Request::new(Subcommand::GET_KEY_AGREEMENT) };
    listed("getKeyAgreement", again_and_again(&mut platform, &key_agreement));

    let (secret, key) = platform.agree_by(protocol);
    let proved = Request {
        protocol: Some(protocol.number()),
        key_agreement: Some(key.clone()),
        pin_hash_enc: Some(secret.encrypt(&pin_hash(PIN.as_bytes())[..], [3; 16]).expect("one block")),
        ..Request::new(Subcommand::GET_PIN_TOKEN)
    };
    listed("getPinToken", again_and_again(&mut platform, &proved));
    let with_permissions = Request {
        subcommand: Subcommand::GET_TOKEN_USING_PIN,
        permissions: Some(Permissions::GA),
        rp_id: Some(RP_ID.to_owned()),
        ..proved.clone()
    };
    listed("getPinUvAuthTokenUsingPinWithPermissions", again_and_again(&mut platform, &with_permissions));
    let new_pin = new_pin(&secret);
    let hash = proved.pin_hash_enc.clone().unwrap_or_default();
    let change = Request {
        subcommand: Subcommand::CHANGE_PIN,
        pin_uv_auth_param: Some(secret.authenticate(&[&new_pin, &hash])),
        new_pin_enc: Some(new_pin),
        ..proved
    };
    listed("changePIN", again_and_again(&mut platform, &change));
    listed("setPIN", measure::median(|| first_pin(&mut platform, protocol)));

    let mut platform = authenticator("ctap-2.3-everything");
    let (_, key) = platform.agree_by(protocol);
    let by_finger = Request {
        subcommand: Subcommand::GET_TOKEN_USING_UV,
        key_agreement: Some(key),
        pin_hash_enc: None,
        ..with_permissions
    };
    listed("getPinUvAuthTokenUsingUvWithPermissions", again_and_again(&mut platform, &by_finger));
}

/// The median time of a dialogue that can be had again and again.
fn again_and_again(platform: &mut Platform, request: &Request) -> Duration {
    let message = [&[Command::CLIENT_PIN.0], &request.encode()[..]].concat();
    measure::median(|| answered(platform, &message))
}

/// The time of a setPIN, on a key that was reset for it.
fn first_pin(platform: &mut Platform, protocol: Protocol) -> Duration {
    platform.ok(Command::RESET, &[]);
    let request = platform.set_pin_request(protocol);
    answered(platform, &[&[Command::CLIENT_PIN.0], &request.encode()[..]].concat())
}

fn answered(platform: &mut Platform, message: &[u8]) -> Duration {
    let begin = Instant::now();
    let answer = black_box(platform.device.transact(black_box(message)));
    let took = begin.elapsed();
    assert_eq!(answer.first(), Some(&0), "the dialogue succeeds");
    took
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
