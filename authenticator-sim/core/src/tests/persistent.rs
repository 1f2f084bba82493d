//! The persistent token, and what only its holders can read.

use std::vec::Vec;

use keyrig_ctap::auth_data::AuthData;
use keyrig_ctap::message::client_pin::Permissions;
use keyrig_ctap::message::credential_management::{Parameters, Subcommand};
use keyrig_ctap::message::get_info::Info;
use keyrig_ctap::message::{Descriptor, User};
use keyrig_ctap::persistent::Member;
use keyrig_ctap::profile::Profile;
use keyrig_ctap::{Command, Status};
use sha2::{Digest, Sha256};

use super::platform::{Hand, Key, PIN, RP, discoverable_request, finger_key, get_request, make_request, security_key};
use crate::{Gesture, Input};

pub(super) fn persistent() -> Profile {
    let mut profile = security_key();
    profile.get_info.options.insert("perCredMgmtRO".into(), true);
    profile.get_info.versions.push("FIDO_2_3".into());
    profile
}

fn with_account() -> (Key, Vec<u8>, Vec<u8>) {
    let mut key = Key::new(&persistent());
    let id = key.enrol(&discoverable_request(1));
    assert_eq!(key.set_pin(keyrig_ctap::pin_uv_auth::Protocol::Two, PIN), Status::OK);
    let token = key.unbound_token(Permissions::PCMR).unwrap();
    (key, id, token)
}

fn power_cycle(key: &mut Key) {
    assert_eq!(key.authenticator.handle(key.now, Input::PowerCycle).count(), 0);
}

#[test]
fn a_persistent_token_reads_and_does_nothing_else_and_outlives_power_cuts() {
    let (mut key, id, token) = with_account();
    power_cycle(&mut key);
    assert_eq!(key.manage(&token, Subcommand::GET_CREDS_METADATA, None).unwrap().existing, Some(1));
    assert_eq!(key.manage(&token, Subcommand::ENUMERATE_RPS_BEGIN, None).unwrap().total_rps, Some(1));
    let rp_id_hash = Some(Sha256::digest(RP).to_vec());
    let subject = Parameters { rp_id_hash, ..Parameters::default() };
    let found = key.manage(&token, Subcommand::ENUMERATE_CREDENTIALS_BEGIN, Some(subject)).unwrap();
    let credential = found.credential;
    assert_eq!(credential, Some(Descriptor::public_key(&id)));
    let user = found.user;
    for subcommand in [Subcommand::DELETE_CREDENTIAL, Subcommand::UPDATE_USER_INFORMATION] {
        let subject = Parameters { credential: credential.clone(), user: user.clone(), rp_id_hash: None };
        assert_eq!(key.manage(&token, subcommand, Some(subject)), Err(Status::PIN_AUTH_INVALID));
    }
    assert_eq!(key.unbound_token(Permissions::PCMR).as_ref(), Ok(&token), "it is always the same");
    assert_eq!(key.change_pin(PIN, "654321"), Status::OK);
    assert_eq!(key.manage(&token, Subcommand::GET_CREDS_METADATA, None), Err(Status::PIN_AUTH_INVALID));
}

#[test]
fn a_persistent_token_has_no_other_permission() {
    let (mut key, ..) = with_account();
    let both = Permissions::PCMR.with(Permissions::CM);
    assert_eq!(key.unbound_token(both), Err(Status::UNAUTHORIZED_PERMISSION));
    let mut key = Key::with_pin(&security_key());
    assert_eq!(key.unbound_token(Permissions::PCMR), Err(Status::UNAUTHORIZED_PERMISSION));
}

/// What the holder of `token` reads in getInfo.
fn revealed(token: &[u8], info: &Info) -> ([u8; 16], [u8; 16]) {
    let reveal = |member: Member, bytes: &Option<Vec<u8>>| member.reveal(token, bytes.as_deref().unwrap()).unwrap();
    (reveal(Member::Identifier, &info.enc_identifier), reveal(Member::CredStoreState, &info.enc_cred_store_state))
}

