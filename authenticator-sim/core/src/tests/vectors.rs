//! WebAuthn L3's own vectors, byte for byte (vectors/webauthn-l3).

use std::boxed::Box;
use std::string::ToString;
use std::vec::Vec;

use keyrig_ctap::Aaguid;
use keyrig_ctap::attestation::AttestationObject;
use keyrig_ctap::profile::{Attestation, AttestationFormat, Backup, CredentialIdLengths, SignCount};
use keyrig_ctap::seal::{CannotVouch, Draft, Leaf, Seal, Sealed, Voucher};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::platform::{Key, chain, discoverable_request, get_request, passkey_provider};
use crate::attestation::certificate::{Attribute, Authority, Template, Usage, day};
use crate::entropy::Scripted;
use crate::provider::{Deterministic, p256_pair};
use crate::seal::Honest;
use crate::{Authenticator, Provider, Setup};

const NONE: &str = include_str!("../../../../vectors/webauthn-l3/none-es256.json");
const PACKED_SELF: &str = include_str!("../../../../vectors/webauthn-l3/packed-self-es256.json");
const PACKED: &str = include_str!("../../../../vectors/webauthn-l3/packed-es256.json");

struct Vector(Value);

impl Vector {
    fn new(text: &str) -> Self {
        Self(serde_json::from_str(text).unwrap())
    }

    fn bytes(&self, pointer: &str) -> Vec<u8> {
        let hex = self.0.pointer(pointer).and_then(Value::as_str).unwrap_or_else(|| panic!("{pointer}"));
        (0..hex.len() / 2).map(|i| u8::from_str_radix(&hex[2 * i..2 * i + 2], 16).unwrap()).collect()
    }

    fn hash(&self, pointer: &str) -> [u8; 32] {
        Sha256::digest(self.bytes(pointer)).into()
    }

    /// Runs registration and authentication, each with user verification or without and in its backup state.
    fn reproduce(&self, format: AttestationFormat, seal: Box<dyn Seal>, verify: [bool; 2], backup: [Backup; 2]) {
        let mut profile = passkey_provider();
        profile.aaguid = Aaguid(self.bytes("/registration/inputs/aaguid").try_into().unwrap());
        profile.attestation = Attestation::new(format, Some(chain("unused")));
        profile.sign_count = SignCount::Zero;
        profile.credential_id = CredentialIdLengths { server_side: 32, discoverable: 32 };
        profile.backup = backup[0];
        if verify == [false; 2] {
            profile.get_info.options.remove("uv");
        }
        let entropy = Scripted::new([
            self.bytes("/registration/inputs/credential_private_key"),
            self.bytes("/registration/inputs/credential_id"),
        ]);
        let setup = Setup::new(profile, Box::new(Deterministic), Box::new(entropy), seal);
        let mut key = Key::of(Authenticator::new(setup));

        let mut request = discoverable_request(1);
        request.client_data_hash = self.hash("/registration/inputs/client_data_json");
        request.options.uv = verify[0].then_some(true);
        let made = key.make(&request).unwrap();
        let (format, statement, auth_data) = (made.format, made.statement, made.auth_data);
        let object = AttestationObject { format, statement, auth_data, flaws: Vec::new() };
        assert_eq!(object.encode(), self.bytes("/registration/outputs/attestation_object"));

        let _ = key.authenticator.set_backup(backup[1]);
        let mut request = get_request(&[self.bytes("/registration/inputs/credential_id")]);
        request.client_data_hash = self.hash("/authentication/inputs/client_data_json");
        request.options.uv = verify[1].then_some(true);
        let got = key.get(&request).unwrap();
        assert_eq!(got.auth_data, self.bytes("/authentication/outputs/authenticator_data"));
        assert_eq!(got.signature, self.bytes("/authentication/outputs/signature"));
    }
}

const ELIGIBLE: Backup = Backup { eligible: true, state: false };
const BACKED_UP: Backup = Backup { eligible: true, state: true };

