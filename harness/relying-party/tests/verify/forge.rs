//! Ceremonies that are honest until a test changes one thing, before signing or after it.

use keyrig_ctap::attestation::AttestationObject;
use keyrig_ctap::auth_data::{AttestedCredential, AuthData, Flags};
use keyrig_ctap::cbor::Writer;
use keyrig_ctap::cose::{Algorithm, CoseKey, Curve, PublicKey};
use keyrig_ctap::{Aaguid, ReasonClass};
use keyrig_relying_party::Refusal;
use keyrig_relying_party::verify::{
    self, AcceptableAttestation, AttestationKind, AuthenticationExpectation, AuthenticationResponse, CredentialRecord,
    ExtensionExpectation, Framing, RegistrationExpectation, RegistrationResponse, SignCountPolicy, TrustAnchor,
    VerifiedAuthentication, VerifiedRegistration,
};
use p256::ecdsa::signature::Signer;
use p256::ecdsa::{Signature, SigningKey};
use serde_json::{Value, json};

use crate::android_key::AndroidKey;
use crate::apple::Apple;
use crate::certificate::Draft;
use crate::compound::compound;
use crate::tpm::Tpm;

/// 2026-05-26.
pub(crate) const NOW: u64 = 1_779_753_600;
pub(crate) const AAGUID: [u8; 16] = [0xa7; 16];
const CHALLENGE: [u8; 16] = [0x5a; 16];
/// [`CHALLENGE`] in base64url.
const CHALLENGE_TEXT: &str = "WlpaWlpaWlpaWlpaWlpaWg";
const RP_ID: &str = "corp.example.com";
pub(crate) const ORIGIN: &str = "https://corp.example.com";
pub(crate) const USER: &[u8] = b"alice's handle";

pub(crate) fn signing_key(seed: u8) -> SigningKey {
    SigningKey::from_slice(&[seed; 32]).unwrap()
}

pub(crate) fn credential_key() -> SigningKey {
    signing_key(1)
}

pub(crate) fn leaf_key() -> SigningKey {
    signing_key(2)
}

pub(crate) fn root_key() -> SigningKey {
    signing_key(3)
}

pub(crate) fn sign(key: &SigningKey, message: &[u8]) -> Vec<u8> {
    let signature: Signature = key.sign(message);
    signature.to_der().as_bytes().to_vec()
}

pub(crate) fn cose(key: &SigningKey) -> CoseKey {
    let point = key.verifying_key().to_sec1_point(false);
    let (x, y) = point.as_bytes()[1..].split_at(32);
    let key = PublicKey::Ec2 { curve: Curve::P256, x: x.to_vec(), y: y.to_vec() };
    CoseKey::from_bytes(&key.to_cose(Algorithm::ES256))
}

/// What vouches for the credential.
#[derive(Clone)]
pub(crate) enum Statement {
    None,
    PackedSelf,
    Packed(Vec<Vec<u8>>),
    U2f(Vec<Vec<u8>>),
    Tpm(Box<Tpm>),
    AndroidKey(Box<AndroidKey>),
    Apple(Box<Apple>),
    Compound(Vec<Statement>),
}

/// A registration to be.
#[derive(Clone)]
pub(crate) struct Registration {
    pub(crate) expected: RegistrationExpectation,
    pub(crate) client_data: Value,
    pub(crate) auth_data: AuthData,
    pub(crate) statement: Statement,
    pub(crate) client_extension_results: Value,
}

impl Registration {
    pub(crate) fn honest(statement: Statement) -> Self {
        let root = Draft::root(&root_key()).sign(&root_key());
        Self {
            expected: RegistrationExpectation {
                challenge: CHALLENGE.to_vec(),
                origins: vec!["https://www.corp.example.com".to_owned(), ORIGIN.to_owned()],
                rp_id: RP_ID.to_owned(),
                framing: Framing::SameOriginOnly,
                user_verification_required: true,
                algorithms: vec![Algorithm::ES256, Algorithm::EDDSA, Algorithm::RS256],
                conditional_create: false,
                extensions: ExtensionExpectation::default(),
                any_member_order: false,
                attestation: AcceptableAttestation::ANY,
                trust_anchors: vec![TrustAnchor::for_all(root)],
                now: NOW,
            },
            client_data: client_data("webauthn.create"),
            auth_data: AuthData {
                rp_id_hash: sha256(RP_ID.as_bytes()),
                flags: Flags::UP | Flags::UV | Flags::AT,
                sign_count: 3,
                attested: Some(AttestedCredential {
                    aaguid: Aaguid(AAGUID),
                    credential_id: vec![9; 32],
                    public_key: cose(&credential_key()),
                }),
                extensions: None,
                rest: vec![],
            },
            statement,
            client_extension_results: json!({}),
        }
    }

