//! A run that is interrupted leaves the reports of the one before.

#![cfg(target_os = "linux")]

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

/// Where SIGINT is ignored, as for whatever a script has put into the background, it is heard again; else a run under way
/// would go on to its end.
const HEARS_CTRL_C: &str = r#"trap '' INT; exec env --default-signal=INT "$0" "$@""#;

fn run(folder: &Path, scenarios: &[&str]) -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", HEARS_CTRL_C, env!("CARGO_BIN_EXE_keyrig")]);
    command.current_dir(folder).arg("run").args(scenarios);
    command.args(["--reporter", "terminal", "--reporter", "json=report.json", "--reporter", "junit=report.xml"]);
    command
}

#[test]
fn an_interrupted_run_leaves_the_reports_that_were_there() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("report.json"), "of yesterday").unwrap();
    let mut running = run(folder.path(), &[]).stdout(Stdio::piped()).spawn().unwrap();
    let first = BufReader::new(running.stdout.take().unwrap()).lines().next().unwrap().unwrap();
    let interrupt = Command::new("kill").args(["-INT", &running.id().to_string()]).status().unwrap();
    assert!(interrupt.success());
    assert!(!running.wait().unwrap().success(), "it was under way, after {first:?}");
    let left: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["report.json"]);
    assert_eq!(fs::read_to_string(folder.path().join("report.json")).unwrap(), "of yesterday");

    let whole = run(folder.path(), &["ceremony/security-key-es256"]).output().unwrap();
    assert!(whole.status.success());
    assert!(fs::read_to_string(folder.path().join("report.json")).unwrap().contains("ceremony/security-key-es256"));
    assert!(fs::read_to_string(folder.path().join("report.xml")).unwrap().contains("ceremony/security-key-es256"));
}
