//! Who issues the examples' certificates, and the seal that uses them.

use std::string::{String, ToString};
use std::vec::Vec;

use keyrig_ctap::cose::{Algorithm, PublicKey};
use keyrig_ctap::profile::TpmIdentity;
use keyrig_ctap::seal::{CannotVouch, Draft, Leaf, Proof, Role, Seal, Sealed, Statement, Tpm, Voucher};
use x509_cert::ext::Extension;

use super::example::{Example, File};
use crate::Provider;
use crate::attestation::certificate::{Attribute, Authority, Template, Usage, day};
use crate::attestation::{IssuingKey, KeyDescription, extension};
use crate::provider::{Deterministic, KeyPair};
use crate::seal::Honest;

/// The one root of the examples.
#[derive(Clone)]
pub(super) struct Issuer {
    authority: Authority,
    key: PublicKey,
    serial: [u8; 16],
}

impl Issuer {
    pub(super) fn of(file: &File<'_>) -> Self {
        let scalar = file.bytes("/root/seeds/privateKey/value");
        let key = Deterministic::import(Algorithm::ES256, &scalar).unwrap().public;
        let subject = subject("Authenticator Attestation CA");
        let authority = Authority { subject, key: IssuingKey::P256(p256::SecretKey::from_slice(&scalar).unwrap()) };
        Self { authority, key, serial: file.bytes("/root/seeds/serialNumber/value").try_into().unwrap() }
    }

    pub(super) fn root(&self) -> Vec<u8> {
        let subject = self.authority.subject.clone();
        self.issue(template(subject, self.serial, Usage::Certificates, Vec::new()), &self.key)
    }

    fn issue(&self, template: Template, key: &PublicKey) -> Vec<u8> {
        self.authority.issue(&template, key).unwrap()
    }
}

fn subject(unit: &str) -> Vec<(Attribute, String)> {
    let text = |attribute, text: &str| (attribute, text.to_string());
    Vec::from([
        text(Attribute::CommonName, "WebAuthn test vectors"),
        text(Attribute::Organization, "W3C"),
        text(Attribute::OrganizationalUnit, unit),
        text(Attribute::Country, "AA"),
    ])
}

fn template(subject: Vec<(Attribute, String)>, serial: [u8; 16], usage: Usage, extensions: Vec<Extension>) -> Template {
    let (not_before, not_after) = (day(2024, 1, 1), day(3024, 1, 1));
    Template { subject, serial, not_before, not_after, ca: usage == Usage::Certificates, usage, extensions }
}

/// Honest, with the example's certificate and the example's TPM.
pub(super) struct VectorSeal {
    issuer: Issuer,
    serial: [u8; 16],
    /// The key of a certificate that is not for the credential's.
    pair: Option<KeyPair>,
}

impl VectorSeal {
    pub(super) fn new(issuer: &Issuer, example: &Example<'_>) -> Self {
        let serial = example.maybe_seed("/registration", "attestationSerialNumber");
        let secret = example.maybe_seed("/registration", "attestationPrivateKey");
        Self {
            issuer: issuer.clone(),
            serial: serial.map_or([0; 16], |serial| serial.try_into().unwrap()),
            pair: secret.map(|secret| Deterministic::import(Algorithm::ES256, &secret).unwrap()),
        }
    }

    fn leaf(&self, role: Role, key: &PublicKey, extensions: Vec<Extension>) -> Vec<Vec<u8>> {
        let subject = if role == Role::Tpm { Vec::new() } else { subject("Authenticator Attestation") };
        Vec::from([self.issuer.issue(template(subject, self.serial, Usage::Statements, extensions), key)])
    }
}

impl Seal for VectorSeal {
    fn seal(&mut self, mut draft: Draft, voucher: &mut dyn Voucher) -> Result<Sealed, CannotVouch> {
        if let Statement::Tpm { tpm, .. } = &mut draft.statement {
            *tpm = example_tpm();
        }
        Honest.seal(draft, &mut VectorVoucher { seal: self, inner: voucher })
    }
}

fn example_tpm() -> Tpm {
    Tpm {
        magic: Tpm::GENERATED,
        clock: 0,
        reset_count: 0x1111_1111,
        restart_count: 0x2222_2222,
        safe: 0x33,
        firmware_version: 0,
        // `sign` alone.
        object_attributes: 0x0004_0000,
        auth_policy: Vec::new(),
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

    fn sign_as_leaf(&mut self, leaf: &Leaf, message: &[u8]) -> Result<Vec<u8>, CannotVouch> {
        let pair = self.seal.pair.as_ref().unwrap();
        Ok(Deterministic.sign(leaf.algorithm, &pair.private, message).unwrap())
    }

    fn chain(&mut self, leaf: &Leaf) -> Result<Vec<Vec<u8>>, CannotVouch> {
        let tpm = TpmIdentity {
            manufacturer: "id:00000000".to_string(),
            model: "WebAuthn test vectors".to_string(),
            version: "id:00000000".to_string(),
        };
        let extensions = if leaf.role == Role::Tpm { extension::tpm(&tpm).unwrap().to_vec() } else { Vec::new() };
        Ok(self.seal.leaf(leaf.role, &self.seal.pair.as_ref().unwrap().public, extensions))
    }

    fn certify(&mut self, leaf: &Leaf, key: &PublicKey, proof: Proof<'_>) -> Result<Vec<Vec<u8>>, CannotVouch> {
        let proof = match proof {
            Proof::AndroidChallenge(challenge) => {
                KeyDescription::of_challenge_alone(challenge).and_then(|description| description.to_extension())
            }
            Proof::AppleNonce(nonce) => extension::apple_nonce(nonce),
        };
        Ok(self.seal.leaf(leaf.role, key, Vec::from([proof.unwrap()])))
    }
}
