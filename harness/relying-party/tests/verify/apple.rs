//! Attacks on Apple anonymous attestation.

use keyrig_ctap::ReasonClass;
use keyrig_ctap::cbor::Writer;

use crate::certificate::{Draft, apple_nonce, basic_constraints};
use crate::forge::{
    AAGUID, Registration, Statement, chain_of, credential_key, registration_refused, root_key, sha256, signing_key,
    trusted_under_its_root_alone,
};

/// An Apple statement to be.
#[derive(Clone)]
pub(crate) struct Apple {
    leaf: Draft,
    /// Another nonce than that of the ceremony.
    nonce: Option<Vec<u8>>,
    /// How many nonces the certificate has.
    nonces: usize,
    extra: bool,
}

pub(crate) fn honest() -> Statement {
    let leaf = Draft::leaf(&credential_key(), &Draft::root(&root_key()), AAGUID);
    let leaf = Draft { extensions: vec![basic_constraints(false)], ..leaf };
    Statement::Apple(Box::new(Apple { leaf, nonce: None, nonces: 1, extra: false }))
}

impl Apple {
    pub(crate) fn encode(&self, signed: &[u8]) -> Vec<u8> {
        let nonce = self.nonce.clone().unwrap_or_else(|| sha256(signed).to_vec());
        let mut leaf = self.leaf.clone();
        leaf.extensions.extend(vec![apple_nonce(&nonce); self.nonces]);
        let mut out = Writer::new();
        out.map(1 + usize::from(self.extra));
        if self.extra {
            out.text("alg").int(-7);
        }
        out.text("x5c").array(1).bytes(&chain_of(&leaf)[0]);
        out.into_bytes()
    }
}

#[track_caller]
fn refused(attack: impl FnOnce(&mut Apple), class: ReasonClass, reason: &str) {
    let attack = |r: &mut Registration| match &mut r.statement {
        Statement::Apple(apple) => attack(apple),
        _ => unreachable!(),
    };
    registration_refused(Registration::honest(honest()), attack, class, reason);
}

#[test]
fn an_honest_statement_is_trusted_and_without_its_root_it_is_not() {
    trusted_under_its_root_alone(honest());
}

#[test]
fn each_rule_broken_alone_is_refused() {
    use ReasonClass::{AttestationCertificate, AttestationMalformed};
    refused(|apple| apple.extra = true, AttestationMalformed, "attestation_statement_malformed");
    refused(|apple| apple.nonces = 0, AttestationCertificate, "certificate_nonce_missing");
    refused(|apple| apple.nonces = 2, AttestationCertificate, "certificate_extension_twice");
    for nonce in [vec![], vec![7; 32], sha256(b"another ceremony").to_vec()] {
        refused(|apple| apple.nonce = Some(nonce), AttestationCertificate, "certificate_nonce_differs");
    }
    let another = Draft::leaf(&signing_key(7), &Draft::root(&root_key()), AAGUID).spki;
    refused(|apple| apple.leaf.spki = another, AttestationCertificate, "certificate_key_differs");
}

#[test]
fn a_nonce_that_is_longer_than_the_hash_is_refused() {
    let mut registration = Registration::honest(honest());
    let hash = sha256(&registration.response().client_data_json);
    let nonce = sha256(&[registration.auth_data.encode(), hash.to_vec()].concat());
    let set = |r: &mut Registration, nonce: Vec<u8>| match &mut r.statement {
        Statement::Apple(apple) => apple.nonce = Some(nonce),
        _ => unreachable!(),
    };
    set(&mut registration, nonce.to_vec());
    let attack = |r: &mut Registration| set(r, [&nonce[..], &[0]].concat());
    registration_refused(registration, attack, ReasonClass::AttestationCertificate, "certificate_nonce_differs");
}
