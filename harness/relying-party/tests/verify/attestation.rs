//! Attacks on attestation statements, their certificates and the way to a trust anchor.

use keyrig_ctap::attestation::AttestationObject;
use keyrig_ctap::cbor::Writer;
use keyrig_ctap::cose::{Algorithm, CoseKey, Curve, PublicKey};
use keyrig_ctap::{Aaguid, ReasonClass};
use keyrig_relying_party::verify::{self, AcceptableAttestation, AttestationKind, TrustAnchor, VerifiedRegistration};
use p256::ecdsa::SigningKey;

use crate::certificate::{
    Draft, Extension, SUBJECT, aaguid_extension, bare_aaguid_extension, basic_constraints, certificate_policies,
    unknown_extension,
};
use crate::forge::{
    AAGUID, NOW, Registration, Statement, assert_refusal, chain_of, credential_key, honest_leaf, leaf_key, packed,
    registration_refused, root_key, sha256, sign, signing_key, u2f,
};

fn honest_packed() -> Registration {
    Registration::honest(Statement::Packed(chain_of(&honest_leaf())))
}

fn honest_u2f() -> Registration {
    let mut honest = Registration::honest(Statement::U2f(chain_of(&honest_leaf())));
    honest.credential().aaguid = Aaguid::ZERO;
    honest
}

fn kind(registration: &Registration) -> AttestationKind {
    registration.outcome().expect("accepted").attestation.kind
}

/// Registers honestly with another format and statement in the attestation object.
#[track_caller]
fn statement_refused(format: &str, statement: Vec<u8>, class: ReasonClass, reason: &str) {
    let honest = honest_packed();
    let mut response = honest.response();
    let object = honest.attestation_object(&response.client_data_json);
    response.attestation_object = AttestationObject { format: format.to_owned(), statement, ..object }.encode();
    assert_refusal(verify::registration(&honest.expected, &response).map(drop), class, reason);
}

/// What an attestation signature signs in [`honest_packed`].
fn signed() -> Vec<u8> {
    let honest = honest_packed();
    [honest.auth_data.encode(), sha256(&honest.response().client_data_json).to_vec()].concat()
}

#[test]
fn each_kind_is_told_apart() {
    assert_eq!(kind(&Registration::honest(Statement::None)), AttestationKind::None);
    assert_eq!(kind(&Registration::honest(Statement::PackedSelf)), AttestationKind::SelfAttested);
    assert_eq!(kind(&honest_packed()), AttestationKind::Basic { trusted: true });
    assert_eq!(kind(&honest_u2f()), AttestationKind::Basic { trusted: true });
}

#[test]
fn a_u2f_statement_or_a_chain_to_no_root_attests_no_aaguid() {
    assert!(honest_packed().outcome().unwrap().aaguid_is_attested());
    let mut stranger = honest_packed();
    stranger.expected.trust_anchors.clear();
    let others = [Registration::honest(Statement::None), Registration::honest(Statement::PackedSelf), stranger];
    for other in others.iter().chain([&honest_u2f()]) {
        assert!(!other.outcome().unwrap().aaguid_is_attested());
    }
}

#[test]
fn what_the_expectation_does_not_accept_is_refused() {
    let strict = |r: &mut Registration| r.expected.attestation = AcceptableAttestation::TRUSTED;
    let none = Registration::honest(Statement::None);
    registration_refused(none, strict, ReasonClass::AttestationMissing, "attestation_none");
    let own = Registration::honest(Statement::PackedSelf);
    registration_refused(own, strict, ReasonClass::AttestationUntrusted, "attestation_self");
    let mut honest = honest_packed();
    strict(&mut honest);
    let attack = |r: &mut Registration| r.expected.trust_anchors.clear();
    registration_refused(honest, attack, ReasonClass::AttestationUntrusted, "attestation_unknown_issuer");
}

#[test]
fn a_format_that_is_not_supported_is_refused() {
    for format in ["android-safetynet", "TPM", "foo", "Packed", ""] {
        let reason = "attestation_format_not_supported";
        statement_refused(format, vec![0xa0], ReasonClass::AttestationFormat, reason);
    }
}

#[test]
fn a_statement_under_none_is_refused() {
    let statement = packed(Algorithm::ES256, &sign(&leaf_key(), &signed()), Some(&chain_of(&honest_leaf())));
    statement_refused("none", statement, ReasonClass::AttestationMalformed, "attestation_statement_malformed");
}