    pub(crate) fn credential(&mut self) -> &mut AttestedCredential {
        self.auth_data.attested.as_mut().unwrap()
    }

    pub(crate) fn response(&self) -> RegistrationResponse {
        let client_data_json = self.client_data.to_string().into_bytes();
        RegistrationResponse {
            raw_id: self.auth_data.attested.as_ref().map(|c| c.credential_id.clone()).unwrap_or_default(),
            attestation_object: self.attestation_object(&client_data_json).encode(),
            client_data_json,
            transports: vec!["usb".to_owned()],
            authenticator_attachment: Some("cross-platform".to_owned()),
            client_extension_results: self.client_extension_results.as_object().unwrap().clone(),
        }
    }

    pub(crate) fn attestation_object(&self, client_data_json: &[u8]) -> AttestationObject {
        let hash = sha256(client_data_json);
        let auth_data = self.auth_data.encode();
        let (format, statement) = self.encoded(&self.statement, &auth_data, &hash);
        AttestationObject { format: format.to_owned(), statement, auth_data, flaws: vec![] }
    }

    /// The format identifier and the statement.
    fn encoded(&self, statement: &Statement, auth_data: &[u8], hash: &[u8; 32]) -> (&'static str, Vec<u8>) {
        let signed = [auth_data, hash].concat();
        match statement {
            Statement::None => ("none", vec![0xa0]),
            Statement::PackedSelf => ("packed", packed(Algorithm::ES256, &sign(&credential_key(), &signed), None)),
            Statement::Packed(chain) => ("packed", packed(Algorithm::ES256, &sign(&leaf_key(), &signed), Some(chain))),
            Statement::U2f(chain) => ("fido-u2f", u2f(&sign(&leaf_key(), &self.u2f_data(hash)), chain)),
            Statement::Tpm(tpm) => ("tpm", tpm.encode(&signed)),
            Statement::AndroidKey(android) => ("android-key", android.encode(&signed, hash)),
            Statement::Apple(apple) => ("apple", apple.encode(&signed)),
            Statement::Compound(members) => {
                let members: Vec<_> = members.iter().map(|member| self.encoded(member, auth_data, hash)).collect();
                ("compound", compound(&members))
            }
        }
    }

    fn u2f_data(&self, hash: &[u8]) -> Vec<u8> {
        let credential = self.auth_data.attested.as_ref().unwrap();
        let Ok(PublicKey::Ec2 { x, y, .. }) = credential.public_key.public_key() else { return vec![] };
        [&[0], &self.auth_data.rp_id_hash[..], hash, &credential.credential_id, &[4], &x, &y].concat()
    }

    pub(crate) fn outcome(&self) -> Result<VerifiedRegistration, Refusal> {
        verify::registration(&self.expected, &self.response())
    }
}

/// The leaf straight from the trusted root.
pub(crate) fn chain_of(leaf: &Draft) -> Vec<Vec<u8>> {
    vec![leaf.sign(&root_key())]
}

pub(crate) fn honest_leaf() -> Draft {
    Draft::leaf(&leaf_key(), &Draft::root(&root_key()), AAGUID)
}

pub(crate) fn packed(algorithm: Algorithm, signature: &[u8], chain: Option<&[Vec<u8>]>) -> Vec<u8> {
    let mut out = Writer::new();
    out.map(if chain.is_some() { 3 } else { 2 });
    out.text("alg").int(algorithm.0).text("sig").bytes(signature);
    if let Some(chain) = chain {
        out.text("x5c").array(chain.len());
        for certificate in chain {
            out.bytes(certificate);
        }
    }
    out.into_bytes()
}

pub(crate) fn u2f(signature: &[u8], chain: &[Vec<u8>]) -> Vec<u8> {
    let mut out = Writer::new();
    out.map(2).text("sig").bytes(signature).text("x5c").array(chain.len());
    for certificate in chain {
        out.bytes(certificate);
    }
    out.into_bytes()
}

/// An authentication to be.
#[derive(Clone)]
pub(crate) struct Authentication {
    pub(crate) expected: AuthenticationExpectation,
    pub(crate) record: CredentialRecord,
    pub(crate) client_data: Value,
    pub(crate) auth_data: AuthData,
    pub(crate) key: SigningKey,
    pub(crate) raw_id: Vec<u8>,
    pub(crate) user_handle: Option<Vec<u8>>,
    pub(crate) client_extension_results: Value,
}

