//! A finding is kept in a file, and its lie is told again.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::path::Path;
use std::process::{Command, Output};

fn keyrig(words: &[&str], folder: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_keyrig")).args(words).current_dir(folder).output().unwrap()
}

fn last_line(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).lines().last().unwrap_or_default().to_owned()
}

const SCENARIO: &str = "enterprise/expected-2-tier-0-icloud";

#[test]
fn the_same_lie_against_the_same_policy_and_against_a_better_one() {
    let folder = tempfile::tempdir().unwrap();
    let run =
        ["run", "--target", "builtin:default", "--findings", "findings", "--reporter", "json=report.json", SCENARIO];
    assert_eq!(keyrig(&run, folder.path()).status.code(), Some(1));

    let finding = "findings/enterprise-expected-2-tier-0-icloud.json";
    for words in [&["replay", finding][..], &["replay", "report.json"], &["replay", "report.json", SCENARIO]] {
        let again = keyrig(words, folder.path());
        assert_eq!((again.status.code(), last_line(&again).as_str()), (Some(1), "the same finding again"), "{words:?}");
    }
    let better = keyrig(&["replay", "--target", "builtin:hardened", finding], folder.path());
    assert_eq!(better.status.code(), Some(0));
    assert_eq!(last_line(&better), "no finding any more: pass(reason named: aaguid-blocked)");
}

#[test]
fn a_seed_decides_every_byte() {
    let folder = tempfile::tempdir().unwrap();
    let run = ["run", "--target", "builtin:default", "--findings", "first", SCENARIO];
    keyrig(&run, folder.path());
    let first = std::fs::read_to_string(folder.path().join("first/enterprise-expected-2-tier-0-icloud.json")).unwrap();
    let first: serde_json::Value = serde_json::from_str(&first).unwrap();
    let seed = first["seed"].as_str().unwrap();
    let same_seed = ["run", "--target", "builtin:default", "--seed", seed, "--findings", "second", SCENARIO];
    keyrig(&same_seed, folder.path());
    let second =
        std::fs::read_to_string(folder.path().join("second/enterprise-expected-2-tier-0-icloud.json")).unwrap();
    let second: serde_json::Value = serde_json::from_str(&second).unwrap();
    let challenge = |finding: &serde_json::Value| finding["evidence"][0]["ceremony"]["options"]["challenge"].clone();
    assert_eq!(challenge(&first), challenge(&second), "a seed decides the challenges of the built-in relying party");
}

#[test]
fn what_is_no_finding_is_a_usage_error() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("other.json"), "{}").unwrap();
    for file in ["other.json", "missing.json"] {
        assert_eq!(keyrig(&["replay", file], folder.path()).status.code(), Some(2), "{file}");
    }
}

#[test]
fn a_baseline_is_met_by_the_run_that_wrote_it_and_by_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let run = |target: &str, word: &str| {
        keyrig(&["run", "--target", target, word, "expect.yaml", SCENARIO], folder.path()).status.code()
    };
    assert_eq!(run("builtin:default", "--write-baseline"), Some(1));
    assert_eq!(run("builtin:default", "--baseline"), Some(0));
    assert_eq!(run("builtin:hardened", "--baseline"), Some(1));
}
