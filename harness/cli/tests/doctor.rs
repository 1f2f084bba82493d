//! What this machine lacks is said with what to type, and the exit code tells as much.

#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::process::{Command, Output};

use serde_json::Value;

fn doctor(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_keyrig")).arg("doctor").args(arguments).output().unwrap()
}

#[test]
fn the_exit_code_is_3_where_something_is_in_the_way() {
    let output = doctor(&["--json"]);
    let found: Value = serde_json::from_slice(&output.stdout).unwrap();
    let found = found.as_array().unwrap();
    assert_eq!(found.len(), 7);
    for check in found {
        assert_eq!(check["fine"].as_bool().unwrap(), check["type"].is_null(), "{check}");
    }
    let fine = found.iter().all(|check| check["fine"] == true);
    assert_eq!(output.status.code(), Some(if fine { 0 } else { 3 }));
}

#[test]
fn one_check_alone_speaks_for_itself() {
    let output = doctor(&["uhid"]);
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let has_uhid = std::fs::OpenOptions::new().read(true).write(true).open("/dev/uhid").is_ok();
    assert_eq!(output.status.code(), Some(if has_uhid { 0 } else { 3 }), "{text}");
    assert_eq!(text.starts_with("fine"), has_uhid, "{text}");
    assert_eq!(text.contains("type "), !has_uhid, "{text}");
    assert_eq!(doctor(&["nonsense"]).status.code(), Some(2));
}