#[test]
fn holders_know_the_authenticator_again_and_see_when_its_credentials_change() {
    let (mut key, _, token) = with_account();
    let (first, second) = (key.info(), key.info());
    assert_ne!(first.enc_identifier, second.enc_identifier, "nobody else knows it again");
    let (identifier, before) = revealed(&token, &first);
    assert_eq!(revealed(&token, &second), (identifier, before));

    let request = key.verified_make(make_request());
    key.make(&request).unwrap();
    assert_eq!(revealed(&token, &key.info()), (identifier, before), "a server-side credential is none of them");
    let request = key.verified_make(discoverable_request(2));
    key.make(&request).unwrap();
    power_cycle(&mut key);
    let (same, after) = revealed(&token, &key.info());
    assert_eq!(same, identifier);
    assert_ne!(after, before);

    assert_eq!(key.change_pin(PIN, PIN), Status::OK);
    let token = key.unbound_token(Permissions::PCMR).unwrap();
    assert_eq!(revealed(&token, &key.info()), (identifier, after));
    key.now = keyrig_ctap::Instant::POWER_UP;
    assert_eq!(key.command(Command::RESET, &[]).0, Status::OK);
    assert_eq!(key.set_pin(keyrig_ctap::pin_uv_auth::Protocol::Two, PIN), Status::OK);
    let token = key.unbound_token(Permissions::PCMR).unwrap();
    assert_ne!(revealed(&token, &key.info()).0, identifier);
}

#[test]
fn the_state_that_holders_see_is_of_the_discoverable_credentials_alone() {
    let (mut key, id, reader) = with_account();
    let mut before = revealed(&reader, &key.info()).1;
    let mut changes = |key: &mut Key| {
        let after = revealed(&reader, &key.info()).1;
        core::mem::replace(&mut before, after) != after
    };
    key.get(&get_request(core::slice::from_ref(&id))).unwrap();
    assert!(!changes(&mut key), "an assertion, and a counter that goes up");
    assert!(key.token("000000", Permissions::GA).is_err());
    assert!(!changes(&mut key), "a wrong PIN");
    power_cycle(&mut key);
    assert!(!changes(&mut key), "a power cut");

    let manager = key.unbound_token(Permissions::CM).unwrap();
    let user = User { id: [1].to_vec(), name: Some("another".into()), display_name: None };
    let credential = Some(Descriptor::public_key(&id));
    let update = Parameters { credential: credential.clone(), user: Some(user), rp_id_hash: None };
    key.manage(&manager, Subcommand::UPDATE_USER_INFORMATION, Some(update)).unwrap();
    assert!(changes(&mut key), "another name");
    let request = key.verified_make(discoverable_request(1));
    let newer = key.make(&request).unwrap();
    assert!(changes(&mut key), "another credential in place of the first");
    let id = AuthData::parse(&newer.auth_data).unwrap().attested.unwrap().credential_id;
    let manager = key.unbound_token(Permissions::CM).unwrap();
    let gone = Parameters { credential: Some(Descriptor::public_key(&id)), ..Parameters::default() };
    key.manage(&manager, Subcommand::DELETE_CREDENTIAL, Some(gone)).unwrap();
    assert!(changes(&mut key), "none any more");
    key.now = keyrig_ctap::Instant::POWER_UP;
    assert_eq!(key.command(Command::RESET, &[]).0, Status::OK);
    let old = Member::CredStoreState.reveal(&reader, key.info().enc_cred_store_state.as_deref().unwrap());
    assert_ne!(old, Some(before), "the token that read it is nobody's");
    assert_eq!(key.manage(&reader, Subcommand::GET_CREDS_METADATA, None), Err(Status::PIN_AUTH_INVALID));
}

#[test]
fn verifications_by_finger_are_counted_until_the_pin_is_entered() {
    let mut profile = finger_key();
    profile.get_info.uv_count_since_last_pin_entry = Some(0);
    let mut key = Key::with_pin(&profile);
    let mut request = make_request();
    request.options.uv = Some(true);
    for count in 1..=2 {
        key.make(&request).unwrap();
        assert_eq!(key.info().uv_count_since_last_pin_entry, Some(count));
    }
    for (hand, count) in [(Hand::Does(Gesture::FailVerification), 3), (Hand::Idle, 4)] {
        key.hand = hand;
        key.make(&request).unwrap_err();
        power_cycle(&mut key);
        assert_eq!(key.info().uv_count_since_last_pin_entry, Some(count), "an attempt that failed is one too");
    }
    key.token(PIN, Permissions::MC).unwrap();
    assert_eq!(key.info().uv_count_since_last_pin_entry, Some(0));
}
