//! A key that holds a credential for another site, before and after runs that end well, badly, and not at all.

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::plugged::{self, Key, PIN, text};

/// A key with a PIN and one credential of its owner's.
fn in_use(gestures: &str) -> Key {
    let key = Key::plug_with("yubikey-5-nfc-5.7", gestures);
    key.set_pin();
    keep(&key, "own@corp.example.com");
    key
}

/// Has the key keep a discoverable credential.
fn keep(key: &Key, user: &str) {
    let kept = key.keyrig(&["register", "--user", user, "--target", "builtin:guide-a", "--keep"]);
    assert_eq!(kept.status.code(), Some(0), "{}", text(&kept));
}

/// All that is in it, as it tells itself, and as it tells others.
fn state(key: &Key) -> Value {
    let mut devices = key.command(&["devices", "--json", "--pin-from", "fd:0"]);
    let devices: Value = serde_json::from_slice(&plugged::typing(&mut devices, PIN).stdout).unwrap();
    assert_eq!(devices[0]["pin"]["retries"], 8);
    json!({"credentials": credentials(key), "devices": devices})
}

/// The discoverable ones. Of the others a key knows nothing; this one lists them for its own page.
fn credentials(key: &Key) -> Vec<Value> {
    let told = key.told(&["credentials", "list", "--json"]);
    let all: Vec<Value> = serde_json::from_slice(&told.stdout).unwrap_or_else(|_| panic!("{}", text(&told)));
    all.into_iter().filter(|credential| credential["discoverable"] == true).collect()
}

#[test]
fn whole_runs_and_failed_ones_leave_nothing_behind() {
    let key = in_use("always");
    let before = state(&key);
    assert_eq!(before["devices"][0]["credentials"]["used"], 1);
    let run = key.keyrig(&["run", "ceremony"]);
    assert!(text(&run).contains("holds 1 discoverable credentials, as before; "), "{}", text(&run));
    assert_eq!(state(&key), before, "after a run");
    let sign_in = ["authenticate", "--user", "alice@corp.example.com", "--target", "builtin:default", "--discoverable"];
    let failed = key.keyrig(&[&sign_in[..], &["--expect", "rejected"]].concat());
    assert_eq!(failed.status.code(), Some(1), "it was accepted: {}", text(&failed));
    assert_eq!(state(&key), before, "after a finding");
    let refused = key.keyrig(&[&sign_in[..], &["--tamper", "wire/break-signature", "--expect", "rejected"]].concat());
    assert_eq!(refused.status.code(), Some(0), "{}", text(&refused));
    assert_eq!(state(&key), before, "after a refusal");
    keep(&key, "bob@corp.example.com");
    assert_ne!(state(&key), before, "the control: what is to be kept is there");
}

#[test]
fn a_run_that_is_stopped_in_the_middle_leaves_nothing_behind() {
    let key = in_use("touch x4, nothing");
    let before = state(&key);
    let mut run = key.command(&["run", "ceremony/discoverable-sign-in", "ceremony/excluded-credential"]);
    let mut running = run.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let mut said = BufReader::new(running.stderr.take().unwrap()).lines();
    for _ in 0..2 {
        assert!(said.any(|line| line.unwrap().contains("touch your key now")), "it ended before the second touch");
    }
    assert_eq!(credentials(&key).len(), 2, "a credential was made");
    let id = running.id().to_string();
    assert!(Command::new("kill").args(["-INT", &id]).status().unwrap().success());
    let rest: Vec<String> = said.map_while(Result::ok).collect();
    assert_ne!(running.wait().unwrap().code(), Some(0), "it was stopped: {rest:?}");
    assert_eq!(state(&key), before);
}
