//! An authenticator and its client in one: a P-256 key that answers options.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as B64;
use keyrig_ctap::Aaguid;
use keyrig_ctap::attestation::AttestationObject;
use keyrig_ctap::auth_data::{AttestedCredential, AuthData, Flags};
use keyrig_ctap::cbor::Writer;
use keyrig_ctap::cose::{Algorithm, CoseKey, Curve, PublicKey};
use p256::ecdsa::signature::Signer;
use p256::ecdsa::{Signature, SigningKey};
use serde_json::{Value, json};

use crate::certificate::Draft;

pub(crate) const YUBIKEY: &str = "2fc0579f-8113-47ea-b116-bb5a8db9202a";
pub(crate) const FEITIAN: &str = "833b721a-ff5f-4d00-bb2e-bdda3ec01e29";
pub(crate) const BLOCKED: &str = "adce0002-35bc-c60a-648b-0b25f1f05503";
pub(crate) const ICLOUD: &str = "fbfc3007-154e-4ecc-8c0b-6e020557d7bd";
pub(crate) const MANAGED: &str = "dd4ec289-e01d-41c9-bb89-70fa845d4bf2";
pub(crate) const ORIGIN: &str = "https://corp.example.com";

/// What vouches for the authenticator.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Attests {
    /// Nothing.
    Not,
    /// The credential key.
    Itself,
    /// A certificate under the root that the relying party trusts.
    Trusted,
    /// A certificate under a root that nobody knows.
    Rogue,
}

/// A credential and everything about it that can be a lie.
#[derive(Clone, Debug)]
pub(crate) struct Authenticator {
    pub(crate) key: SigningKey,
    pub(crate) id: Vec<u8>,
    pub(crate) aaguid: Aaguid,
    pub(crate) attests: Attests,
    pub(crate) flags: Flags,
    pub(crate) sign_count: u32,
    pub(crate) transports: Vec<&'static str>,
    pub(crate) attachment: &'static str,
    pub(crate) origin: &'static str,
    pub(crate) user_handle: Option<String>,
}

impl Authenticator {
    /// A security key of this type that attests.
    pub(crate) fn key(seed: u8, aaguid: &str) -> Self {
        Self {
            key: SigningKey::from_slice(&[seed; 32]).unwrap(),
            id: vec![seed; 32],
            aaguid: aaguid.parse().unwrap(),
            attests: Attests::Trusted,
            flags: Flags::UP | Flags::UV,
            sign_count: 1,
            transports: vec!["usb", "nfc"],
            attachment: "cross-platform",
            origin: ORIGIN,
            user_handle: None,
        }
    }

    /// A credential of a provider that synchronises it.
    pub(crate) fn synced(seed: u8, aaguid: &str) -> Self {
        Self {
            attests: Attests::Not,
            flags: Flags::UP | Flags::UV | Flags::BE | Flags::BS,
            sign_count: 0,
            transports: vec!["internal", "hybrid"],
            attachment: "platform",
            ..Self::key(seed, aaguid)
        }
    }

    pub(crate) fn id_text(&self) -> String {
        B64.encode(&self.id)
    }

    /// The public key as U2F writes it.
    pub(crate) fn point_text(&self) -> String {
        B64.encode(self.key.verifying_key().to_sec1_point(false).as_bytes())
    }