#[test]
fn a_packed_statement_with_a_wrong_shape_is_refused() {
    let signature = sign(&leaf_key(), &signed());
    let built = |build: &dyn Fn(&mut Writer)| {
        let mut out = Writer::new();
        build(&mut out);
        out.into_bytes()
    };
    let statements = [
        vec![0xa0],
        vec![0x80],
        vec![0x00],
        packed(Algorithm::ES256, &signature, Some(&[])),
        built(&|out| _ = out.map(1).text("alg").int(-7)),
        built(&|out| _ = out.map(1).text("sig").bytes(&signature)),
        built(&|out| _ = out.map(2).text("alg").text("ES256").text("sig").bytes(&signature)),
        built(&|out| _ = out.map(2).text("alg").int(-7).text("sig").text("no")),
        built(&|out| _ = out.map(3).text("alg").int(-7).text("sig").bytes(&signature).text("x5c").bytes(&[])),
        built(&|out| _ = out.map(3).text("alg").int(-7).text("sig").bytes(&signature).text("x5c").array(1).null()),
        built(&|out| _ = out.map(3).text("alg").int(-7).text("sig").bytes(&signature).text("ecdaaKeyId").bytes(&[])),
    ];
    for statement in statements {
        statement_refused("packed", statement, ReasonClass::AttestationMalformed, "attestation_statement_malformed");
    }
}

#[test]
fn a_packed_signature_by_another_key_or_over_other_bytes_is_refused() {
    let chain = chain_of(&honest_leaf());
    let refused = |signature: &[u8], chain: Option<&[Vec<u8>]>| {
        let statement = packed(Algorithm::ES256, signature, chain);
        statement_refused("packed", statement, ReasonClass::AttestationSignature, "attestation_signature_invalid");
    };
    refused(&sign(&credential_key(), &signed()), Some(&chain));
    refused(&sign(&signing_key(7), &signed()), Some(&chain));
    refused(&sign(&leaf_key(), &[signed(), vec![0]].concat()), Some(&chain));
    refused(&[], Some(&chain));
    refused(&sign(&leaf_key(), &signed()), None);
    let mut another_ceremony = signed();
    *another_ceremony.last_mut().unwrap() ^= 1;
    refused(&sign(&leaf_key(), &another_ceremony), Some(&chain));
}

#[test]
fn a_packed_algorithm_that_is_not_the_keys_is_refused() {
    let signature = sign(&leaf_key(), &signed());
    let statement = packed(Algorithm::RS256, &signature, Some(&chain_of(&honest_leaf())));
    statement_refused("packed", statement, ReasonClass::AttestationSignature, "attestation_key_unfit");
    let statement = packed(Algorithm::ES384, &sign(&credential_key(), &signed()), None);
    statement_refused("packed", statement, ReasonClass::AttestationMalformed, "attestation_algorithm_mismatch");
}

#[track_caller]
fn leaf_refused(change: impl FnOnce(&mut Draft), class: ReasonClass, reason: &str) {
    let mut leaf = honest_leaf();
    change(&mut leaf);
    let attack = |r: &mut Registration| r.statement = Statement::Packed(chain_of(&leaf));
    registration_refused(honest_packed(), attack, class, reason);
}

#[test]
fn a_leaf_that_breaks_a_requirement_of_packed_is_refused() {
    use ReasonClass::AttestationCertificate as Class;
    leaf_refused(|leaf| (leaf.version, leaf.extensions) = (1, vec![]), Class, "certificate_version");
    let reasons = [
        "certificate_subject_country",
        "certificate_subject_organization",
        "certificate_subject_unit",
        "certificate_subject_common_name",
    ];
    for (oid, reason) in SUBJECT.into_iter().zip(reasons) {
        leaf_refused(|leaf| *leaf = leaf.clone().without_subject(oid), Class, reason);
    }
    leaf_refused(|leaf| leaf.subject[0].2 = "SWE".to_owned(), Class, "certificate_subject_country");
    leaf_refused(|leaf| leaf.subject[2].2 = "Attestation".to_owned(), Class, "certificate_subject_unit");
    leaf_refused(|leaf| leaf.extensions[0] = basic_constraints(true), Class, "certificate_is_ca");
    leaf_refused(|leaf| drop(leaf.extensions.remove(0)), Class, "certificate_basic_constraints");
    let garbage = |r: &mut Registration| r.statement = Statement::Packed(vec![vec![0x30, 0x00]]);
    registration_refused(honest_packed(), garbage, Class, "certificate_unreadable");
}

