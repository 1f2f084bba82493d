//! Attacks on the authenticator data and the attestation object of a registration.

use keyrig_ctap::ReasonClass;
use keyrig_ctap::attestation::AttestationObject;
use keyrig_ctap::auth_data::Flags;
use keyrig_relying_party::verify::{self, RegistrationResponse, Unsolicited};
use serde_json::json;

use crate::forge::{Registration, Statement, assert_refusal, registration_refused, sha256};

/// Every statement, since none of them may open a way around these checks.
fn honest() -> Vec<Registration> {
    [Statement::None, Statement::PackedSelf].map(Registration::honest).to_vec()
}

#[track_caller]
fn refused(attack: impl Fn(&mut Registration), class: ReasonClass, reason: &str) {
    for honest in honest() {
        registration_refused(honest, &attack, class, reason);
    }
}

#[test]
fn authenticator_data_for_another_relying_party_is_refused() {
    for rp_id in ["evil.example", "example.com", "sub.corp.example.com"] {
        let attack = |r: &mut Registration| r.auth_data.rp_id_hash = sha256(rp_id.as_bytes());
        refused(attack, ReasonClass::RpId, "rp_id_hash_mismatch");
    }
}

#[test]
fn an_absent_user_is_refused_unless_the_create_was_conditional() {
    let attack = |r: &mut Registration| r.auth_data.flags = r.auth_data.flags.without(Flags::UP);
    refused(attack, ReasonClass::UserNotPresent, "user_not_present");
    for mut conditional in honest() {
        attack(&mut conditional);
        conditional.expected.conditional_create = true;
        conditional.outcome().expect("accepted");
    }
}

#[test]
fn an_unverified_user_is_refused_where_verification_is_required() {
    let attack = |r: &mut Registration| r.auth_data.flags = r.auth_data.flags.without(Flags::UV);
    refused(attack, ReasonClass::UserNotVerified, "user_not_verified");
    for mut preferred in honest() {
        attack(&mut preferred);
        preferred.expected.user_verification_required = false;
        assert!(!preferred.outcome().expect("accepted").record(vec![]).uv_initialized);
    }
}

#[test]
fn backup_state_without_eligibility_is_refused() {
    let attack = |r: &mut Registration| r.auth_data.flags |= Flags::BS;
    refused(attack, ReasonClass::BackupStateImpossible, "backup_state_without_eligibility");
    for mut synced in honest() {
        synced.auth_data.flags |= Flags::BE | Flags::BS;
        let verified = synced.outcome().expect("accepted");
        assert!(verified.backup_eligible() && verified.backup_state());
    }
}

#[test]
fn reserved_bits_are_an_observation_only() {
    for mut odd in honest() {
        assert_eq!(odd.outcome().expect("accepted").observations, []);
        odd.auth_data.flags |= Flags::RFU1 | Flags::RFU2;
        let observations = odd.outcome().expect("accepted").observations;
        assert_eq!(observations.iter().map(|o| o.name).collect::<Vec<_>>(), ["reserved_flag_bits"]);
    }
}

#[test]
fn leftover_bytes_are_refused() {
    let attack = |r: &mut Registration| r.auth_data.rest = vec![0];
    refused(attack, ReasonClass::Malformed, "authenticator_data_leftover");
    // Extensions that the flags do not announce are leftover bytes too.
    let attack = |r: &mut Registration| r.auth_data.extensions = Some(vec![0xa0]);
    refused(attack, ReasonClass::Malformed, "authenticator_data_leftover");
}

#[test]
fn parts_that_the_flags_announce_and_that_are_missing_are_refused() {
    let attack = |r: &mut Registration| r.auth_data.flags |= Flags::ED;
    refused(attack, ReasonClass::Malformed, "authenticator_data_unreadable");
    let attack = |r: &mut Registration| {
        r.auth_data.flags = r.auth_data.flags.without(Flags::AT);
        r.auth_data.attested = None;
    };
    registration_refused(
        Registration::honest(Statement::None),
        attack,
        ReasonClass::Malformed,
        "attested_credential_missing",
    );
}

#[test]
fn another_credential_id_outside_than_inside_is_refused() {
    for honest in honest() {
        let response = RegistrationResponse { raw_id: vec![8; 32], ..honest.response() };
        let outcome = verify::registration(&honest.expected, &response).map(drop);
        assert_refusal(outcome, ReasonClass::Malformed, "credential_id_differs");
    }
}

#[test]
fn a_credential_id_of_1024_bytes_is_refused_and_one_of_1023_is_not() {
    for mut honest in honest() {
        honest.credential().credential_id = vec![9; 1023];
        let attack = |r: &mut Registration| r.credential().credential_id = vec![9; 1024];
        registration_refused(honest, attack, ReasonClass::CredentialIdLength, "credential_id_too_long");
    }
}

#[test]
fn the_refusal_of_a_known_credential_id_names_its_step() {
    assert_refusal(Err(verify::credential_exists()), ReasonClass::CredentialExists, "credential_exists");
}

