//! Attacks on Android key attestation.

use keyrig_ctap::ReasonClass;
use keyrig_ctap::cbor::Writer;
use keyrig_ctap::cose::Algorithm;
use p256::ecdsa::SigningKey;

use crate::certificate::{Draft, basic_constraints, key_description, tlv};
use crate::forge::{
    AAGUID, Registration, Statement, chain_of, credential_key, registration_refused, root_key, sign, signing_key,
    trusted_under_its_root_alone,
};

/// An Android key statement to be.
#[derive(Clone)]
pub(crate) struct AndroidKey {
    algorithm: Algorithm,
    signer: SigningKey,
    leaf: Draft,
    /// Another challenge than the client data hash.
    challenge: Option<Vec<u8>>,
    software: Vec<u8>,
    tee: Vec<u8>,
    /// How many key descriptions the certificate has.
    descriptions: usize,
    /// Members to leave out.
    without: Option<&'static str>,
}

pub(crate) fn honest() -> Statement {
    Statement::AndroidKey(Box::new(AndroidKey {
        algorithm: Algorithm::ES256,
        signer: credential_key(),
        leaf: leaf_for(&credential_key()),
        challenge: None,
        software: vec![],
        tee: [purpose(&[2]), origin(0)].concat(),
        descriptions: 1,
        without: None,
    }))
}

fn leaf_for(key: &SigningKey) -> Draft {
    let leaf = Draft::leaf(key, &Draft::root(&root_key()), AAGUID);
    Draft { extensions: vec![basic_constraints(false)], ..leaf }
}

impl AndroidKey {
    pub(crate) fn encode(&self, signed: &[u8], hash: &[u8]) -> Vec<u8> {
        let challenge = self.challenge.as_deref().unwrap_or(hash);
        let description = key_description(challenge, &self.software, &self.tee);
        let mut leaf = self.leaf.clone();
        leaf.extensions.extend(vec![description; self.descriptions]);
        let members: Vec<_> = ["alg", "sig", "x5c"].into_iter().filter(|name| self.without != Some(name)).collect();
        let mut out = Writer::new();
        out.map(members.len());
        for member in members {
            match member {
                "alg" => out.text(member).int(self.algorithm.0),
                "sig" => out.text(member).bytes(&sign(&self.signer, signed)),
                _ => out.text(member).array(1).bytes(&chain_of(&leaf)[0]),
            };
        }
        out.into_bytes()
    }
}

/// `purpose [1] EXPLICIT SET OF INTEGER`.
fn purpose(purposes: &[u8]) -> Vec<u8> {
    let members: Vec<u8> = purposes.iter().flat_map(|purpose| tlv(0x02, &[*purpose])).collect();
    tlv(0xa1, &tlv(0x31, &members))
}

/// `origin [702] EXPLICIT INTEGER`.
fn origin(origin: u8) -> Vec<u8> {
    [&[0xbf, 0x85, 0x3e, 3][..], &tlv(0x02, &[origin])].concat()
}

/// `allApplications [600] EXPLICIT NULL`.
const ALL_APPLICATIONS: &[u8] = &[0xbf, 0x84, 0x58, 2, 5, 0];

fn change(registration: &mut Registration, attack: impl FnOnce(&mut AndroidKey)) {
    match &mut registration.statement {
        Statement::AndroidKey(android) => attack(android),
        _ => unreachable!(),
    }
}

#[track_caller]
fn refused(attack: impl FnOnce(&mut AndroidKey), class: ReasonClass, reason: &str) {
    registration_refused(Registration::honest(honest()), |r| change(r, attack), class, reason);
}

#[test]
fn an_honest_statement_is_trusted_and_without_its_root_it_is_not() {
    trusted_under_its_root_alone(honest());
}

#[test]
fn a_statement_without_one_of_its_members_is_refused() {
    for member in ["alg", "sig", "x5c"] {
        let (class, reason) = (ReasonClass::AttestationMalformed, "attestation_statement_malformed");
        refused(|android| android.without = Some(member), class, reason);
    }
}

#[test]
fn a_signature_by_another_key_or_of_another_algorithm_is_refused() {
    let class = ReasonClass::AttestationSignature;
    refused(|android| android.signer = signing_key(7), class, "attestation_signature_invalid");
    refused(|android| android.algorithm = Algorithm::RS256, class, "attestation_key_unfit");
}

#[test]
fn a_certificate_for_another_key_is_refused_also_where_that_key_signs() {
    let attack = |android: &mut AndroidKey| {
        (android.signer, android.leaf) = (signing_key(7), leaf_for(&signing_key(7)));
    };
    refused(attack, ReasonClass::AttestationCertificate, "certificate_key_differs");
}

#[test]
fn a_key_description_that_is_not_for_this_registration_is_refused() {
    let class = ReasonClass::AttestationCertificate;
    refused(|android| android.descriptions = 0, class, "certificate_key_description");
    refused(|android| android.descriptions = 2, class, "certificate_extension_twice");
    refused(|android| android.tee = vec![0x30], class, "certificate_key_description");
    for challenge in [vec![], vec![7; 32]] {
        refused(|android| android.challenge = Some(challenge), class, "certificate_challenge_differs");
    }
}

#[test]
fn a_key_that_others_may_use_or_that_does_more_than_sign_is_refused_by_either_list() {
    let refused = |list: &[u8], reason| {
        refused(|android| android.software = list.to_vec(), ReasonClass::AttestationCertificate, reason);
        let attack = |android: &mut AndroidKey| {
            android.tee = list.to_vec();
            android.software = [purpose(&[2]), origin(0)].concat();
        };
        self::refused(attack, ReasonClass::AttestationCertificate, reason);
    };
    refused(ALL_APPLICATIONS, "android_all_applications");
    // Derived, imported, unknown, securely imported.
    for kind in 1..5 {
        refused(&origin(kind), "android_origin");
    }
    // Decrypt; sign and verify; nothing; sign twice.
    for purposes in [&[1][..], &[2, 3], &[], &[2, 2]] {
        refused(&purpose(purposes), "android_purpose");
    }
}

#[test]
fn either_list_may_say_it_and_neither_has_to() {
    let whole = [purpose(&[2]), origin(0)].concat();
    for (software, tee) in
        [(whole.clone(), vec![]), (purpose(&[2]), origin(0)), (whole.clone(), whole), (vec![], vec![])]
    {
        let mut odd = Registration::honest(honest());
        change(&mut odd, |android| (android.software, android.tee) = (software, tee));
        odd.outcome().expect("accepted");
    }
}
