//! Any bytes as the JSON of a credential, and any authenticator data with any signature behind client data that is in
//! order: accepted or refused, never a panic.
#![no_main]

use keyrig_ctap::cose::{Algorithm, CoseKey, Curve, PublicKey};
use keyrig_fuzz::RP_ID_HASH;
use keyrig_relying_party::verify::{
    self, AuthenticationExpectation, AuthenticationResponse, CredentialRecord, RegistrationResponse,
};
use libfuzzer_sys::fuzz_target;

const CLIENT_DATA: &[u8] = br#"{"type":"webauthn.get","challenge":"AAAA","origin":"https://example.org"}"#;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(json) = serde_json::from_slice(bytes) {
        let _ = RegistrationResponse::from_json(&json);
        if let Ok(response) = AuthenticationResponse::from_json(&json) {
            sign_in(response);
        }
    }
    let (client_data_json, auth_data) = match bytes.split_first() {
        Some((0, rest)) => (rest, [&RP_ID_HASH[..], &[1, 0, 0, 0, 1]].concat()),
        Some((_, rest)) => (CLIENT_DATA, [&RP_ID_HASH[..], rest].concat()),
        None => return,
    };
    let accepted = sign_in(AuthenticationResponse {
        raw_id: vec![1],
        client_data_json: client_data_json.to_vec(),
        authenticator_data: auth_data,
        signature: bytes.to_vec(),
        ..Default::default()
    });
    assert!(!accepted, "nobody has signed this");
});

/// Whether an account's sign-in is accepted.
fn sign_in(response: AuthenticationResponse) -> bool {
    let expected = AuthenticationExpectation {
        challenge: vec![0; 3],
        origins: vec!["https://example.org".into()],
        rp_id: "example.org".into(),
        framing: Default::default(),
        user_verification_required: false,
        allow_credentials: Vec::new(),
        identified_user: Some(vec![1]),
        backup_state_is_policy: false,
        sign_count: Default::default(),
        app_id: None,
        extensions: Default::default(),
    };
    let record = CredentialRecord {
        id: response.raw_id.clone(),
        user_handle: vec![1],
        public_key: CoseKey::from_bytes(&key().to_cose(Algorithm::ES256)),
        sign_count: 0,
        uv_initialized: false,
        backup_eligible: false,
        backup_state: false,
    };
    verify::authentication(&expected, &record, &response).is_ok()
}

/// The generator of P-256, a point like any other.
fn key() -> PublicKey {
    let point = p256::AffinePoint::GENERATOR;
    let point = p256::PublicKey::from_affine(point).expect("it is on the curve");
    let encoded = point.to_sec1_bytes();
    PublicKey::Ec2 { curve: Curve::P256, x: encoded[1..33].to_vec(), y: encoded[33..65].to_vec() }
}
