//! Records of a stored state, bent: refused, or an authenticator that comes back with them still answers.

use std::vec::Vec;

use keyrig_ctap::message::credential_management::Subcommand;
use keyrig_ctap::message::large_blobs;
use keyrig_ctap::pin_uv_auth::Protocol;
use keyrig_ctap::{Command, Status};
use proptest::collection::vec;
use proptest::prelude::{Just, ProptestConfig, Strategy, any, prop_oneof};
use proptest::{prop_assert_eq, proptest};

use super::blobs::get_blobs;
use super::fingers::everything;
use super::platform::{Key, PIN, discoverable_request, extension, get_request, make_request, management_request};
use crate::entropy::Seeded;
use crate::provider::Deterministic;
use crate::seal::Honest;
use crate::state::Part;
use crate::{Authenticator, Input, Setup, State};

#[derive(Clone, Debug)]
enum Bend {
    Set(usize, u8),
    Insert(usize, Vec<u8>),
    Cut(usize),
    Replace(Vec<u8>),
}

fn bends() -> impl Strategy<Value = Vec<(usize, Bend)>> {
    let bytes = || vec(any::<u8>(), 0..40);
    let bend = prop_oneof![
        6 => (any::<usize>(), any::<u8>()).prop_map(|(at, byte)| Bend::Set(at, byte)),
        2 => (any::<usize>(), bytes()).prop_map(|(at, bytes)| Bend::Insert(at, bytes)),
        1 => any::<usize>().prop_map(Bend::Cut),
        1 => bytes().prop_map(Bend::Replace),
        1 => Just(Bend::Replace([0xa0].into())),
    ];
    vec((any::<usize>(), bend), 1..4)
}

fn bend(record: &mut Vec<u8>, bend: Bend) {
    let length = record.len();
    match bend {
        Bend::Set(at, byte) if length > 0 => record[at % length] = byte,
        Bend::Set(..) => {}
        Bend::Insert(at, bytes) => drop(record.splice(at % (length + 1)..at % (length + 1), bytes)),
        Bend::Cut(at) => record.truncate(at % (length + 1)),
        Bend::Replace(bytes) => *record = bytes,
    }
}

fn records() -> Vec<(Part, Vec<u8>)> {
    let mut key = Key::new(&everything());
    let mut request = discoverable_request(1);
    request.extensions = extension("hmac-secret", true.into());
    key.enrol(&request);
    key.enrol(&make_request());
    key.set_pin(Protocol::Two, PIN);
    let state = key.authenticator.state();
    state.parts().filter_map(|part| state.record(&part).map(|record| (part, record))).collect()
}

fn restored(state: State) -> Key {
    let entropy = std::boxed::Box::new(Seeded::new([2; 32]));
    let (provider, seal) = (std::boxed::Box::new(Deterministic), std::boxed::Box::new(Honest));
    Key::of(Authenticator::restore(Setup::new(everything(), provider, entropy, seal), state))
}

/// Asks for a little of everything that reads the state; each answers with some status.
fn use_it(key: &mut Key) -> Status {
    let ids: Vec<_> = key.authenticator.state().credentials().map(|source| source.id.clone()).collect();
    let _ = key.get(&get_request(&[]));
    let _ = key.get_next();
    for id in ids {
        let _ = key.get(&get_request(&[id]));
    }
    let _ = get_blobs(key, &large_blobs::Request { get: Some(1000), offset: Some(0), ..Default::default() });
    for subcommand in [Subcommand::GET_CREDS_METADATA, Subcommand::ENUMERATE_RPS_BEGIN] {
        let permissions = keyrig_ctap::message::client_pin::Permissions::CM;
        if let Ok(token) = key.unbound_token(permissions) {
            key.command(Command::CREDENTIAL_MANAGEMENT, &management_request(&token, subcommand, None).encode());
        }
    }
    let _ = key.make(&make_request());
    drop(key.authenticator.handle(key.now, Input::PowerCycle));
    let info = key.command(Command::GET_INFO, &[]).0;
    key.command(Command::RESET, &[]);
    info
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(96) })]

    #[test]
    fn a_bent_store_is_refused_or_lived_with(bends in bends()) {
        let mut records = records();
        let count = records.len();
        for (which, change) in bends {
            bend(&mut records[which % count].1, change);
        }
        if let Ok(state) = State::from_records(records) {
            prop_assert_eq!(use_it(&mut restored(state)), Status::OK);
        }
    }
}

#[test]
fn an_honest_store_is_what_it_was() {
    let state = State::from_records(records()).unwrap();
    let mut key = restored(state);
    assert!(key.get(&get_request(&[])).is_ok());
    assert_eq!(use_it(&mut key), Status::OK);
}