impl Authentication {
    /// By a user who was identified before, with `allowCredentials`.
    pub(crate) fn honest() -> Self {
        let raw_id = vec![9; 32];
        Self {
            expected: AuthenticationExpectation {
                challenge: CHALLENGE.to_vec(),
                origins: vec![ORIGIN.to_owned()],
                rp_id: RP_ID.to_owned(),
                framing: Framing::SameOriginOnly,
                user_verification_required: true,
                allow_credentials: vec![vec![8; 32], raw_id.clone()],
                identified_user: Some(USER.to_vec()),
                backup_state_is_policy: true,
                sign_count: SignCountPolicy::Refuse,
                app_id: None,
                extensions: ExtensionExpectation::default(),
            },
            record: CredentialRecord {
                id: raw_id.clone(),
                user_handle: USER.to_vec(),
                public_key: cose(&credential_key()),
                sign_count: 3,
                uv_initialized: true,
                backup_eligible: false,
                backup_state: false,
            },
            client_data: client_data("webauthn.get"),
            auth_data: AuthData {
                rp_id_hash: sha256(RP_ID.as_bytes()),
                flags: Flags::UP | Flags::UV,
                sign_count: 4,
                attested: None,
                extensions: None,
                rest: vec![],
            },
            key: credential_key(),
            raw_id,
            user_handle: None,
            client_extension_results: json!({}),
        }
    }

    /// By a user whom only the user handle identifies.
    pub(crate) fn discoverable() -> Self {
        let mut ceremony = Self { user_handle: Some(USER.to_vec()), ..Self::honest() };
        ceremony.expected.allow_credentials.clear();
        ceremony.expected.identified_user = None;
        ceremony
    }

    pub(crate) fn response(&self) -> AuthenticationResponse {
        let client_data_json = self.client_data.to_string().into_bytes();
        let authenticator_data = self.auth_data.encode();
        let signature = sign(&self.key, &[&authenticator_data[..], &sha256(&client_data_json)].concat());
        AuthenticationResponse {
            raw_id: self.raw_id.clone(),
            client_data_json,
            authenticator_data,
            signature,
            user_handle: self.user_handle.clone(),
            authenticator_attachment: None,
            client_extension_results: self.client_extension_results.as_object().unwrap().clone(),
        }
    }

    pub(crate) fn outcome(&self) -> Result<VerifiedAuthentication, Refusal> {
        verify::authentication(&self.expected, &self.record, &self.response())
    }
}

fn client_data(r#type: &str) -> Value {
    json!({"type": r#type, "challenge": CHALLENGE_TEXT, "origin": ORIGIN, "crossOrigin": false})
}

pub(crate) fn sha256(bytes: &[u8]) -> [u8; 32] {
    aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, bytes).as_ref().try_into().unwrap()
}

/// Asserts that the honest registration passes and that it is refused, in this class, once `attack` has changed it.
#[track_caller]
pub(crate) fn registration_refused(
    honest: Registration,
    attack: impl FnOnce(&mut Registration),
    class: ReasonClass,
    reason: &str,
) {
    honest.outcome().expect("the control is accepted");
    let mut forged = honest;
    attack(&mut forged);
    assert_refusal(forged.outcome().map(drop), class, reason);
}

/// Asserts that a registration with this statement is trusted, and no longer so without its root.
#[track_caller]
pub(crate) fn trusted_under_its_root_alone(statement: Statement) {
    let mut honest = Registration::honest(statement);
    honest.expected.attestation = AcceptableAttestation::TRUSTED;
    let verified = honest.outcome().expect("accepted");
    assert_eq!(verified.attestation.kind, AttestationKind::Basic { trusted: true });
    assert!(verified.aaguid_is_attested());
    let attack = |r: &mut Registration| r.expected.trust_anchors.clear();
    registration_refused(honest, attack, ReasonClass::AttestationUntrusted, "attestation_unknown_issuer");
}

/// Asserts that the honest authentication passes and that it is refused, in this class, once `attack` has changed it.
#[track_caller]
pub(crate) fn authentication_refused(
    honest: Authentication,
    attack: impl FnOnce(&mut Authentication),
    class: ReasonClass,
    reason: &str,
) {
    honest.outcome().expect("the control is accepted");
    let mut forged = honest;
    attack(&mut forged);
    assert_refusal(forged.outcome().map(drop), class, reason);
}

#[track_caller]
pub(crate) fn assert_refusal(outcome: Result<(), Refusal>, class: ReasonClass, reason: &str) {
    let refusal = outcome.expect_err("the attack is refused");
    assert_eq!((refusal.class, refusal.reason.as_str()), (class, reason), "{refusal}");
    assert!(refusal.step.starts_with("WebAuthn L3 §"), "{}", refusal.step);
    assert_eq!(refusal.status, 400);
}
