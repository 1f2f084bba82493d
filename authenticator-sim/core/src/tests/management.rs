//! Discoverable credentials, listed, renamed and deleted.

use std::time::Duration;
use std::vec::Vec;

use keyrig_ctap::message::client_pin::Permissions;
use keyrig_ctap::message::credential_management::{Parameters, Subcommand};
use keyrig_ctap::message::{Descriptor, User};
use keyrig_ctap::pin_uv_auth::Protocol;
use keyrig_ctap::{Command, Status};
use sha2::{Digest, Sha256};

use super::platform::{
    Key, PIN, RP, discoverable_request, get_request, make_request, management_request, security_key,
};

fn with_three_accounts() -> (Key, Vec<Vec<u8>>) {
    let mut key = Key::new(&security_key());
    let mut ids = Vec::from([key.enrol(&discoverable_request(1)), key.enrol(&discoverable_request(2))]);
    let mut elsewhere = discoverable_request(1);
    elsewhere.rp.id = "example.com".into();
    ids.push(key.enrol(&elsewhere));
    key.enrol(&make_request());
    key.set_pin(Protocol::Two, PIN);
    (key, ids)
}

#[test]
fn every_discoverable_credential_is_listed_once_and_no_other() {
    let (mut key, ids) = with_three_accounts();
    let token = key.unbound_token(Permissions::CM).unwrap();
    let counts = key.manage(&token, Subcommand::GET_CREDS_METADATA, None).unwrap();
    assert_eq!((counts.existing, counts.remaining), (Some(3), Some(0)));

    let first = key.manage(&token, Subcommand::ENUMERATE_RPS_BEGIN, None).unwrap();
    assert_eq!(first.total_rps, Some(2));
    let second = key.manage(&token, Subcommand::ENUMERATE_RPS_NEXT, None).unwrap();
    assert_eq!(second.total_rps, None);
    assert_eq!(key.manage(&token, Subcommand::ENUMERATE_RPS_NEXT, None), Err(Status::NOT_ALLOWED));

    let mut seen = Vec::new();
    for rp in [first, second] {
        assert_eq!(rp.rp_id_hash.as_deref(), Some(&Sha256::digest(rp.rp.unwrap().id)[..]));
        let subject = Parameters { rp_id_hash: rp.rp_id_hash, ..Parameters::default() };
        let begun = key.manage(&token, Subcommand::ENUMERATE_CREDENTIALS_BEGIN, Some(subject)).unwrap();
        let total = begun.total_credentials.unwrap();
        let mut all = Vec::from([begun]);
        for _ in 1..total {
            all.push(key.manage(&token, Subcommand::ENUMERATE_CREDENTIALS_NEXT, None).unwrap());
        }
        for credential in all {
            let id = credential.credential.unwrap().id;
            let source = key.authenticator.state().credential(&id).unwrap();
            assert_eq!(credential.user.as_ref(), Some(&source.user));
            assert_eq!(credential.public_key, Some(source.public_key.to_cose(source.algorithm)));
            assert_eq!(credential.cred_protect, Some(1));
            seen.push(id);
        }
    }
    seen.sort();
    let mut ids = ids;
    ids.sort();
    assert_eq!(seen, ids);
}

#[test]
fn a_deleted_credential_signs_no_more_and_makes_room() {
    let (mut key, ids) = with_three_accounts();
    let token = key.token(PIN, Permissions::CM).unwrap();
    let subject =
        |id: &[u8]| Some(Parameters { credential: Some(Descriptor::public_key(id)), ..Parameters::default() });
    // The token is for another relying party than the third credential.
    assert_eq!(key.manage(&token, Subcommand::DELETE_CREDENTIAL, subject(&ids[2])), Err(Status::PIN_AUTH_INVALID));
    key.manage(&token, Subcommand::DELETE_CREDENTIAL, subject(&ids[0])).unwrap();
    assert_eq!(key.get(&get_request(&ids[..1])), Err(Status::NO_CREDENTIALS));
    assert!(key.get(&get_request(&ids[1..2])).is_ok());
    assert_eq!(key.info().remaining_discoverable_credentials, Some(1));
}

#[test]
fn names_that_are_not_given_are_gone_and_the_place_in_the_order_stays() {
    let (mut key, ids) = with_three_accounts();
    let token = key.unbound_token(Permissions::CM).unwrap();
    let user = User { id: [1].to_vec(), name: None, display_name: Some("Alice B.".into()) };
    let credential = Some(Descriptor::public_key(&ids[0]));
    let subject = Parameters { credential, user: Some(user.clone()), rp_id_hash: None };
    key.manage(&token, Subcommand::UPDATE_USER_INFORMATION, Some(subject)).unwrap();
    let state = key.authenticator.state();
    assert_eq!(state.credential(&ids[0]).unwrap().user, user);
    assert_eq!(state.discoverable(RP).map(|source| source.id.clone()).collect::<Vec<_>>(), [&ids[1][..], &ids[0]]);
}

#[test]
fn what_has_no_parameters_is_proved_by_the_subcommand_alone() {
    let (mut key, _) = with_three_accounts();
    let token = key.unbound_token(Permissions::CM).unwrap();
    for subcommand in [Subcommand::GET_CREDS_METADATA, Subcommand::ENUMERATE_RPS_BEGIN] {
        let parameters = Parameters { rp_id_hash: Some([1; 32].to_vec()), ..Parameters::default() };
        let mut request = management_request(&token, subcommand, Some(parameters));
        let byte = [u8::try_from(subcommand.0).unwrap()];
        request.pin_uv_auth_param = Some(Protocol::Two.authenticate(&token, &[&byte]));
        assert_eq!(key.command(Command::CREDENTIAL_MANAGEMENT, &request.encode()).0, Status::OK);
        let parameters = request.parameters.clone().unwrap();
        request.pin_uv_auth_param = Some(Protocol::Two.authenticate(&token, &[&byte, &parameters]));
        assert_eq!(key.command(Command::CREDENTIAL_MANAGEMENT, &request.encode()).0, Status::PIN_AUTH_INVALID);
    }
}

#[test]
fn each_step_of_an_enumeration_has_thirty_seconds_until_the_next() {
    let mut key = Key::new(&security_key());
    for user in [1, 2, 3] {
        key.enrol(&discoverable_request(user));
    }
    key.set_pin(Protocol::Two, PIN);
    let token = key.unbound_token(Permissions::CM).unwrap();
    let subject = Parameters { rp_id_hash: Some(Sha256::digest(RP).to_vec()), ..Parameters::default() };
    key.manage(&token, Subcommand::ENUMERATE_CREDENTIALS_BEGIN, Some(subject)).unwrap();
    for _ in 0..2 {
        key.wait(Duration::from_secs(20));
        assert!(key.manage(&token, Subcommand::ENUMERATE_CREDENTIALS_NEXT, None).is_ok());
    }
}
