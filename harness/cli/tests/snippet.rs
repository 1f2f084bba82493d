//! The rollout guide's verification snippet is one line, and holds in both directions.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::process::{Command, Output};

const ADMIN: [&str; 2] = ["--user", "admin1@corp.example.com"];
const CHROME_ON_MAC: [&str; 2] = ["--aaguid", "adce0002-35bc-c60a-648b-0b25f1f05503"];

fn keyrig(words: &[&[&str]]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_keyrig")).args(words.concat()).output().unwrap()
}

fn register(target: &str, more: &[&str]) -> Output {
    keyrig(&[&["register", "--target", target], &ADMIN, &CHROME_ON_MAC, more])
}

const REFUSED: [&str; 4] = ["--expect", "400", "--reason", "aaguid_not_permitted_for_tier_0"];

#[test]
fn hardened_refuses_for_that_reason() {
    let output = register("builtin:hardened", &REFUSED);
    let text = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{text}");
    assert!(text.contains("attachment and conveyance in the options are ignored"), "{text}");
}

#[test]
fn default_does_not() {
    let output = register("builtin:default", &REFUSED);
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stdout));
}

#[test]
fn each_part_of_the_expectation_counts() {
    for (expectation, code) in [
        (&["--expect", "rejected"][..], 0),
        (&["--expect", "rejected", "--reason", "aaguid-blocked"], 0),
        (&["--expect", "rejected", "--reason", "aaguid_not_permitted_for_tier_1"], 1),
        (&["--expect", "401", "--reason", "aaguid_not_permitted_for_tier_0"], 1),
        (&["--expect", "accepted"], 1),
        (&[], 1),
    ] {
        let output = register("builtin:hardened", expectation);
        assert_eq!(output.status.code(), Some(code), "{expectation:?} {}", String::from_utf8_lossy(&output.stdout));
    }
}

#[test]
fn json_holds_everything_that_was_sent_and_answered() {
    let output = register("builtin:hardened", &[&REFUSED[..], &["--json"]].concat());
    let told: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(told["as_expected"], true);
    assert_eq!(told["authenticator"]["aaguid"], "adce0002-35bc-c60a-648b-0b25f1f05503");
    let exchanges = told["record"]["exchanges"].as_array().unwrap();
    let result = exchanges.iter().find(|exchange| exchange["label"] == "registration result").unwrap();
    assert_eq!(result["response"]["reason"], "aaguid_not_permitted_for_tier_0");
    assert!(result["request"]["response"]["attestationObject"].is_string());
}

#[test]
fn a_bare_authenticator_has_an_aaguid_that_nobody_knows() {
    let unknown = ["--aaguid", "01020304-0506-0708-090a-0b0c0d0e0f10"];
    let output = keyrig(&[&["register"], &ADMIN, &unknown, &["--expect", "400"], &["--reason", "aaguid-not-allowed"]]);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stdout));
}

#[test]
fn somebody_signs_in_and_a_lie_about_it_is_refused() {
    let sign_in = |more: &[&str]| keyrig(&[&["authenticate", "--user", "alice@corp.example.com"], more]).status.code();
    assert_eq!(sign_in(&[]), Some(0));
    assert_eq!(sign_in(&["--discoverable"]), Some(0));
    assert_eq!(sign_in(&["--tamper", "authenticator/clear-uv"]), Some(1));
    let refused = ["--expect", "rejected", "--reason", "user-not-verified"];
    assert_eq!(sign_in(&[&["--tamper", "authenticator/clear-uv"], &refused[..]].concat()), Some(0));
}
