//! One registration with each attestation and one authentication, for every algorithm and by both providers, as a line
//! of JSON each: byte strings in hexadecimal, for verifiers that nobody here wrote.
//!
//! `cargo run --package keyrig-device --example algorithms`

#[path = "../tests/platform/mod.rs"]
mod platform;

use keyrig_core::provider::ALGORITHMS;
use keyrig_ctap::attestation::AttestationObject;
use keyrig_ctap::cose::Algorithm;
use keyrig_ctap::message::make_credential;
use keyrig_ctap::profile::{AttestationFormat, Profile};
use keyrig_device::{InProcess, profiles};
use platform::{HASH, Platform};
use serde_json::{Value, json};

/// The profile that has every algorithm.
const EVERYTHING: &str = "ctap-2.3-everything";

fn main() {
    let product = profiles::find(EVERYTHING).expect("the profile is embedded");
    let mut own = product.clone();
    own.attestation.format = AttestationFormat::PackedSelf;
    for &algorithm in ALGORITHMS {
        println!("{}", ceremonies("deterministic", [product, &own].map(deterministic), algorithm));
        println!("{}", ceremonies("aws-lc", [product, &own].map(aws_lc), algorithm));
    }
}

fn deterministic(profile: &Profile) -> Platform {
    Platform::new(InProcess::plug(profile, [7; 32], |honest| honest))
}

fn aws_lc(profile: &Profile) -> Platform {
    Platform::new(InProcess::plug_fast(profile, |honest| honest))
}

/// Registers at the product and at one that attests itself, and signs in at the latter.
fn ceremonies(provider: &str, [mut product, mut own]: [Platform; 2], algorithm: Algorithm) -> Value {
    let (by_leaf, _) = product.register(algorithm, false);
    let (by_itself, _) = own.register(algorithm, true);
    let (assertion, _) = own.authenticate(None);
    let credentials = own.device.credentials();
    json!({
        "provider": provider,
        "algorithm": algorithm.0,
        "name": algorithm.name(),
        "clientDataHash": hex(&HASH),
        "attestedByLeaf": object(by_leaf),
        "attestedByItself": object(by_itself),
        "privateKey": hex(credentials[0].private_key.pkcs8()),
        "authenticatorData": hex(&assertion.auth_data),
        "signature": hex(&assertion.signature),
    })
}

fn object(response: make_credential::Response) -> String {
    let make_credential::Response { format, statement, auth_data, .. } = response;
    hex(&AttestationObject { format, statement, auth_data, flaws: Vec::new() }.encode())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
