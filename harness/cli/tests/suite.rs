//! All embedded scenarios against the built-in relying party: under the policies that they name, and under `default`.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

const BASELINE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../scenarios/expect-default.yaml");

fn run(words: &[&str], folder: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_keyrig")).arg("run").args(words).current_dir(folder).output().unwrap()
}

fn report(words: &[&str]) -> (Option<i32>, Value) {
    let folder = tempfile::tempdir().unwrap();
    let output = run(&[words, &["--reporter", "json=report.json"]].concat(), folder.path());
    let text = std::fs::read_to_string(folder.path().join("report.json"))
        .unwrap_or_else(|e| panic!("{e}: {}", String::from_utf8_lossy(&output.stderr)));
    (output.status.code(), serde_json::from_str(&text).unwrap())
}

fn cases(report: &Value) -> &Vec<Value> {
    report["cases"].as_array().unwrap()
}

#[test]
fn every_scenario_passes_under_its_own_policy() {
    let (code, report) = report(&[]);
    let counts = &report["counts"];
    assert_eq!(code, Some(0), "{counts}");
    for count in ["fail", "inconclusive", "skipped", "trouble"] {
        assert_eq!(counts[count], 0, "{counts}");
    }
    assert!(counts["pass"].as_u64().unwrap() >= 45, "{counts}");
    let rows: BTreeSet<u64> = cases(&report)
        .iter()
        .filter(|case| case["end"]["judged"]["verdict"] == "pass")
        .filter_map(|case| case["row"]["number"].as_u64())
        .collect();
    assert_eq!(rows, (1..=9).collect());
}

#[test]
fn at_least_25_attacks_differ_in_their_lie_or_in_the_reason_for_its_refusal() {
    let (_, report) = report(&["attack"]);
    let steps = cases(&report).iter().flat_map(|case| case["steps"].as_array().unwrap());
    let pairs: BTreeSet<(String, String)> = steps
        .filter(|step| step["role"] == "attack" && !step["ceremony"]["tampers"].as_array().unwrap().is_empty())
        .filter_map(|step| Some((step["ceremony"]["tampers"].to_string(), step["class"].as_str()?.to_owned())))
        .collect();
    assert!(pairs.len() >= 25, "{pairs:#?}");
}

#[test]
fn a_default_rollout_has_exactly_the_findings_that_are_written_down() {
    let folder = tempfile::tempdir().unwrap();
    let target = ["--target", "builtin:default"];
    assert_eq!(run(&target, folder.path()).status.code(), Some(1));
    let compared = run(&[&target[..], &["--allow-inconclusive", "--baseline", BASELINE]].concat(), folder.path());
    assert_eq!(compared.status.code(), Some(0), "{}", String::from_utf8_lossy(&compared.stderr));
}

#[test]
fn parts_are_the_whole() {
    let ids = |words: &[&str]| -> Vec<String> {
        cases(&report(words).1).iter().map(|case| case["id"].as_str().unwrap().to_owned()).collect()
    };
    let mut parts: Vec<String> =
        ["1/3", "2/3", "3/3"].iter().flat_map(|part| ids(&["ceremony", "--shard", part])).collect();
    parts.sort();
    assert_eq!(parts, ids(&["ceremony"]));
}