    /// `RegistrationResponseJSON` for these options.
    pub(crate) fn create(&mut self, options: &Value) -> Value {
        self.user_handle = options["user"]["id"].as_str().map(str::to_owned);
        let client_data = self.client_data("webauthn.create", options);
        let auth_data = AuthData {
            rp_id_hash: sha256(options["rp"]["id"].as_str().unwrap_or_default().as_bytes()),
            flags: self.flags | Flags::AT,
            sign_count: self.sign_count,
            attested: Some(AttestedCredential {
                aaguid: self.aaguid,
                credential_id: self.id.clone(),
                public_key: cose(&self.key),
            }),
            extensions: None,
            rest: Vec::new(),
        }
        .encode();
        let signed = [&auth_data[..], &sha256(client_data.as_bytes())].concat();
        let (format, statement) = self.statement(&signed);
        let object = AttestationObject { format: format.to_owned(), statement, auth_data, flaws: Vec::new() };
        json!({
            "id": self.id_text(), "rawId": self.id_text(), "type": "public-key",
            "authenticatorAttachment": self.attachment,
            "response": {
                "clientDataJSON": B64.encode(client_data),
                "attestationObject": B64.encode(object.encode()),
                "transports": self.transports,
            },
            "clientExtensionResults": {"credProps": {"rk": true}},
        })
    }

    /// `AuthenticationResponseJSON` for these options. A counter that counts goes on counting.
    pub(crate) fn get(&mut self, options: &Value) -> Value {
        self.sign_count += u32::from(self.sign_count > 0);
        let client_data = self.client_data("webauthn.get", options);
        let auth_data = AuthData {
            rp_id_hash: sha256(options["rpId"].as_str().unwrap_or_default().as_bytes()),
            flags: self.flags,
            sign_count: self.sign_count,
            attested: None,
            extensions: None,
            rest: Vec::new(),
        }
        .encode();
        let signature = sign(&self.key, &[&auth_data[..], &sha256(client_data.as_bytes())].concat());
        json!({
            "id": self.id_text(), "type": "public-key",
            "response": {
                "clientDataJSON": B64.encode(client_data),
                "authenticatorData": B64.encode(auth_data),
                "signature": B64.encode(signature),
                "userHandle": self.user_handle,
            },
            "getClientExtensionResults": {},
        })
    }

    fn client_data(&self, kind: &str, options: &Value) -> String {
        json!({"type": kind, "challenge": options["challenge"], "origin": self.origin, "crossOrigin": false})
            .to_string()
    }

    fn statement(&self, signed: &[u8]) -> (&'static str, Vec<u8>) {
        let mut out = Writer::new();
        match self.attests {
            Attests::Not => {
                out.map(0);
                return ("none", out.into_bytes());
            }
            Attests::Itself => {
                out.map(2).text("alg").int(-7).text("sig").bytes(&sign(&self.key, signed));
            }
            Attests::Trusted | Attests::Rogue => {
                let root = if self.attests == Attests::Trusted { root_key() } else { signing_key(201) };
                let leaf = Draft::leaf(&signing_key(202), &Draft::root(&root), self.aaguid.0).sign(&root);
                out.map(3).text("alg").int(-7).text("sig").bytes(&sign(&signing_key(202), signed));
                out.text("x5c").array(1).bytes(&leaf);
            }
        }
        ("packed", out.into_bytes())
    }
}

/// The root that the relying party trusts, in PEM.
pub(crate) fn root_pem() -> String {
    let der = Draft::root(&root_key()).sign(&root_key());
    let text = base64::prelude::BASE64_STANDARD.encode(der);
    let lines: Vec<&str> = text.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect();
    format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", lines.join("\n"))
}

fn root_key() -> SigningKey {
    signing_key(200)
}

fn signing_key(seed: u8) -> SigningKey {
    SigningKey::from_slice(&[seed; 32]).unwrap()
}

fn sign(key: &SigningKey, message: &[u8]) -> Vec<u8> {
    let signature: Signature = key.sign(message);
    signature.to_der().as_bytes().to_vec()
}

fn cose(key: &SigningKey) -> CoseKey {
    let point = key.verifying_key().to_sec1_point(false);
    let (x, y) = point.as_bytes()[1..].split_at(32);
    let key = PublicKey::Ec2 { curve: Curve::P256, x: x.to_vec(), y: y.to_vec() };
    CoseKey::from_bytes(&key.to_cose(Algorithm::ES256))
}

fn sha256(bytes: &[u8]) -> [u8; 32] {
    aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, bytes).as_ref().try_into().unwrap()
}
