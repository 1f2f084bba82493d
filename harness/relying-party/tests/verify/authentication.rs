//! Attacks on an authentication.

use keyrig_ctap::ReasonClass;
use keyrig_ctap::auth_data::{AttestedCredential, Flags};
use keyrig_ctap::cose::{Algorithm, CoseKey, PublicKey};
use keyrig_ctap::{Aaguid, cose};
use keyrig_relying_party::verify::{self, SignCountPolicy, Unsolicited};
use p256::ecdsa::Signature;
use serde_json::json;

use crate::forge::{Authentication, USER, assert_refusal, authentication_refused, credential_key, sha256, signing_key};

#[track_caller]
fn refused(attack: impl FnOnce(&mut Authentication), class: ReasonClass, reason: &str) {
    authentication_refused(Authentication::honest(), attack, class, reason);
}

#[track_caller]
fn discoverable_refused(attack: impl FnOnce(&mut Authentication), class: ReasonClass, reason: &str) {
    authentication_refused(Authentication::discoverable(), attack, class, reason);
}

#[test]
fn a_credential_that_the_options_do_not_list_is_refused() {
    let attack = |a: &mut Authentication| a.expected.allow_credentials = vec![vec![8; 32]];
    refused(attack, ReasonClass::CredentialNotAllowed, "credential_not_allowed");
}

#[test]
fn a_credential_of_another_user_is_refused() {
    let attack = |a: &mut Authentication| a.record.user_handle = b"mallory".to_vec();
    refused(attack, ReasonClass::CredentialUnknown, "credential_of_another_user");
    let attack = |a: &mut Authentication| a.record.id = vec![7; 32];
    refused(attack, ReasonClass::CredentialUnknown, "credential_unknown");
}

#[test]
fn a_user_handle_that_is_not_the_owners_is_refused() {
    let attack = |a: &mut Authentication| a.user_handle = Some(b"bob".to_vec());
    refused(attack, ReasonClass::UserHandle, "user_handle_mismatch");
    discoverable_refused(attack, ReasonClass::UserHandle, "user_handle_mismatch");
    let empty = |a: &mut Authentication| a.user_handle = Some(vec![]);
    discoverable_refused(empty, ReasonClass::UserHandle, "user_handle_mismatch");
    let mut identified = Authentication::honest();
    identified.user_handle = Some(USER.to_vec());
    identified.outcome().expect("the right handle is accepted beside a user who was identified before");
}

#[test]
fn a_discoverable_sign_in_without_user_handle_is_refused() {
    let attack = |a: &mut Authentication| a.user_handle = None;
    discoverable_refused(attack, ReasonClass::UserHandle, "user_handle_missing");
}

#[test]
fn authenticator_data_for_another_relying_party_is_refused() {
    let attack = |a: &mut Authentication| a.auth_data.rp_id_hash = sha256(b"evil.example");
    refused(attack, ReasonClass::RpId, "rp_id_hash_mismatch");
}

const APP_ID: &str = "https://corp.example.com/app-id.json";

/// By a credential of the U2F years, which the client says was found by its AppID.
fn by_app_id() -> Authentication {
    let mut honest = Authentication::honest();
    honest.expected.app_id = Some(APP_ID.to_owned());
    honest.expected.extensions.requested = vec!["appid".to_owned()];
    honest.auth_data.rp_id_hash = sha256(APP_ID.as_bytes());
    honest.client_extension_results = json!({"appid": true});
    honest
}

#[test]
fn authenticator_data_of_an_app_id_needs_the_request_and_the_result() {
    by_app_id().outcome().expect("asked for, and used");
    let (class, reason) = (ReasonClass::RpId, "rp_id_hash_mismatch");
    let attack = |a: &mut Authentication| a.expected.app_id = None;
    authentication_refused(by_app_id(), attack, class, reason);
    for results in [json!({}), json!({"appid": false}), json!({"appid": "true"}), json!({"appid": 1})] {
        let attack = |a: &mut Authentication| a.client_extension_results = results;
        authentication_refused(by_app_id(), attack, class, reason);
    }
    let attack = |a: &mut Authentication| a.auth_data.rp_id_hash = sha256(b"https://evil.example/app-id.json");
    authentication_refused(by_app_id(), attack, class, reason);
}

#[test]
fn where_the_app_id_was_used_the_rp_id_was_not() {
    let attack = |a: &mut Authentication| a.auth_data.rp_id_hash = sha256(b"corp.example.com");
    authentication_refused(by_app_id(), attack, ReasonClass::RpId, "rp_id_hash_mismatch");
    let mut unused = Authentication::honest();
    unused.expected.app_id = Some(APP_ID.to_owned());
    unused.client_extension_results = json!({"appid": false});
    unused.outcome().expect("asked for, and not needed");
}

#[test]
fn an_absent_user_is_refused() {
    let attack = |a: &mut Authentication| a.auth_data.flags = Flags::UV;
    refused(attack, ReasonClass::UserNotPresent, "user_not_present");
}

