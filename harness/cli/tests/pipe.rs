//! A reader that goes away ends a command quietly, and a run still tells what it found.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::io::Read;
use std::process::{Child, Command, Stdio};

fn start(words: &[&str]) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_keyrig"));
    command.args(words).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

fn ends_without_a_reader(words: &[&str]) -> (Option<i32>, String) {
    let mut child = start(words);
    drop(child.stdout.take());
    let mut told = String::new();
    child.stderr.take().unwrap().read_to_string(&mut told).unwrap();
    (child.wait().unwrap().code(), told)
}

#[test]
fn nobody_panics() {
    assert_eq!(ends_without_a_reader(&["list", "--json"]), (Some(0), String::new()));
    assert_eq!(ends_without_a_reader(&["profile", "list", "--json"]), (Some(0), String::new()));
    assert_eq!(ends_without_a_reader(&["--help"]), (Some(0), String::new()));
}

#[test]
fn a_finding_is_still_a_finding() {
    let words = ["run", "--target", "builtin:default", "enterprise/expected-2-tier-0-icloud"];
    assert_eq!(ends_without_a_reader(&words), (Some(1), String::new()));
}
