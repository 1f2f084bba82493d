//! Snapshots: the same device again, and two of them at once.

use std::vec::Vec;

use keyrig_ctap::auth_data::AuthData;
use keyrig_ctap::message::client_pin::Permissions;
use keyrig_ctap::message::credential_management::Subcommand;
use keyrig_ctap::profile::{Profile, SignCount};
use keyrig_ctap::{Command, Status};
use proptest::prelude::*;

use super::platform::{Key, PIN, discoverable_request, get_request, security_key};
use crate::state::NotASnapshot;
use crate::{Input, OtherProfile, State};

fn counting_each() -> Profile {
    let mut profile = security_key();
    profile.sign_count = SignCount::PerCredential;
    profile
}

fn count(key: &mut Key) -> u32 {
    AuthData::parse(&key.get(&get_request(&[])).unwrap().auth_data).unwrap().sign_count
}

fn used_key(profile: &Profile) -> Key {
    let mut key = Key::with_pin(profile);
    let request = key.verified_make(discoverable_request(1));
    key.enrol(&request);
    count(&mut key);
    key
}

#[test]
fn two_keys_of_one_snapshot_count_from_the_same_number() {
    for profile in [security_key(), counting_each()] {
        let mut original = used_key(&profile);
        let snapshot = original.authenticator.snapshot();
        let mut copy = Key::seeded(&profile, [9; 32]);
        copy.authenticator.recall(State::from_snapshot(&snapshot).unwrap()).unwrap();
        let before = count(&mut original);
        assert_eq!(count(&mut copy), before, "the relying party sees the same number twice");
        assert_eq!([count(&mut original), count(&mut original)], [before + 1, before + 2]);
        assert_eq!(count(&mut copy), before + 1, "and then one that goes back");
        assert!(copy.token(PIN, Permissions::GA).is_ok(), "the PIN is the same too");
    }
}

#[test]
fn what_is_put_back_is_what_was_taken() {
    let mut key = used_key(&security_key());
    let (snapshot, then) = (key.authenticator.snapshot(), key.authenticator.state().clone());
    let request = key.verified_make(discoverable_request(2));
    key.enrol(&request);
    assert_ne!(key.authenticator.state(), &then);
    let change = key.authenticator.recall(State::from_snapshot(&snapshot).unwrap()).unwrap();
    assert_eq!(key.authenticator.state(), &then);
    let mut store = State::new(&security_key());
    change.edits.iter().for_each(|edit| store.apply(edit));
    assert_eq!(store, then);
}

#[test]
fn a_snapshot_is_of_one_product() {
    let key = used_key(&security_key());
    let mut other = security_key();
    other.id = "other-key".into();
    let mut other = Key::new(&other);
    let before = other.authenticator.state().clone();
    let refused = other.authenticator.recall(key.authenticator.state().clone()).unwrap_err();
    assert_eq!(refused, OtherProfile { snapshot: "security-key".into(), authenticator: "other-key".into() });
    assert_eq!(other.authenticator.state(), &before);
}

#[test]
fn a_newer_form_is_told_from_damage_and_from_other_bytes() {
    let snapshot = used_key(&security_key()).authenticator.snapshot();
    let format = 1 + 1 + "keyrig snapshot".len();
    assert_eq!(snapshot[format], 1);
    let changed = |at: usize, byte: u8| {
        let mut bytes = snapshot.to_vec();
        bytes[at] = byte;
        State::from_snapshot(&bytes).unwrap_err()
    };
    assert_eq!(changed(format, 2), NotASnapshot::Newer(2));
    assert_eq!(changed(format, 0), NotASnapshot::Other);
    assert_eq!(changed(3, b'x'), NotASnapshot::Other);
    assert_eq!(changed(snapshot.len() - 1, !snapshot[snapshot.len() - 1]), NotASnapshot::Damaged);
    assert_eq!(State::from_snapshot(b"\xa0"), Err(NotASnapshot::Other));
}

proptest! {
    #[test]
    fn no_changed_byte_is_overlooked(at in any::<prop::sample::Index>(), flip in 1_u8..) {
        let snapshot = Key::new(&security_key()).authenticator.snapshot();
        let mut bytes = snapshot.to_vec();
        let at = at.index(bytes.len());
        bytes[at] ^= flip;
        prop_assert!(State::from_snapshot(&bytes).is_err());
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..128)) {
        let _ = State::from_snapshot(&bytes);
        let snapshot = [b"\x84\x6fkeyrig snapshot\x01", &bytes[..]].concat();
        let _ = State::from_snapshot(&snapshot);
    }
}

#[test]
fn a_snapshot_of_many_credentials_is_whole() {
    let mut profile = security_key();
    profile.discoverable_credentials = 50;
    let mut key = Key::new(&profile);
    let ids: Vec<_> = (1..=50).map(|user| key.enrol(&discoverable_request(user))).collect();
    let again = State::from_snapshot(&key.authenticator.snapshot()).unwrap();
    assert_eq!(&again, key.authenticator.state());
    assert!(ids.iter().all(|id| again.credential(id).is_some()));
}

#[test]
fn what_was_under_way_is_gone_with_what_is_put_back() {
    let mut key = used_key(&security_key());
    let token = key.unbound_token(Permissions::CM).unwrap();
    assert!(key.manage(&token, Subcommand::GET_CREDS_METADATA, None).is_ok());
    let snapshot = key.authenticator.snapshot();
    assert_eq!(key.authenticator.handle(key.now, Input::Request(&[Command::SELECTION.0])).count(), 1);
    key.authenticator.recall(State::from_snapshot(&snapshot).unwrap()).unwrap();
    assert_eq!(key.authenticator.deadline(), None, "nobody is asked any more");
    assert_eq!(key.manage(&token, Subcommand::GET_CREDS_METADATA, None), Err(Status::PIN_AUTH_INVALID));
}
