//! What leaves for the store, and what comes back from it.

use std::boxed::Box;
use std::vec::Vec;

use keyrig_ctap::auth_data::AuthData;
use keyrig_ctap::profile::{Profile, SignCount};
use keyrig_ctap::{Command, Instant};

use super::platform::{Key, PIN, discoverable_request, get_request, make_request, message, security_key};
use crate::entropy::Seeded;
use crate::provider::Deterministic;
use crate::seal::Honest;
use crate::{Authenticator, Gesture, Input, Output, Setup, State};

fn counting(sign_count: SignCount) -> Profile {
    let mut profile = security_key();
    profile.sign_count = sign_count;
    profile
}

fn restored(profile: &Profile, key: &Key) -> Key {
    let mut state = State::new(profile);
    key.changes.iter().flat_map(|change| &change.edits).for_each(|edit| state.apply(edit));
    let entropy = Box::new(Seeded::new([2; 32]));
    let setup = Setup::new(profile.clone(), Box::new(Deterministic), entropy, Box::new(Honest));
    Key::of(Authenticator::restore(setup, state))
}

fn count(key: &mut Key, id: &[u8]) -> u32 {
    let data = key.get(&get_request(&[id.to_vec()])).unwrap().auth_data;
    AuthData::parse(&data).unwrap().sign_count
}

#[test]
fn the_reply_waits_for_the_store() {
    let mut authenticator = Key::new(&security_key()).authenticator;
    let make = message(Command::MAKE_CREDENTIAL, &make_request().encode());
    let mut step = |input| authenticator.handle(Instant::POWER_UP, input).collect::<Vec<_>>();
    assert!(matches!(step(Input::Request(&make))[..], [Output::Prompt(_)]));
    assert!(matches!(step(Input::Gesture(Gesture::Touch))[..], [Output::Persist(_)]));
    assert_eq!(step(Input::Tick), []);
    assert!(matches!(step(Input::Persisted)[..], [Output::Reply(_)]));
    assert_eq!(step(Input::Persisted), []);
}

#[test]
fn outputs_that_were_not_taken_come_first_in_the_next_drain() {
    let mut authenticator = Key::new(&security_key()).authenticator;
    let info = message(Command::GET_INFO, &[]);
    drop(authenticator.handle(Instant::POWER_UP, Input::Request(&info)));
    let outputs: Vec<_> = authenticator.handle(Instant::POWER_UP, Input::Tick).collect();
    assert!(matches!(outputs[..], [Output::Reply(_)]));
}

#[test]
fn a_store_that_is_read_back_knows_credentials_and_pin() {
    let mut key = Key::with_pin(&security_key());
    let request = key.verified_make(discoverable_request(1));
    key.enrol(&request);
    let replaced = key.verified_make(discoverable_request(1));
    let id = key.enrol(&replaced);
    key.token("000000", keyrig_ctap::message::client_pin::Permissions::MC).unwrap_err();
    let mut again = restored(&security_key(), &key);
    assert_eq!(again.authenticator.state().pin_retries(), 7);
    assert_eq!(again.get(&get_request(&[])).unwrap().credential.unwrap().id, id);
    assert!(again.token(PIN, keyrig_ctap::message::client_pin::Permissions::MC).is_ok());
}

#[test]
fn each_way_of_counting() {
    let cases = [(SignCount::Zero, [0, 0, 0]), (SignCount::PerCredential, [1, 1, 2]), (SignCount::Global, [3, 4, 5])];
    for (sign_count, expected) in cases {
        let mut key = Key::new(&counting(sign_count));
        let (a, b) = (key.enrol(&make_request()), key.enrol(&make_request()));
        assert_eq!([count(&mut key, &a), count(&mut key, &b), count(&mut key, &b)], expected, "{sign_count:?}");
    }
}

#[test]
fn counters_seldom_wait_for_the_store_and_never_go_back() {
    for sign_count in [SignCount::Global, SignCount::PerCredential] {
        let profile = counting(sign_count);
        let mut key = Key::new(&profile);
        let id = key.enrol(&make_request());
        let before = key.changes.len();
        let mut last = 0;
        for _ in 0..200 {
            let next = count(&mut key, &id);
            assert_eq!(next, last.max(next - 1) + 1);
            last = next;
        }
        let written = key.changes.len() - before;
        assert!((1..=5).contains(&written), "{sign_count:?}: {written} changes for 200 signatures");
        assert!(count(&mut restored(&profile, &key), &id) > last);
        drop(key.authenticator.handle(key.now, Input::PowerCycle));
        assert!(count(&mut key, &id) > last);
    }
}
