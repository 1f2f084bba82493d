//! A PIN comes from a file descriptor, and lands nowhere.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::io::Write as _;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

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

/// What is typed at a terminal while a command runs, and what stands on it afterwards.
fn at_a_terminal(command: &str, typed: &str, hides: bool) -> String {
    let folder = tempfile::tempdir().unwrap();
    let name = folder.path().join("terminal");
    let script = format!("tty > {}.new; mv {0}.new {0}; exec {command}", name.display());
    let mut running = Command::new("script")
        .args(["-qefc", &script, "/dev/null"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let until = Instant::now() + Duration::from_secs(60);
    let is_ready = || {
        let Ok(terminal) = std::fs::read_to_string(&name) else { return false };
        let settings = Command::new("stty").args(["-F", terminal.trim(), "-a"]).output().unwrap();
        !hides || String::from_utf8_lossy(&settings.stdout).split_whitespace().any(|setting| setting == "-echo")
    };
    while !is_ready() {
        assert!(Instant::now() < until, "{command} does not hide what is typed");
        std::thread::yield_now();
    }
    writeln!(running.stdin.as_mut().unwrap(), "{typed}").unwrap();
    let output = running.wait_with_output().unwrap();
    text(&output)
}

#[test]
fn a_prompt_does_not_show_what_is_typed() {
    let keyrig = env!("CARGO_BIN_EXE_keyrig");
    let register = format!("{keyrig} register --user alice@corp.example.com --json --pin-from prompt");
    let shown = at_a_terminal(&register, PIN, true);
    assert!(shown.contains("PIN: ") && shown.contains("accepted"), "{shown}");
    assert!(!shown.contains(PIN), "{shown}");
    assert!(at_a_terminal("head -n 1", PIN, false).contains(PIN), "the control: a terminal shows what is typed");
}