#[test]
fn a_leaf_with_a_key_that_cannot_be_read_is_refused() {
    // The point compressed (its first byte and half its length), and a key of a type that nobody knows.
    let compressed = |leaf: &mut Draft| {
        leaf.spki.truncate(leaf.spki.len() - 32);
        (leaf.spki[1], leaf.spki[24], leaf.spki[26]) = (0x39, 0x22, 0x02);
    };
    let unknown = |leaf: &mut Draft| leaf.spki[12] ^= 1;
    let class = ReasonClass::AttestationCertificate;
    leaf_refused(compressed, class, "certificate_key_unreadable");
    leaf_refused(unknown, class, "certificate_key_unreadable");
}

#[test]
fn an_aaguid_extension_that_is_wrong_is_refused_and_an_absent_one_is_not() {
    use ReasonClass::AttestationCertificate as Class;
    leaf_refused(
        |leaf| leaf.extensions[1] = aaguid_extension(&[0xb8; 16], false),
        ReasonClass::AttestationAaguidMismatch,
        "attestation_aaguid_mismatch",
    );
    leaf_refused(|leaf| leaf.extensions[1] = aaguid_extension(&AAGUID, true), Class, "certificate_aaguid_critical");
    leaf_refused(|leaf| leaf.extensions[1] = bare_aaguid_extension(&AAGUID), Class, "certificate_aaguid_malformed");
    leaf_refused(
        |leaf| leaf.extensions[1] = aaguid_extension(&AAGUID[1..], false),
        Class,
        "certificate_aaguid_malformed",
    );
    leaf_refused(|leaf| leaf.extensions.push(leaf.extensions[1].clone()), Class, "certificate_aaguid_twice");
    let mut leaf = honest_leaf();
    leaf.extensions.remove(1);
    let absent = Registration::honest(Statement::Packed(chain_of(&leaf)));
    assert_eq!(kind(&absent), AttestationKind::Basic { trusted: true });
}

#[test]
fn a_claimed_aaguid_that_the_leaf_is_not_for_is_refused() {
    let attack = |r: &mut Registration| r.credential().aaguid = Aaguid([0xc9; 16]);
    registration_refused(
        honest_packed(),
        attack,
        ReasonClass::AttestationAaguidMismatch,
        "attestation_aaguid_mismatch",
    );
}

/// Two authorities above the leaf: the certificates of the leaf, the intermediate and the root.
fn three_links() -> [Vec<u8>; 3] {
    let middle_key = signing_key(4);
    let root = Draft::root(&root_key());
    let middle = Draft::intermediate(&middle_key, &root);
    let leaf = Draft::leaf(&leaf_key(), &middle, AAGUID);
    [leaf.sign(&middle_key), middle.sign(&root_key()), root.sign(&root_key())]
}

fn strict(chain: Vec<Vec<u8>>) -> Registration {
    let mut registration = Registration::honest(Statement::Packed(chain));
    registration.expected.attestation = AcceptableAttestation::TRUSTED;
    registration
}

fn trusted(registration: &Registration) -> VerifiedRegistration {
    registration.outcome().expect("accepted")
}

#[test]
fn a_chain_with_an_intermediate_is_trusted_and_out_of_order_it_is_not() {
    let [leaf, middle, root] = three_links();
    let honest = strict(vec![leaf.clone(), middle.clone()]);
    assert_eq!(trusted(&honest).observations, []);
    let with_root = strict(vec![leaf.clone(), middle.clone(), root.clone()]);
    assert_eq!(trusted(&with_root).observations[0].name, "root_included");
    let attack = |r: &mut Registration| r.statement = Statement::Packed(vec![leaf, root, middle]);
    registration_refused(honest, attack, ReasonClass::AttestationUntrusted, "attestation_chain_order");
}

#[test]
fn a_chain_without_its_intermediate_is_untrusted() {
    let [leaf, middle, _] = three_links();
    let attack = |r: &mut Registration| r.statement = Statement::Packed(vec![leaf.clone()]);
    registration_refused(
        strict(vec![leaf.clone(), middle]),
        attack,
        ReasonClass::AttestationUntrusted,
        "attestation_unknown_issuer",
    );
}

#[test]
fn an_anchor_may_be_an_intermediate_or_the_leaf_itself() {
    let [leaf, middle, root] = three_links();
    for anchor in [&leaf, &middle, &root] {
        let mut honest = strict(vec![leaf.clone(), middle.clone()]);
        honest.expected.trust_anchors = vec![TrustAnchor::for_all(anchor.clone())];
        trusted(&honest);
        let attack = |r: &mut Registration| {
            r.expected.trust_anchors = vec![TrustAnchor { certificate: anchor.clone(), aaguids: Some(vec![]) }];
        };
        registration_refused(honest, attack, ReasonClass::AttestationUntrusted, "attestation_unknown_issuer");
    }
}

