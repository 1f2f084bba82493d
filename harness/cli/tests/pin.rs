//! A PIN comes from a file descriptor, and lands nowhere.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::process::{Command, Output};

const PIN: &str = "60221407";

fn register(shell: &str) -> Output {
    let script = format!("{} register --user alice@corp.example.com --json {shell}", env!("CARGO_BIN_EXE_keyrig"));
    Command::new("sh").arg("-c").arg(script).output().unwrap()
}

fn text(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[test]
fn from_a_file_descriptor() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("pin");
    std::fs::write(&file, format!("{PIN}\n")).unwrap();
    let output = register(&format!("--pin-from fd:3 3< {}", file.display()));
    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
    assert!(!text(&output).contains(PIN), "{}", text(&output));
    std::fs::write(&file, "12\n").unwrap();
    let short = register(&format!("--pin-from fd:3 3< {}", file.display()));
    assert_ne!(short.status.code(), Some(0), "the PIN that was read is the one that is used: {}", text(&short));
}

#[test]
fn one_that_is_not_there_is_said() {
    let closed = register("--pin-from fd:9 9<&-");
    assert_eq!(closed.status.code(), Some(2), "{}", text(&closed));
    assert!(text(&closed).contains("file descriptor 9"), "{}", text(&closed));
    let empty = register("--pin-from fd:3 3< /dev/null");
    assert!(empty.status.code() == Some(2) && text(&empty).contains("it is empty"), "{}", text(&empty));
    let prompt = register("--pin-from prompt < /dev/null");
    assert!(prompt.status.code() == Some(2) && text(&prompt).contains("there is no terminal"), "{}", text(&prompt));
}