/// Registers with the attestation object's bytes changed; `None` without attestation signs nothing of them.
#[track_caller]
fn object_refused(change: impl FnOnce(&AttestationObject) -> Vec<u8>) {
    let honest = Registration::honest(Statement::None);
    let mut response = honest.response();
    let object = AttestationObject::parse(&response.attestation_object).unwrap();
    response.attestation_object = change(&object);
    let outcome = verify::registration(&honest.expected, &response).map(drop);
    assert_refusal(outcome, ReasonClass::Malformed, "attestation_object_unreadable");
}

#[test]
fn another_order_of_members_passes_where_the_policy_lets_it_and_nothing_else_does() {
    let mut honest = Registration::honest(Statement::None);
    honest.expected.any_member_order = true;
    let object = AttestationObject::parse(&honest.response().attestation_object).unwrap();
    let auth_data = [&b"\x68authData\x58"[..], &[object.auth_data.len() as u8], &object.auth_data].concat();
    let with = |members: &[&[u8]]| {
        let mut response = honest.response();
        response.attestation_object = members.concat();
        verify::registration(&honest.expected, &response).map(drop)
    };
    with(&[b"\xa3", &auth_data, b"\x63fmt\x64none", b"\x67attStmt\xa0"]).unwrap();
    for wrong in [
        &[&b"\xa3"[..], &auth_data, b"\x63fmt\x64none", b"\x63fmt\x64none"][..],
        &[b"\xbf", &auth_data, b"\x63fmt\x64none", b"\x67attStmt\xa0", b"\xff"],
        &[b"\xa3", &auth_data, b"\x63fmt\x64none", b"\x67attStmt\xa0", b"\x00"],
    ] {
        assert_refusal(with(wrong), ReasonClass::Malformed, "attestation_object_unreadable");
    }
}

#[test]
fn an_attestation_object_that_is_not_canonical_is_refused() {
    let member = |name: &str, value: &[u8]| [&[0x60 + name.len() as u8], name.as_bytes(), value].concat();
    let fmt = member("fmt", b"\x64none");
    let statement = member("attStmt", &[0xa0]);
    let auth_data = |object: &AttestationObject| {
        let length = u16::try_from(object.auth_data.len()).unwrap().to_be_bytes();
        let head = if length[0] == 0 { vec![0x58, length[1]] } else { vec![0x59, length[0], length[1]] };
        member("authData", &[&head[..], &object.auth_data].concat())
    };
    object_refused(|o| [o.encode(), vec![0]].concat());
    object_refused(|o| [&[0xa4][..], &fmt, &fmt, &statement, &auth_data(o)].concat());
    object_refused(|o| [&[0xa3][..], &statement, &fmt, &auth_data(o)].concat());
    object_refused(|o| [&[0xbf][..], &fmt, &statement, &auth_data(o), &[0xff]].concat());
    object_refused(|o| [&[0xb8, 3][..], &fmt, &statement, &auth_data(o)].concat());
    object_refused(|o| [&[0xa2][..], &fmt, &auth_data(o)].concat());
    object_refused(|o| o.encode()[1..].to_vec());
    object_refused(|_| vec![]);
    let honest = Registration::honest(Statement::None);
    let mut response = honest.response();
    let object = AttestationObject::parse(&response.attestation_object).unwrap();
    response.attestation_object = [&[0xa3][..], &fmt, &statement, &auth_data(&object)].concat();
    verify::registration(&honest.expected, &response).expect("the same parts in order are accepted");
}

#[test]
fn extensions_that_nobody_asked_for_are_refused_by_policy_only() {
    for mut honest in honest() {
        honest.auth_data.flags |= Flags::ED;
        honest.auth_data.extensions = Some(b"\xa1\x6bcredProtect\x03".to_vec());
        honest.client_extension_results = json!({"credProps": {"rk": true}});
        honest.expected.extensions.requested = vec!["credentialProtectionPolicy".to_owned(), "credProps".to_owned()];
        honest.expected.extensions.unsolicited = Unsolicited::Refuse;
        let lax = |r: &mut Registration| r.expected.extensions.unsolicited = Unsolicited::Ignore;
        for requested in ["credentialProtectionPolicy", "credProps"] {
            let attack = |r: &mut Registration| r.expected.extensions.requested = vec![requested.to_owned()];
            registration_refused(honest.clone(), attack, ReasonClass::Extension, "extension_unsolicited");
            let mut ignored = honest.clone();
            attack(&mut ignored);
            lax(&mut ignored);
            let observations = ignored.outcome().expect("accepted").observations;
            assert_eq!(observations[0].name, "extension_unsolicited");
        }
    }
}

#[test]
fn extension_outputs_that_cannot_be_read_are_refused() {
    for bytes in [&b"\x00"[..], b"\xa1\x01\x02", b"\xa2\x61a\x01\x61a\x01"] {
        let attack = |r: &mut Registration| {
            r.auth_data.flags |= Flags::ED;
            r.auth_data.extensions = Some(bytes.to_vec());
        };
        refused(attack, ReasonClass::Malformed, "extension_outputs_unreadable");
    }
}
