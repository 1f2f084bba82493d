//! The W3C's own examples, ceremony by ceremony.

#![expect(clippy::unwrap_used, reason = "in a test, a panic is the report")]

use keyrig_ctap::attestation::AttestationObject;
use keyrig_ctap::auth_data::{AuthData, Flags};
use keyrig_ctap::cose::Algorithm;
use keyrig_relying_party::verify::{
    self, AcceptableAttestation, AttestationKind, AuthenticationExpectation, AuthenticationResponse, CredentialRecord,
    ExtensionExpectation, Framing, RegistrationExpectation, RegistrationResponse, SignCountPolicy, TrustAnchor,
};
use serde::Deserialize;

const VECTORS: &str = include_str!("../../../vectors/webauthn-l3/relying-party.json");
/// 2026-05-26, within the validity of every certificate.
const NOW: u64 = 1_779_753_600;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct File {
    rp_id: String,
    origin: String,
    trust_anchor: Hex,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Case {
    section: String,
    format: String,
    attestation: String,
    #[serde(default)]
    framed: bool,
    top_origin: Option<String>,
    registration: Registration,
    authentication: Authentication,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Registration {
    challenge: Hex,
    credential_id: Hex,
    #[serde(rename = "clientDataJSON")]
    client_data_json: Hex,
    attestation_object: Hex,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Authentication {
    challenge: Hex,
    #[serde(rename = "clientDataJSON")]
    client_data_json: Hex,
    authenticator_data: Hex,
    signature: Hex,
}

#[derive(Deserialize)]
#[serde(try_from = "String")]
struct Hex(Vec<u8>);

impl TryFrom<String> for Hex {
    type Error = std::num::ParseIntError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        (0..text.len() / 2).map(|i| u8::from_str_radix(&text[2 * i..2 * i + 2], 16)).collect::<Result<_, _>>().map(Self)
    }
}

fn file() -> File {
    serde_json::from_str(VECTORS).unwrap()
}

impl Case {
    fn framing(&self) -> Framing {
        match self.framed {
            false => Framing::SameOriginOnly,
            true => Framing::Under { top_origins: self.top_origin.iter().cloned().collect() },
        }
    }

    fn registration(&self, file: &File) -> (RegistrationExpectation, RegistrationResponse) {
        let expected = RegistrationExpectation {
            challenge: self.registration.challenge.0.clone(),
            origins: vec![file.origin.clone()],
            rp_id: file.rp_id.clone(),
            framing: self.framing(),
            user_verification_required: false,
            algorithms: [-7, -8, -35, -36, -53, -257].map(Algorithm).to_vec(),
            conditional_create: false,
            extensions: ExtensionExpectation::default(),
            any_member_order: false,
            attestation: AcceptableAttestation::ANY,
            trust_anchors: vec![TrustAnchor::for_all(file.trust_anchor.0.clone())],
            now: NOW,
        };
        let response = RegistrationResponse {
            raw_id: self.registration.credential_id.0.clone(),
            client_data_json: self.registration.client_data_json.0.clone(),
            attestation_object: self.registration.attestation_object.0.clone(),
            ..RegistrationResponse::default()
        };
        (expected, response)
    }

    /// The record that the registration leaves.
    fn record(&self) -> CredentialRecord {
        let object = AttestationObject::parse(&self.registration.attestation_object.0).unwrap();
        let auth_data = AuthData::parse(&object.auth_data).unwrap();
        let credential = auth_data.attested.unwrap();
        CredentialRecord {
            id: credential.credential_id,
            user_handle: b"user".to_vec(),
            public_key: credential.public_key,
            sign_count: auth_data.sign_count,
            uv_initialized: auth_data.flags.contains(Flags::UV),
            backup_eligible: auth_data.flags.contains(Flags::BE),
            backup_state: auth_data.flags.contains(Flags::BS),
        }
    }

    fn authentication(&self, file: &File) -> (AuthenticationExpectation, AuthenticationResponse) {
        let id = self.registration.credential_id.0.clone();
        let expected = AuthenticationExpectation {
            challenge: self.authentication.challenge.0.clone(),
            origins: vec![file.origin.clone()],
            rp_id: file.rp_id.clone(),
            framing: self.framing(),
            user_verification_required: false,
            allow_credentials: vec![id.clone()],
            identified_user: Some(b"user".to_vec()),
            backup_state_is_policy: true,
            sign_count: SignCountPolicy::Refuse,
            app_id: None,
            extensions: ExtensionExpectation::default(),
        };
        let response = AuthenticationResponse {
            raw_id: id,
            client_data_json: self.authentication.client_data_json.0.clone(),
            authenticator_data: self.authentication.authenticator_data.0.clone(),
            signature: self.authentication.signature.0.clone(),
            ..AuthenticationResponse::default()
        };
        (expected, response)
    }
}

#[test]
fn each_registration_vector_verifies() {
    let file = file();
    for case in &file.cases {
        let (expected, response) = case.registration(&file);
        let verified = verify::registration(&expected, &response);
        let verified = verified.unwrap_or_else(|refusal| panic!("{}: {refusal}", case.section));
        let kind = match case.attestation.as_str() {
            "none" => AttestationKind::None,
            "self-attested" => AttestationKind::SelfAttested,
            "trusted" => AttestationKind::Basic { trusted: true },
            other => panic!("{}: {other:?}", case.section),
        };
        assert_eq!(verified.attestation.kind, kind, "{}: {:?}", case.section, verified.attestation);
        assert_eq!(verified.attestation.format, case.format, "{}", case.section);
        assert_eq!(verified.record(b"user".to_vec()), case.record(), "{}", case.section);
    }
    println!("vectors: webauthn-l3 registrations at the relying party: {} reproduced, 0 differ", file.cases.len());
}

#[test]
fn each_authentication_vector_verifies() {
    let file = file();
    for case in &file.cases {
        let (expected, response) = case.authentication(&file);
        let verified = verify::authentication(&expected, &case.record(), &response);
        verified.unwrap_or_else(|refusal| panic!("{}: {refusal}", case.section));
    }
    println!("vectors: webauthn-l3 authentications at the relying party: {} reproduced, 0 differ", file.cases.len());
}

#[test]
fn no_vector_verifies_with_a_byte_changed_in_what_is_signed() {
    let file = file();
    for case in &file.cases {
        let (expected, mut response) = case.authentication(&file);
        // The last byte of the counter: nothing but the signature protects it.
        response.authenticator_data[36] ^= 1;
        let expected = AuthenticationExpectation { sign_count: SignCountPolicy::Ignore, ..expected };
        let refusal = verify::authentication(&expected, &case.record(), &response).unwrap_err();
        assert_eq!(refusal.class.as_str(), "signature", "{}", case.section);
    }
}

#[test]
fn every_vector_with_a_certificate_is_untrusted_without_its_root_or_after_its_time() {
    let file = file();
    for case in file.cases.iter().filter(|case| case.attestation == "trusted") {
        let (expected, response) = case.registration(&file);
        let without = RegistrationExpectation { trust_anchors: vec![], ..expected.clone() };
        let late = RegistrationExpectation { now: 40_000_000_000, ..expected };
        for expected in [without, late] {
            let verified = verify::registration(&expected, &response).unwrap();
            assert_eq!(verified.attestation.kind, AttestationKind::Basic { trusted: false }, "{}", case.section);
            let strict = RegistrationExpectation { attestation: AcceptableAttestation::TRUSTED, ..expected };
            let refusal = verify::registration(&strict, &response).unwrap_err();
            assert_eq!(refusal.class.as_str(), "attestation-untrusted", "{}", case.section);
        }
    }
}
