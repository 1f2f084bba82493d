//! Any bytes as attestation object, or as a key of any algorithm in one that is in order, behind client data that is in
//! order: accepted or refused, never a panic.
#![no_main]

use keyrig_ctap::Aaguid;
use keyrig_ctap::attestation::AttestationObject;
use keyrig_ctap::auth_data::{AttestedCredential, AuthData, Flags};
use keyrig_ctap::cose::{Algorithm, CoseKey, Curve, PublicKey};
use keyrig_fuzz::RP_ID_HASH;
use keyrig_relying_party::verify::{self, RegistrationExpectation, RegistrationResponse, TrustAnchor};
use libfuzzer_sys::fuzz_target;

const CLIENT_DATA: &[u8] = br#"{"type":"webauthn.create","challenge":"AAAA","origin":"https://example.org"}"#;

fuzz_target!(|bytes: &[u8]| {
    // No attestation object begins with so small a number.
    match bytes.split_first() {
        Some((&which, numbers)) if usize::from(which) < Algorithm::NAMED.len() => {
            register(&object(Algorithm::NAMED[usize::from(which)], numbers));
        }
        _ => register(bytes),
    }
});

/// An object without attestation around a key of `numbers`.
fn object(algorithm: Algorithm, numbers: &[u8]) -> Vec<u8> {
    let auth_data = AuthData {
        rp_id_hash: RP_ID_HASH,
        flags: Flags::UP | Flags::AT,
        sign_count: 0,
        attested: Some(AttestedCredential {
            aaguid: Aaguid::ZERO,
            credential_id: vec![1; 16],
            public_key: CoseKey::from_bytes(&key(algorithm, numbers).to_cose(algorithm)),
        }),
        extensions: None,
        rest: Vec::new(),
    };
    let (format, statement) = ("none".to_owned(), vec![0xa0]);
    AttestationObject { format, statement, auth_data: auth_data.encode(), flaws: Vec::new() }.encode()
}

fn key(algorithm: Algorithm, numbers: &[u8]) -> PublicKey {
    let (x, y) = numbers.split_at(numbers.len() / 2);
    let ec2 = |curve| PublicKey::Ec2 { curve, x: x.to_vec(), y: y.to_vec() };
    let okp = |curve| PublicKey::Okp { curve, x: numbers.to_vec() };
    match algorithm.in_webauthn() {
        Algorithm::ES256 => ec2(Curve::P256),
        Algorithm::ES384 => ec2(Curve::P384),
        Algorithm::ES512 => ec2(Curve::P521),
        Algorithm::ES256K => ec2(Curve::SECP256K1),
        Algorithm::EDDSA => okp(Curve::ED25519),
        Algorithm::ED448 => okp(Curve::ED448),
        Algorithm::RS256 | Algorithm::PS256 | Algorithm::RS1 => {
            let (n, e) = numbers.split_at(numbers.len().saturating_sub(3));
            PublicKey::Rsa { n: n.to_vec(), e: e.to_vec() }
        }
        _ => PublicKey::Akp { public: numbers.to_vec() },
    }
}

fn register(bytes: &[u8]) {
    let credential_id = AttestationObject::parse(bytes)
        .ok()
        .and_then(|object| AuthData::parse(&object.auth_data).ok()?.attested)
        .map(|attested| attested.credential_id);
    let expected = RegistrationExpectation {
        challenge: vec![0; 3],
        origins: vec!["https://example.org".into()],
        rp_id: "example.org".into(),
        any_member_order: bytes.first().is_some_and(|byte| byte % 2 == 1),
        framing: Default::default(),
        user_verification_required: false,
        algorithms: Algorithm::NAMED.to_vec(),
        conditional_create: true,
        extensions: Default::default(),
        attestation: Default::default(),
        trust_anchors: vec![TrustAnchor::for_all(bytes.to_vec())],
        now: 1_800_000_000,
    };
    let response = RegistrationResponse {
        raw_id: credential_id.unwrap_or_default(),
        client_data_json: CLIENT_DATA.to_vec(),
        attestation_object: bytes.to_vec(),
        ..Default::default()
    };
    let _ = verify::registration(&expected, &response);
}
