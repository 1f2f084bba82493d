//! Extensions by hand and in scenarios, and what happens when their results are others.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::process::{Command, Output};

const USER: [&str; 4] = ["--user", "alice@corp.example.com", "--profile", "yubikey-5-nfc-5.8"];

fn keyrig(words: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_keyrig")).args(words).output().unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

#[test]
fn the_results_of_a_ceremony_by_hand_are_printed() {
    let evaluation = r#"{"prf": {"eval": {"first": "QUJD"}}}"#;
    let seed = ["--seed", &"1".repeat(64)];
    let sign_in = [&["authenticate"][..], &USER, &seed, &["--extensions", evaluation]].concat();
    let with = [&sign_in[..], &["--registration-extensions", r#"{"prf": {}}"#]].concat();
    let (with, without) = (keyrig(&with), keyrig(&sign_in));
    assert!(said(&with).contains(r#"  extensions     {"prf":{"results":{"first":""#), "{}", said(&with));
    assert!(said(&without).contains(r#"  extensions     {"prf":{}}"#), "{}", said(&without));
    assert!(with.status.success() && without.status.success());
    let register = keyrig(&[&["register"][..], &USER, &["--extensions", r#"{"largeBlob": {}}"#]].concat());
    assert!(said(&register).contains(r#""largeBlob":{"supported":"#), "{}", said(&register));
}

#[test]
fn an_argument_that_is_no_object_is_a_mistake() {
    for text in ["[1]", "{", "1"] {
        let output = keyrig(&[&["register"][..], &USER, &["--extensions", text]].concat());
        assert_eq!(output.status.code(), Some(2), "{text}");
    }
}

fn run(results: &str) -> (Option<i32>, String) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("x.yaml");
    let text = format!(
        "id: ceremony/x\ntitle: x\nrequirement: x\nbasis: rp-specific\npolicy: default\nsteps:\n  \
         - register: {{user: alice, profile: yubikey-5-nfc-5.8, extensions: {{credBlob: QQ}}, results: {results}}}\n"
    );
    std::fs::write(&file, text).unwrap();
    let output = keyrig(&["run", file.to_str().unwrap()]);
    (output.status.code(), said(&output))
}

#[test]
fn results_that_differ_are_a_finding() {
    let (code, said) = run("{credBlob: false}");
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("the extension results differ: credBlob is true, not false"), "{said}");
    let (code, said) = run("{credBlob: true}");
    assert_eq!(code, Some(0), "the control: {said}");
}