#[test]
fn a_leaf_that_is_its_own_anchor_includes_no_root() {
    let chain = chain_of(&honest_leaf());
    let mut honest = strict(chain.clone());
    honest.expected.trust_anchors = chain.into_iter().map(TrustAnchor::for_all).collect();
    assert_eq!(trusted(&honest).observations, []);
}

#[test]
fn an_anchor_for_another_model_does_not_count() {
    let mut honest = strict(chain_of(&honest_leaf()));
    honest.expected.trust_anchors[0].aaguids = Some(vec![Aaguid(AAGUID)]);
    let attack = |r: &mut Registration| r.expected.trust_anchors[0].aaguids = Some(vec![Aaguid([0xb8; 16])]);
    registration_refused(honest, attack, ReasonClass::AttestationUntrusted, "attestation_unknown_issuer");
}

#[test]
fn a_chain_that_is_no_path_to_an_anchor_does_not_count() {
    let impostor = signing_key(6);
    let attack = |r: &mut Registration| r.statement = Statement::Packed(vec![honest_leaf().sign(&impostor)]);
    let honest = strict(chain_of(&honest_leaf()));
    registration_refused(honest, attack, ReasonClass::AttestationUntrusted, "attestation_issuer_signature");

    // A CA as a FIDO U2F leaf: nothing but the path forbids it.
    let mut honest = honest_u2f();
    honest.expected.attestation = AcceptableAttestation::TRUSTED;
    let ca = Draft { extensions: vec![basic_constraints(true)], ..honest_leaf() };
    let attack = |r: &mut Registration| r.statement = Statement::U2f(chain_of(&ca));
    registration_refused(honest, attack, ReasonClass::AttestationUntrusted, "attestation_chain_invalid");
}

fn leaf_with(extension: Extension) -> Draft {
    let mut leaf = honest_leaf();
    leaf.extensions.push(extension);
    leaf
}

#[test]
fn critical_policies_are_accepted_and_other_critical_extensions_that_nobody_knows_are_not() {
    for extension in [certificate_policies(true), certificate_policies(false), unknown_extension(false)] {
        trusted(&strict(chain_of(&leaf_with(extension))));
    }
    let honest = strict(chain_of(&leaf_with(unknown_extension(false))));
    let attack = |r: &mut Registration| r.statement = Statement::Packed(chain_of(&leaf_with(unknown_extension(true))));
    registration_refused(honest, attack, ReasonClass::AttestationUntrusted, "attestation_chain_invalid");
}

#[test]
fn a_leaf_with_critical_policies_is_still_what_its_issuer_signed() {
    let policies = leaf_with(certificate_policies(true));
    let impostor = policies.sign(&signing_key(6));
    // The byte that says "critical", changed after signing.
    let mut changed = policies.sign(&root_key());
    let critical = [0x55, 0x1d, 32, 0x01, 1, 0xff];
    let at = changed.windows(critical.len()).position(|part| part == critical).unwrap() + critical.len() - 1;
    changed[at] = 0;
    for (leaf, reason) in [
        (impostor, "attestation_issuer_signature"),
        (changed, "attestation_issuer_signature"),
        (
            Draft { not_after: "20250101000000Z", ..policies.clone() }.sign(&root_key()),
            "attestation_certificate_expired",
        ),
    ] {
        let attack = |r: &mut Registration| r.statement = Statement::Packed(vec![leaf]);
        registration_refused(strict(chain_of(&policies)), attack, ReasonClass::AttestationUntrusted, reason);
    }
}

#[test]
fn a_leaf_outside_its_validity_is_untrusted() {
    let dated = |not_before, not_after| chain_of(&Draft { not_before, not_after, ..honest_leaf() });
    for (chain, reason) in [
        (dated("20240101000000Z", "20250101000000Z"), "attestation_certificate_expired"),
        (dated("20300101000000Z", "20540101000000Z"), "attestation_certificate_not_yet_valid"),
    ] {
        let attack = |r: &mut Registration| r.statement = Statement::Packed(chain);
        registration_refused(strict(chain_of(&honest_leaf())), attack, ReasonClass::AttestationUntrusted, reason);
    }
}