#[test]
fn an_unverified_user_is_refused_where_verification_is_required() {
    let attack = |a: &mut Authentication| a.auth_data.flags = Flags::UP;
    refused(attack, ReasonClass::UserNotVerified, "user_not_verified");
    let mut preferred = Authentication::honest();
    attack(&mut preferred);
    preferred.expected.user_verification_required = false;
    preferred.outcome().expect("accepted");
}

#[test]
fn backup_state_without_eligibility_is_refused_also_where_it_is_no_policy() {
    let mut honest = Authentication::honest();
    honest.expected.backup_state_is_policy = false;
    let attack = |a: &mut Authentication| a.auth_data.flags |= Flags::BS;
    let (class, reason) = (ReasonClass::BackupStateImpossible, "backup_state_without_eligibility");
    authentication_refused(honest, attack, class, reason);
}

#[test]
fn backup_eligibility_that_changed_is_refused_where_backup_state_is_policy() {
    let (class, reason) = (ReasonClass::BackupEligibilityChanged, "backup_eligibility_changed");
    let gain = |a: &mut Authentication| a.auth_data.flags |= Flags::BE;
    refused(gain, class, reason);
    let mut synced = Authentication::honest();
    synced.record.backup_eligible = true;
    synced.auth_data.flags |= Flags::BE;
    let lose = |a: &mut Authentication| a.auth_data.flags = a.auth_data.flags.without(Flags::BE);
    authentication_refused(synced, lose, class, reason);

    let mut indifferent = Authentication::honest();
    indifferent.expected.backup_state_is_policy = false;
    gain(&mut indifferent);
    assert!(indifferent.outcome().expect("accepted").backup_eligibility_changed);
}

#[test]
fn backup_state_that_changed_is_told_and_recorded() {
    let mut synced = Authentication::honest();
    synced.record.backup_eligible = true;
    synced.auth_data.flags |= Flags::BE;
    assert!(!synced.outcome().expect("accepted").backup_state_changed);
    synced.auth_data.flags |= Flags::BS;
    let verified = synced.outcome().expect("accepted");
    assert!(verified.backup_state_changed);
    verified.update(&mut synced.record);
    assert!(synced.record.backup_state);
    assert_eq!(synced.record.sign_count, 4);
}

#[test]
fn leftover_bytes_and_attested_credential_data_are_refused() {
    let attack = |a: &mut Authentication| a.auth_data.rest = vec![0];
    refused(attack, ReasonClass::Malformed, "authenticator_data_leftover");
    let attack = |a: &mut Authentication| {
        a.auth_data.flags |= Flags::AT;
        a.auth_data.attested = Some(AttestedCredential {
            aaguid: Aaguid::ZERO,
            credential_id: vec![1],
            public_key: cose::CoseKey::from_bytes(&[0xa0]),
        });
    };
    refused(attack, ReasonClass::Malformed, "attested_credential_in_assertion");
    let attack = |a: &mut Authentication| a.auth_data.flags |= Flags::ED;
    refused(attack, ReasonClass::Malformed, "authenticator_data_unreadable");
}

#[test]
fn reserved_bits_are_an_observation_only() {
    let mut odd = Authentication::honest();
    odd.auth_data.flags |= Flags::RFU2;
    assert_eq!(odd.outcome().expect("accepted").observations[0].name, "reserved_flag_bits");
}

#[test]
fn extensions_that_nobody_asked_for_are_refused_by_policy_only() {
    let mut honest = Authentication::honest();
    honest.client_extension_results = json!({"prf": {}});
    honest.auth_data.flags |= Flags::ED;
    honest.auth_data.extensions = Some(b"\xa1\x6bhmac-secret\x40".to_vec());
    honest.expected.extensions.unsolicited = Unsolicited::Refuse;
    honest.expected.extensions.requested = vec!["prf".to_owned()];
    let attack = |a: &mut Authentication| a.expected.extensions.requested.clear();
    authentication_refused(honest.clone(), attack, ReasonClass::Extension, "extension_unsolicited");
    attack(&mut honest);
    honest.expected.extensions.unsolicited = Unsolicited::Ignore;
    honest.outcome().expect("accepted");
}

#[test]
fn a_signature_by_another_key_is_refused() {
    refused(|a| a.key = signing_key(5), ReasonClass::Signature, "signature_invalid");
}

#[test]
fn a_record_whose_key_is_of_no_use_refuses() {
    let unfit = |a: &mut Authentication| {
        let key = a.record.public_key.public_key().unwrap();
        a.record.public_key = CoseKey::from_bytes(&key.to_cose(Algorithm::RS256));
    };
    refused(unfit, ReasonClass::Signature, "record_key_unfit");
    let unreadable = |a: &mut Authentication| a.record.public_key = CoseKey::from_bytes(b"key");
    refused(unreadable, ReasonClass::Signature, "record_key_unreadable");
}

