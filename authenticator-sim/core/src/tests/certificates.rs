//! Who certifies what, as the certificates themselves say.

use std::string::ToString;
use std::vec::Vec;

use keyrig_ctap::cbor::{Fields, FlawKind, Tree, expect_array, expect_bytes};
use keyrig_ctap::message::make_credential::Response;
use keyrig_ctap::profile::{AttestationFormat, AuthorityKey, LeafSubject, Profile, TpmIdentity};
use keyrig_ctap::{Command, Status};
use x509_cert::Certificate;
use x509_cert::der::{Decode, Encode};

use super::platform::{Key, make_request, security_key};
use crate::attestation::{keys_are_at_hand, trust_anchors};

/// Its certificates, the leaf first.
fn certificates(key: &mut Key) -> Vec<Certificate> {
    let made = key.make(&make_request()).unwrap();
    let tree = Tree::parse(&made.statement).unwrap();
    let x5c = Fields::of(&tree.root, "attStmt").unwrap().text("x5c").unwrap();
    let der = expect_array(x5c, "x5c").unwrap().iter().map(|node| expect_bytes(node, "x5c").unwrap());
    der.map(|der| Certificate::from_der(der).unwrap()).collect()
}

fn leaf(profile: &Profile, seed: u8) -> Certificate {
    certificates(&mut Key::seeded(profile, [seed; 32])).remove(0)
}

fn of_batch(batch: u32) -> Profile {
    let mut profile = security_key();
    profile.attestation.chain.as_mut().unwrap().batch = batch;
    profile
}

#[test]
fn a_batch_shares_one_attestation_key_and_one_certificate() {
    let (one, sister, other) = (leaf(&of_batch(3), 1), leaf(&of_batch(3), 2), leaf(&of_batch(4), 1));
    assert_eq!(one, sister, "nothing in it tells keys of a batch, of 100,000 or more, apart (WebAuthn L3 §14.4.1)");
    let public = |certificate: &Certificate| certificate.tbs_certificate().subject_public_key_info().to_der().unwrap();
    assert_ne!(public(&one), public(&other));
    assert_ne!(one.tbs_certificate().serial_number(), other.tbs_certificate().serial_number());
    assert_eq!(one.tbs_certificate().issuer(), other.tbs_certificate().issuer());
    assert_ne!(public(&one), public(&leaf(&of_batch(0), 1)), "a product of one batch is not batch 3");
}

#[test]
fn authorities_have_the_keys_that_the_chain_names() {
    let oid = |certificate: &Certificate| certificate.signature_algorithm().oid.to_string();
    for (key, signs) in [
        (AuthorityKey::Es256, "1.2.840.10045.4.3.2"),
        (AuthorityKey::Es384, "1.2.840.10045.4.3.3"),
        (AuthorityKey::Rs256With2048Bits, "1.2.840.113549.1.1.11"),
    ] {
        let mut profile = security_key();
        let chain = profile.attestation.chain.as_mut().unwrap();
        (chain.root_key, chain.intermediates) = (key, ["Issuing CA".to_string()].to_vec());
        chain.intermediate_key = AuthorityKey::Es384;
        assert_eq!(keys_are_at_hand(chain), key != AuthorityKey::Rs256With2048Bits);
        let root = Certificate::from_der(&trust_anchors(chain)[0]).unwrap();
        let sent = certificates(&mut Key::new(&profile));
        assert_eq!(oid(&root), signs, "{key:?}: by itself");
        assert_eq!(oid(&sent[1]), signs, "{key:?}: the intermediate is signed by the root");
        assert_eq!(oid(&sent[0]), "1.2.840.10045.4.3.3", "the leaf is signed by the intermediate");
        assert_eq!(sent[1].tbs_certificate().issuer(), root.tbs_certificate().subject());
    }
}

#[test]
fn a_leaf_is_named_as_its_maker_names_them() {
    let name = |subject: LeafSubject| {
        let mut profile = security_key();
        profile.attestation.chain.as_mut().unwrap().subject = subject;
        leaf(&profile, 1).tbs_certificate().subject().to_string()
    };
    assert_eq!(name(LeafSubject::Packed), "CN=Leaf,OU=Authenticator Attestation,O=Maker,C=SE");
    assert_eq!(name(LeafSubject::CommonName), "CN=Leaf");
    let apple = name(LeafSubject::Apple);
    assert!(apple.starts_with("ST=California,O=Maker,OU=AAA Certification,CN="), "{apple}");
    assert_eq!(apple.rsplit('=').next().map(str::len), Some(64), "{apple}");
}

fn compound() -> Profile {
    let mut profile = security_key();
    profile.attestation.format = AttestationFormat::Compound;
    profile.attestation.members = [AttestationFormat::Tpm, AttestationFormat::Packed].to_vec();
    let tpm = ["id:494E5443", "model", "id:00010000"].map(ToString::to_string);
    let [manufacturer, model, version] = tpm;
    profile.attestation.chain.as_mut().unwrap().tpm = Some(TpmIdentity { manufacturer, model, version });
    profile
}

#[test]
fn a_platform_may_prefer_one_member_of_a_compound_statement() {
    for (preferred, expected) in [
        (&[][..], "compound"),
        (&["packed"], "packed"),
        (&["tpm", "packed"], "tpm"),
        (&["android-key", "packed", "tpm"], "packed"),
        (&["compound", "packed"], "compound"),
        (&["none"], "none"),
        (&["none", "packed"], "packed"),
        (&["android-key", "none"], "compound"),
        (&["android-key"], "compound"),
    ] {
        let mut request = make_request();
        request.attestation_formats = Some(preferred.iter().map(ToString::to_string).collect());
        let made = Key::new(&compound()).make(&request).unwrap();
        assert_eq!(made.format, expected, "{preferred:?}");
    }
}

#[test]
fn a_compound_statement_is_a_level_deeper_than_other_messages_and_a_member_alone_is_not() {
    let too_deep = |formats: &[&str]| {
        let mut request = make_request();
        request.attestation_formats = Some(formats.iter().map(ToString::to_string).collect());
        let (status, bytes) = Key::new(&compound()).command(Command::MAKE_CREDENTIAL, &request.encode());
        assert_eq!(status, Status::OK);
        assert!(Response::decode(&bytes).is_ok(), "{formats:?}");
        Tree::parse(&bytes).unwrap().flaws.into_iter().map(|flaw| flaw.kind).collect::<Vec<_>>()
    };
    assert_eq!(too_deep(&[]), [FlawKind::TooDeep; 2], "the x5c of each member");
    assert!(too_deep(&["packed"]).is_empty());
    assert!(too_deep(&["tpm"]).is_empty());
}
