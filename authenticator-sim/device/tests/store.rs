//! An authenticator on a store: what it has acknowledged is there after every end of its process.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command as Process, Stdio};

use keyrig_core::provider::Deterministic;
use keyrig_core::seal::Honest;
use keyrig_core::{Authenticator, Change, Gesture, Input, Output, State};
use keyrig_ctap::auth_data::AuthData;
use keyrig_ctap::cose::Algorithm;
use keyrig_ctap::message::make_credential::{self, Options, Parameter};
use keyrig_ctap::message::{PUBLIC_KEY, RelyingParty, User, get_assertion};
use keyrig_ctap::profile::Profile;
use keyrig_ctap::{Command, Instant};
use keyrig_device::{Store, profiles, restore};

/// Set where this program is the one that is killed: the file that it works on.
const DOOMED: &str = "KEYRIG_STORE_TEST_FILE";

#[test]
fn who_comes_back_knows_its_credentials_and_draws_new_secrets() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("key");
    let mut store = Store::create(&path, profile(), Some([1; 32])).unwrap();
    let first = register(&mut wake(&store), 1, |change| store.commit(change).unwrap());
    let remembered = store.state().clone();
    drop(store);

    let mut store = Store::open(&path).unwrap();
    assert_eq!(*store.state(), remembered);
    let mut authenticator = wake(&store);
    let second = register(&mut authenticator, 2, |change| store.commit(change).unwrap());
    assert_ne!(first, second, "the same draws would make the same credential");
    let ids: Vec<_> = store.state().discoverable(RP).map(|source| source.id.clone()).collect();
    assert_eq!(ids, [second, first]);
    let known = |state: &State| state.credentials().cloned().collect::<Vec<_>>();
    assert_eq!(known(store.state()), known(authenticator.state()));
    drop(store);

    let mut store = Store::open(&path).unwrap();
    let third = register(&mut wake(&store), 3, |change| store.commit(change).unwrap());
    assert!(!ids.contains(&third), "each power-up draws anew");
}

#[test]
fn the_same_seed_makes_the_same_device() {
    let ids = [(); 2].map(|()| {
        let mut store = Store::in_memory(profile(), Some([7; 32]));
        register(&mut wake(&store), 1, |change| store.commit(change).unwrap())
    });
    assert_eq!(ids[0], ids[1]);
    let mut other = Store::in_memory(profile(), None);
    assert_ne!(register(&mut wake(&other), 1, |change| other.commit(change).unwrap()), ids[0]);
}

#[test]
fn a_restart_skips_the_counter_forward() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("key");
    let mut store = Store::create(&path, profile(), None).unwrap();
    let mut authenticator = wake(&store);
    register(&mut authenticator, 1, |change| store.commit(change).unwrap());
    let (mut told, mut writes) = (Vec::new(), 0);
    for _ in 0..3 {
        for _ in 0..100 {
            told.push(sign_count(&mut authenticator, |change| {
                writes += 1;
                store.commit(change).unwrap();
            }));
        }
        drop(store);
        store = Store::open(&path).unwrap();
        authenticator = wake(&store);
    }
    assert!(told.is_sorted_by(|a, b| a < b), "a counter never goes back: {told:?}");
    assert!((3..=8).contains(&writes), "{writes} writes for 300 signatures");
}