/// The honest response with its signature changed.
fn with_signature(change: impl FnOnce(Signature) -> Vec<u8>) -> Result<(), keyrig_relying_party::Refusal> {
    let honest = Authentication::honest();
    let mut response = honest.response();
    response.signature = change(Signature::from_der(&response.signature).unwrap());
    verify::authentication(&honest.expected, &honest.record, &response).map(drop)
}

#[test]
fn signatures_in_another_encoding_are_refused() {
    let der = |signature: Signature| signature.to_der().as_bytes().to_vec();
    let cases: [&dyn Fn(Signature) -> Vec<u8>; 8] = [
        &|_| vec![],
        &|s| s.to_bytes().to_vec(),
        &|s| [der(s), vec![0]].concat(),
        // BER: the length in the long form.
        &|s| [&[0x30, 0x81], &der(s)[1..]].concat(),
        // r and s zero
        &|_| vec![0x30, 6, 2, 1, 0, 2, 1, 0],
        &|_| vec![0x30, 6, 2, 1, 1, 2, 1, 0],
        // One zero byte too many before r.
        &|s| {
            let old = der(s);
            let r = usize::from(old[3]);
            let padded = [&[0x02, old[3] + 1, 0], &old[4..4 + r], &old[4 + r..]].concat();
            [&[0x30, old[1] + 1], &padded[..]].concat()
        },
        &|s| {
            let mut bytes = der(s);
            *bytes.last_mut().unwrap() ^= 1;
            bytes
        },
    ];
    for (number, case) in cases.iter().enumerate() {
        let outcome = with_signature(case);
        assert!(outcome.is_err(), "case {number}");
        assert_refusal(outcome, ReasonClass::Signature, "signature_invalid");
    }
}

#[test]
fn both_halves_of_s_are_accepted() {
    for high in [false, true] {
        let outcome = with_signature(|signature| {
            let low = signature.normalize_s();
            let (r, s) = low.split_scalars();
            let s = if high { -s } else { s };
            Signature::from_scalars(r, s).unwrap().to_der().as_bytes().to_vec()
        });
        outcome.expect("accepted");
    }
}

#[test]
fn a_counter_that_does_not_grow_is_what_the_policy_makes_of_it() {
    let cases = [(3, 4, true), (3, 3, false), (3, 2, false), (3, 0, false), (0, 0, true), (0, 1, true)];
    for (recorded, current, grows) in cases {
        let with = |policy| {
            let mut ceremony = Authentication::honest();
            ceremony.record.sign_count = recorded;
            ceremony.auth_data.sign_count = current;
            ceremony.expected.sign_count = policy;
            ceremony.outcome()
        };
        assert_eq!(with(SignCountPolicy::Record).expect("accepted").sign_count_did_not_grow, !grows);
        assert!(!with(SignCountPolicy::Ignore).expect("accepted").sign_count_did_not_grow);
        match with(SignCountPolicy::Refuse) {
            Ok(verified) => assert!(grows && !verified.sign_count_did_not_grow, "{recorded} {current}"),
            refused if !grows => {
                assert_refusal(refused.map(drop), ReasonClass::SignCount, "sign_count_did_not_grow");
            }
            Err(refusal) => panic!("{recorded} {current}: {refusal}"),
        }
    }
}

#[test]
fn a_ps256_signature_verifies_and_one_made_as_rs256_does_not() {
    use aws_lc_rs::rand::SystemRandom;
    use aws_lc_rs::rsa::{KeyPair, KeySize};
    use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256, RSA_PSS_SHA256, RsaEncoding};

    let pair = KeyPair::generate(KeySize::Rsa2048).unwrap();
    // SEQUENCE { INTEGER of 257 bytes, the first of them zero; INTEGER 65537 } (RFC 8017 A.1.1)
    let der = pair.public_key().as_ref();
    let (n, e) = (der[9..265].to_vec(), der[267..].to_vec());
    let mut ceremony = Authentication::honest();
    ceremony.record.public_key = CoseKey::from_bytes(&PublicKey::Rsa { n, e }.to_cose(Algorithm::PS256));
    let sign = |padding: &'static dyn RsaEncoding| {
        let mut response = ceremony.response();
        let message = [&response.authenticator_data[..], &sha256(&response.client_data_json)].concat();
        response.signature = vec![0; pair.public_modulus_len()];
        pair.sign(padding, &SystemRandom::new(), &message, &mut response.signature).unwrap();
        verify::authentication(&ceremony.expected, &ceremony.record, &response).map(drop)
    };
    sign(&RSA_PSS_SHA256).expect("accepted");
    assert_refusal(sign(&RSA_PKCS1_SHA256), ReasonClass::Signature, "signature_invalid");
}

#[test]
fn the_credential_key_is_the_one_that_was_registered() {
    let verified = Authentication::honest().outcome().expect("accepted");
    assert_eq!((verified.user_handle.as_slice(), verified.sign_count), (USER, 4));
    assert_eq!(Authentication::honest().record.public_key, crate::forge::cose(&credential_key()));
}
