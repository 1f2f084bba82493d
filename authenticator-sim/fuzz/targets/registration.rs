//! Any bytes as attestation object, behind client data that is in order: accepted or refused, never a panic.
#![no_main]

use keyrig_ctap::attestation::AttestationObject;
use keyrig_ctap::auth_data::AuthData;
use keyrig_ctap::cose::Algorithm;
use keyrig_relying_party::verify::{self, RegistrationExpectation, RegistrationResponse, TrustAnchor};
use libfuzzer_sys::fuzz_target;

const CLIENT_DATA: &[u8] = br#"{"type":"webauthn.create","challenge":"AAAA","origin":"https://example.org"}"#;

fuzz_target!(|bytes: &[u8]| {
    let credential_id = AttestationObject::parse(bytes)
        .ok()
        .and_then(|object| AuthData::parse(&object.auth_data).ok()?.attested)
        .map(|attested| attested.credential_id);
    let expected = RegistrationExpectation {
        challenge: vec![0; 3],
        origins: vec!["https://example.org".into()],
        rp_id: "example.org".into(),
        framing: Default::default(),
        user_verification_required: false,
        algorithms: vec![Algorithm::ES256, Algorithm::EDDSA, Algorithm::RS256],
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
});