#[test]
fn a_killed_process_has_lost_nothing_that_it_acknowledged() {
    if let Some(path) = std::env::var_os(DOOMED) {
        return register_until_killed(Path::new(&path));
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("key");
    drop(Store::create(&path, profile(), None).unwrap());
    let mut acknowledged: Vec<String> = Vec::new();
    for round in 0..8 {
        acknowledged.extend(killed_after(&path, 1 + round * 2));
        let store = Store::open(&path).unwrap();
        let known: Vec<String> = store.state().credentials().map(|source| hex(&source.id)).collect();
        for id in &acknowledged {
            assert!(known.contains(id), "round {round}: credential {id} was acknowledged, and is lost");
        }
        assert!(known.len() <= acknowledged.len() + round + 1, "one more a round may be there: it was being made");
    }
}

/// Runs this test as the process that is doomed, kills it after it has acknowledged `enough` credentials, and gives what it has
/// acknowledged until then.
fn killed_after(path: &Path, enough: usize) -> Vec<String> {
    let mut child = Process::new(std::env::current_exe().unwrap())
        .args(["--exact", "a_killed_process_has_lost_nothing_that_it_acknowledged", "--nocapture"])
        .env(DOOMED, path)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    let ids = lines.by_ref().filter_map(|line| line.strip_prefix("acknowledged ").map(str::to_owned));
    let mut acknowledged: Vec<String> = ids.take(enough).collect();
    // SIGKILL: no destructor runs, and no buffer is flushed.
    child.kill().unwrap();
    child.wait().unwrap();
    acknowledged.extend(lines.filter_map(|line| line.strip_prefix("acknowledged ").map(str::to_owned)));
    acknowledged
}

fn register_until_killed(path: &Path) {
    let mut store = Store::open(path).unwrap();
    let mut authenticator = wake(&store);
    let known = u8::try_from(store.state().discoverable_count()).unwrap();
    for user in known.. {
        let id = register(&mut authenticator, user, |change| store.commit(change).unwrap());
        // On a line of its own: a harness with one thread has begun one with the name of the test.
        println!("\nacknowledged {}", hex(&id));
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

const RP: &str = "example.org";

fn profile() -> &'static Profile {
    profiles::find("yubikey-5-nfc-5.7").unwrap()
}

/// An authenticator that remembers what `store` has.
fn wake(store: &Store) -> Authenticator {
    restore(profile(), Box::new(Deterministic), store.entropy(), Box::new(Honest), store.state().clone())
}

/// Hands over one message, consents to what is asked, and commits what is to be persisted before the reply comes.
fn exchange(authenticator: &mut Authenticator, message: &[u8], mut commit: impl FnMut(&Change)) -> Vec<u8> {
    let mut input = Input::Request(message);
    loop {
        let outputs: Vec<Output> = authenticator.handle(Instant::POWER_UP, input).collect();
        input = match outputs.last() {
            Some(Output::Reply(reply)) => return reply.clone(),
            Some(Output::Prompt(_)) => Input::Gesture(Gesture::Touch),
            Some(Output::Persist(change)) => {
                commit(change);
                Input::Persisted
            }
            None => panic!("an authenticator that was asked says something"),
        };
    }
}

/// Registers a discoverable credential for the account of this number, and gives its id.
fn register(authenticator: &mut Authenticator, user: u8, commit: impl FnMut(&Change)) -> Vec<u8> {
    let request = make_credential::Request {
        client_data_hash: [1; 32],
        rp: RelyingParty { id: RP.into(), name: None },
        user: User { id: vec![user], name: None, display_name: None },
        parameters: vec![Parameter { kind: PUBLIC_KEY.into(), algorithm: Algorithm::ES256 }],
        exclude_list: None,
        extensions: None,
        options: Options { rk: Some(true), ..Options::default() },
        pin_uv_auth_param: None,
        pin_uv_auth_protocol: None,
        enterprise_attestation: None,
        attestation_formats: None,
    };
    let reply = exchange(authenticator, &message(Command::MAKE_CREDENTIAL, &request.encode()), commit);
    assert_eq!(reply[0], 0, "a credential is made");
    let made = make_credential::Response::decode(&reply[1..]).unwrap();
    AuthData::parse(&made.auth_data).unwrap().attested.unwrap().credential_id
}

/// Authenticates with the newest credential, and gives the counter.
fn sign_count(authenticator: &mut Authenticator, commit: impl FnMut(&Change)) -> u32 {
    let request = get_assertion::Request {
        rp_id: RP.into(),
        client_data_hash: [2; 32],
        allow_list: None,
        extensions: None,
        options: Options::default(),
        pin_uv_auth_param: None,
        pin_uv_auth_protocol: None,
    };
    let reply = exchange(authenticator, &message(Command::GET_ASSERTION, &request.encode()), commit);
    assert_eq!(reply[0], 0, "an assertion is made");
    let made = get_assertion::Response::decode(&reply[1..]).unwrap();
    AuthData::parse(&made.auth_data).unwrap().sign_count
}

fn message(command: Command, parameters: &[u8]) -> Vec<u8> {
    [&[command.0], parameters].concat()
}