#[test]
fn an_expired_anchor_does_not_count_whether_root_or_leaf() {
    let short = Draft { not_after: "20260601000000Z", ..Draft::root(&root_key()) }.sign(&root_key());
    let leaf = Draft { not_after: "20260601000000Z", ..honest_leaf() }.sign(&root_key());
    for (chain, anchor, reason) in [
        (chain_of(&honest_leaf()), short, "attestation_unknown_issuer"),
        (vec![leaf.clone()], leaf, "attestation_certificate_expired"),
    ] {
        let mut honest = strict(chain);
        honest.expected.trust_anchors = vec![TrustAnchor::for_all(anchor)];
        let attack = |r: &mut Registration| r.expected.now = NOW + 30 * 24 * 60 * 60;
        registration_refused(honest, attack, ReasonClass::AttestationUntrusted, reason);
    }
}

#[test]
fn a_u2f_statement_without_exactly_one_p256_certificate_is_refused() {
    let chain = chain_of(&honest_leaf());
    let attack = |r: &mut Registration| r.statement = Statement::U2f([chain.clone(), chain].concat());
    registration_refused(honest_u2f(), attack, ReasonClass::AttestationMalformed, "u2f_not_one_certificate");
    let p384 = p384_leaf();
    let attack = |r: &mut Registration| r.statement = Statement::U2f(vec![p384]);
    registration_refused(honest_u2f(), attack, ReasonClass::AttestationCertificate, "u2f_certificate_key_not_p256");
}

/// A leaf whose key is the base point of P-384 (SEC 2, version 2.0, 2.5.1).
fn p384_leaf() -> Vec<u8> {
    let point = b"\xaa\x87\xca\x22\xbe\x8b\x05\x37\x8e\xb1\xc7\x1e\xf3\x20\xad\x74\x6e\x1d\x3b\x62\x8b\xa7\x9b\x98\
        \x59\xf7\x41\xe0\x82\x54\x2a\x38\x55\x02\xf2\x5d\xbf\x55\x29\x6c\x3a\x54\x5e\x38\x72\x76\x0a\xb7\
        \x36\x17\xde\x4a\x96\x26\x2c\x6f\x5d\x9e\x98\xbf\x92\x92\xdc\x29\xf8\xf4\x1d\xbd\x28\x9a\x14\x7c\
        \xe9\xda\x31\x13\xb5\xf0\xb8\xc0\x0a\x60\xb1\xce\x1d\x7e\x81\x9d\x7a\x43\x1d\x7c\x90\xea\x0e\x5f";
    let head = b"\x30\x76\x30\x10\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x05\x2b\x81\x04\x00\x22\x03\x62\x00\x04";
    Draft { spki: [&head[..], point].concat(), ..honest_leaf() }.sign(&root_key())
}

#[test]
fn a_u2f_statement_with_a_wrong_shape_is_refused() {
    let chain = chain_of(&honest_leaf());
    for statement in [vec![0xa0], u2f(&[1], &[]), packed(Algorithm::ES256, &[1], Some(&chain))] {
        let (class, reason) = (ReasonClass::AttestationMalformed, "attestation_statement_malformed");
        statement_refused("fido-u2f", statement, class, reason);
    }
}

#[test]
fn a_u2f_signature_over_another_credential_is_refused() {
    let honest = honest_u2f();
    let mut response = honest.response();
    let mut another = honest.clone();
    another.credential().credential_id = vec![8; 32];
    let object = another.attestation_object(&response.client_data_json);
    let auth_data = honest.auth_data.encode();
    response.attestation_object = AttestationObject { auth_data, ..object }.encode();
    let outcome = verify::registration(&honest.expected, &response).map(drop);
    assert_refusal(outcome, ReasonClass::AttestationSignature, "attestation_signature_invalid");
}

#[test]
fn a_u2f_statement_for_a_key_that_is_not_on_p256_is_refused() {
    let x = ed25519_key(&signing_key(1));
    let attack = |r: &mut Registration| {
        let key = PublicKey::Okp { curve: Curve::ED25519, x };
        r.credential().public_key = CoseKey::from_bytes(&key.to_cose(Algorithm::EDDSA));
    };
    registration_refused(honest_u2f(), attack, ReasonClass::AttestationMalformed, "u2f_credential_key_not_p256");
}

/// An Ed25519 public key from the bytes of another key.
fn ed25519_key(seed: &SigningKey) -> Vec<u8> {
    ed25519_dalek::SigningKey::from_bytes(&seed.to_bytes().into()).verifying_key().to_bytes().to_vec()
}

#[test]
fn an_aaguid_under_a_u2f_statement_is_an_observation() {
    let mut odd = honest_u2f();
    assert_eq!(odd.outcome().expect("accepted").observations, []);
    odd.credential().aaguid = Aaguid(AAGUID);
    let verified = odd.outcome().expect("accepted");
    assert_eq!(verified.observations[0].name, "u2f_with_aaguid");
    assert!(!verified.aaguid_is_attested());
}
