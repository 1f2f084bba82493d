//! Same inputs, same bytes.

use std::boxed::Box;
use std::time::Duration;
use std::vec::Vec;

use keyrig_ctap::Instant;
use proptest::collection::vec;
use proptest::prelude::{Just, ProptestConfig, Strategy, any, prop_oneof};
use proptest::{prop_assert_eq, proptest};

use super::fingers::everything;
use super::platform::{Key, finger_key, make_request, passkey_provider, security_key};
use super::requests::requests;
use crate::{Authenticator, Gesture, Input, Output};

#[derive(Clone, Debug)]
enum Event {
    Request(Vec<u8>),
    Other(Input<'static>),
    Wait(Duration),
}

fn events() -> impl Strategy<Value = Event> {
    let other = prop_oneof![
        6 => Just(Input::Gesture(Gesture::Touch)),
        4 => Just(Input::Gesture(Gesture::Verify)),
        1 => Just(Input::Gesture(Gesture::Decline)),
        1 => Just(Input::Gesture(Gesture::FailVerification)),
        8 => Just(Input::Persisted),
        1 => Just(Input::Cancel),
        1 => Just(Input::Tick),
        1 => Just(Input::PowerCycle),
    ];
    prop_oneof![
        5 => requests().prop_map(Event::Request),
        10 => other.prop_map(Event::Other),
        1 => (0u64..40_000).prop_map(|millis| Event::Wait(Duration::from_millis(millis))),
    ]
}

fn run(authenticator: &mut Authenticator, events: &[Event]) -> Vec<Output> {
    let mut now = Instant::POWER_UP;
    let mut outputs = Vec::new();
    for event in events {
        match event {
            Event::Request(message) => outputs.extend(authenticator.handle(now, Input::Request(message))),
            Event::Other(input) => outputs.extend(authenticator.handle(now, *input)),
            Event::Wait(span) => now = now + *span,
        }
    }
    outputs
}

fn authenticator(which: u8, seed: [u8; 32]) -> Box<Authenticator> {
    let profile = [security_key(), passkey_provider(), finger_key(), everything()][usize::from(which % 4)].clone();
    Box::new(Key::seeded(&profile, seed).authenticator)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(48) })]

    #[test]
    fn a_session_replayed_gives_the_same_bytes(
        which in any::<u8>(),
        seed in any::<[u8; 32]>(),
        events in vec(events(), 1..60),
    ) {
        let (mut first, mut second) = (authenticator(which, seed), authenticator(which, seed));
        prop_assert_eq!(run(&mut first, &events), run(&mut second, &events));
        prop_assert_eq!(first.state(), second.state());
    }
}

#[test]
fn another_seed_gives_other_bytes() {
    let said = |seed| {
        let mut key = Key::seeded(&security_key(), seed);
        key.enrol(&make_request());
        key.said
    };
    assert_eq!(said([1; 32]), said([1; 32]));
    assert_ne!(said([1; 32]), said([2; 32]));
}
