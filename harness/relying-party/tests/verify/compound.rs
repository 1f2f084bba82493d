//! Attacks on compound attestation.

use keyrig_ctap::attestation::AttestationObject;
use keyrig_ctap::cbor::Writer;
use keyrig_ctap::{Aaguid, ReasonClass};
use keyrig_relying_party::verify::{self, AcceptableAttestation, AttestationKind};

use crate::forge::{Registration, Statement, assert_refusal, chain_of, honest_leaf, registration_refused, signing_key};
use crate::{android_key, apple, tpm};

/// An array of members, each a format and a statement.
pub(crate) fn compound(members: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut out = Writer::new();
    out.array(members.len());
    for (format, statement) in members {
        out.map(2).text("fmt").text(format).text("attStmt").raw(statement);
    }
    out.into_bytes()
}

fn trusted() -> Statement {
    Statement::Packed(chain_of(&honest_leaf()))
}

/// A chain of an authority that nobody trusts.
fn stranger() -> Statement {
    Statement::Packed(vec![honest_leaf().sign(&signing_key(6))])
}

fn of(members: &[Statement]) -> Registration {
    Registration::honest(Statement::Compound(members.to_vec()))
}

#[test]
fn the_strongest_member_counts_wherever_it_stands() {
    use AttestationKind::{Basic, None, SelfAttested};
    let own = || Statement::PackedSelf;
    for (members, kind) in [
        ([Statement::None, Statement::None], None),
        ([Statement::None, own()], SelfAttested),
        ([own(), stranger()], Basic { trusted: false }),
        ([trusted(), stranger()], Basic { trusted: true }),
        ([stranger(), trusted()], Basic { trusted: true }),
        ([tpm::honest(), Statement::None], Basic { trusted: true }),
        ([android_key::honest(), apple::honest()], Basic { trusted: true }),
    ] {
        let verified = of(&members).outcome().expect("accepted");
        assert_eq!((verified.attestation.kind, verified.attestation.format.as_str()), (kind, "compound"));
        assert_eq!(verified.attestation.chain.is_empty(), !matches!(kind, Basic { .. }));
        assert!(!verified.aaguid_is_attested());
    }
}

#[test]
fn one_trusted_member_is_enough_and_without_it_the_best_one_says_why() {
    let strict = |members: &[Statement]| {
        let mut registration = of(members);
        registration.expected.attestation = AcceptableAttestation::TRUSTED;
        registration
    };
    for (others, class, reason) in [
        ([Statement::None, stranger()], ReasonClass::AttestationUntrusted, "attestation_issuer_signature"),
        ([Statement::None, Statement::PackedSelf], ReasonClass::AttestationUntrusted, "attestation_self"),
        ([Statement::None, Statement::None], ReasonClass::AttestationMissing, "attestation_none"),
    ] {
        let honest = strict(&[&others[..], &[trusted()]].concat());
        let attack = |r: &mut Registration| r.statement = Statement::Compound(others.to_vec());
        registration_refused(honest, attack, class, reason);
    }
}

#[test]
fn fewer_than_two_members_are_refused() {
    for members in [vec![], vec![trusted()]] {
        let attack = |r: &mut Registration| r.statement = Statement::Compound(members);
        let class = ReasonClass::AttestationMalformed;
        registration_refused(of(&[trusted(), Statement::None]), attack, class, "compound_too_few_members");
    }
}

#[test]
fn a_compound_statement_in_a_compound_statement_is_refused() {
    let inner = Statement::Compound(vec![trusted(), Statement::None]);
    let attack = |r: &mut Registration| r.statement = Statement::Compound(vec![trusted(), inner]);
    let class = ReasonClass::AttestationMalformed;
    registration_refused(of(&[trusted(), trusted()]), attack, class, "compound_in_compound");
}

#[test]
fn each_member_has_to_verify() {
    // The AAGUID changes for every member; the one leaf with an AAGUID does not.
    let attack = |r: &mut Registration| r.credential().aaguid = Aaguid([0xc9; 16]);
    for members in [[trusted(), Statement::PackedSelf], [Statement::PackedSelf, trusted()]] {
        let class = ReasonClass::AttestationAaguidMismatch;
        registration_refused(of(&members), attack, class, "attestation_aaguid_mismatch");
    }
}

/// Registers honestly with this statement in the attestation object.
#[track_caller]
fn statement_refused(statement: Vec<u8>, class: ReasonClass, reason: &str) {
    let honest = of(&[trusted(), Statement::None]);
    let mut response = honest.response();
    let object = AttestationObject::parse(&response.attestation_object).unwrap();
    response.attestation_object = AttestationObject { statement, ..object }.encode();
    assert_refusal(verify::registration(&honest.expected, &response).map(drop), class, reason);
}

#[test]
fn a_member_that_is_no_format_and_statement_is_refused() {
    let none = || ("none", vec![0xa0]);
    let class = ReasonClass::AttestationMalformed;
    for statement in [
        vec![0xa0],
        b"\x82\x00\x00".to_vec(),
        b"\x82\xa1\x63fmt\x64none\xa1\x63fmt\x64none".to_vec(),
        b"\x82\xa1\x67attStmt\xa0\xa1\x67attStmt\xa0".to_vec(),
        b"\x82\xa2\x63fmt\x01\x67attStmt\xa0\xa2\x63fmt\x01\x67attStmt\xa0".to_vec(),
        b"\x82\xa2\x63fmt\x64none\x67attStmt\xa0\xa3\x63fmt\x64none\x63foo\x00\x67attStmt\xa0".to_vec(),
        compound(&[none(), ("none", vec![0x80])]),
        compound(&[("none", b"\xa1\x63alg\x26".to_vec()), none()]),
    ] {
        statement_refused(statement, class, "attestation_statement_malformed");
    }
    for format in ["foo", "android-safetynet", ""] {
        let statement = compound(&[none(), (format, vec![0xa0])]);
        statement_refused(statement, ReasonClass::AttestationFormat, "attestation_format_not_supported");
    }
}