#[test]
fn none_es256() {
    Vector::new(NONE).reproduce(AttestationFormat::None, Box::new(Honest), [false; 2], [BACKED_UP, BACKED_UP]);
}

#[test]
fn packed_self_es256() {
    let vector = Vector::new(PACKED_SELF);
    vector.reproduce(AttestationFormat::PackedSelf, Box::new(Honest), [true, false], [BACKED_UP, ELIGIBLE]);
}

#[test]
fn packed_es256() {
    let vector = Vector::new(PACKED);
    let subject = |unit: &str| {
        let text = |attribute, text: &str| (attribute, text.to_string());
        Vec::from([
            text(Attribute::CommonName, "WebAuthn test vectors"),
            text(Attribute::Organization, "W3C"),
            text(Attribute::OrganizationalUnit, unit),
            text(Attribute::Country, "AA"),
        ])
    };
    let key = |pointer| p256::SecretKey::from_slice(&vector.bytes(pointer)).unwrap();
    let template = |unit, serial, ca| Template {
        subject: subject(unit),
        serial: vector.bytes(serial).try_into().unwrap(),
        not_before: day(2024, 1, 1),
        not_after: day(3024, 1, 1),
        ca,
        usage: if ca { Usage::Certificates } else { Usage::Statements },
        extensions: Vec::new(),
    };
    let authority = Authority {
        subject: subject("Authenticator Attestation CA"),
        key: key("/registration/inputs/attestation_ca_key"),
    };
    let serial = "/registration/inputs/attestation_ca_serial_number";
    let root = template("Authenticator Attestation CA", serial, true);
    let root = authority.issue(&root, &p256_pair(&authority.key).unwrap().public).unwrap();
    assert_eq!(root, vector.bytes("/registration/outputs/attestation_ca_cert"));

    let leaf_key = key("/registration/inputs/attestation_private_key");
    let serial = "/registration/inputs/attestation_cert_serial_number";
    let leaf = template("Authenticator Attestation", serial, false);
    let certificate = authority.issue(&leaf, &p256_pair(&leaf_key).unwrap().public).unwrap();
    let seal = Box::new(VectorSeal { leaf_key, certificate });
    vector.reproduce(AttestationFormat::Packed, seal, [true; 2], [ELIGIBLE, ELIGIBLE]);
}

/// Honest, with a leaf that the vector gives.
struct VectorSeal {
    leaf_key: p256::SecretKey,
    certificate: Vec<u8>,
}

impl Seal for VectorSeal {
    fn seal(&mut self, draft: Draft, voucher: &mut dyn Voucher) -> Result<Sealed, CannotVouch> {
        Honest.seal(draft, &mut VectorVoucher { seal: self, inner: voucher })
    }
}

struct VectorVoucher<'a> {
    seal: &'a VectorSeal,
    inner: &'a mut dyn Voucher,
}

impl Voucher for VectorVoucher<'_> {
    fn sign_as_credential(&mut self, message: &[u8]) -> Result<Vec<u8>, CannotVouch> {
        self.inner.sign_as_credential(message)
    }

    fn sign_as_leaf(&mut self, _leaf: &Leaf, message: &[u8]) -> Result<Vec<u8>, CannotVouch> {
        let pair = p256_pair(&self.seal.leaf_key).unwrap();
        Ok(Deterministic.sign(keyrig_ctap::cose::Algorithm::ES256, &pair.private, message).unwrap())
    }

    fn chain(&mut self, _leaf: &Leaf) -> Result<Vec<Vec<u8>>, CannotVouch> {
        Ok(Vec::from([self.seal.certificate.clone()]))
    }

    fn certify(
        &mut self,
        leaf: &Leaf,
        key: &keyrig_ctap::cose::PublicKey,
        proof: keyrig_ctap::seal::Proof<'_>,
    ) -> Result<Vec<Vec<u8>>, CannotVouch> {
        self.inner.certify(leaf, key, proof)
    }
}
