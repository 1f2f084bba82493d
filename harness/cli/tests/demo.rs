//! The nine rows of the rollout guide, measured.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

fn demo(reports: &Path, words: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_keyrig"));
    command.args(["demo", "--reports"]).arg(reports).args(words).output().unwrap()
}

/// The guide's own table of expected behaviour, row by row: default rollout, this hardening.
const EXPECTED: [(&str, &str); 9] = [
    ("Blocked", "Blocked"),
    ("Allowed", "Rejected"),
    ("Allowed", "Allowed"),
    ("Tier-0 access possible", "Tier 0 unaffected"),
    ("Possible", "Multi-factor recovery only"),
    ("Possible", "Blocked by 24 h cooldown"),
    ("Possible", "Disabled for tier 0"),
    ("Yes", "Step-up required"),
    ("Hours to days", "Under 5 minutes"),
];

#[test]
fn the_rows_are_those_of_the_guide() {
    let folder = tempfile::tempdir().unwrap();
    let output = demo(folder.path(), &["--json"]);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let told: Value = serde_json::from_slice(&output.stdout).unwrap();
    let rows = told["rows"].as_array().unwrap();
    let cells: Vec<(&str, &str)> =
        rows.iter().map(|row| (row["default"].as_str().unwrap(), row["hardened"].as_str().unwrap())).collect();
    assert_eq!(cells, EXPECTED);
    assert!(rows[6]["not_proved"].as_str().unwrap().contains("can be lied to"));
    for name in ["default", "hardened"] {
        for ending in ["html", "json", "xml"] {
            assert!(folder.path().join(format!("{name}.{ending}")).metadata().unwrap().len() > 0);
        }
    }
}

#[test]
fn evidence_names_the_requests_behind_each_cell() {
    let folder = tempfile::tempdir().unwrap();
    let output = demo(folder.path(), &["--evidence"]);
    let text = String::from_utf8(output.stdout).unwrap();
    for row in 1..=9 {
        for column in ["default rollout", "this hardening"] {
            let heading = format!("\nrow {row}, {column}: ");
            let evidence = text.split(&heading).nth(1).unwrap_or_else(|| panic!("{heading}"));
            let evidence = evidence.split("\nrow ").next().unwrap();
            assert!(evidence.contains(" -> 200") && evidence.contains("http://127.0.0.1:"), "{evidence}");
        }
    }
    assert!(text.contains("-> 400 aaguid_not_permitted_for_tier_0"));
}

#[test]
fn a_hardening_that_hardens_nothing_is_a_finding() {
    let folder = tempfile::tempdir().unwrap();
    let output = demo(folder.path(), &["--json", "--hardened", "default"]);
    assert_eq!(output.status.code(), Some(1));
}
