//! Every command of the README does what it says.
//!
//! Each line of a `sh` block that begins with `keyrig` is run by a shell, in a folder that looks like the repository
//! but keeps what is written to itself. A line ends with `# exits 1` where it does; `keyrig rp serve` is stopped once it
//! has printed its URL.

use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

#[test]
fn every_command_of_the_readme_holds() {
    let readme = fs::read_to_string(Path::new(ROOT).join("README.md")).unwrap();
    let commands = commands(&readme);
    assert!(!commands.is_empty(), "the README shows no command");
    let folder = mirror();
    for command in &commands {
        let (line, expected) = expectation(command);
        if line.starts_with("keyrig rp serve") {
            serves(line, folder.path());
            continue;
        }
        let output = shell(line, folder.path()).output().unwrap();
        assert_eq!(
            output.status.code(),
            Some(expected),
            "{line}\n{}{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
    }
}

#[test]
fn commands_are_found_with_their_expectations() {
    let text =
        "```sh\ncargo xtask demo\nkeyrig list\nkeyrig run \\\n  --seed 1  # exits 1\n```\n```yaml\nkeyrig no\n```\n";
    let found = commands(text);
    assert_eq!(found, ["keyrig list", "keyrig run --seed 1  # exits 1"]);
    assert_eq!(expectation(&found[1]), ("keyrig run --seed 1", 1));
}

fn commands(text: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let (mut inside, mut open) = (false, false);
    for line in text.lines().map(str::trim) {
        if line.starts_with("```") {
            inside = line == "```sh";
            continue;
        }
        if !inside || !(open || line.starts_with("keyrig ")) {
            continue;
        }
        let part = line.trim_end_matches('\\').trim_end();
        match found.last_mut().filter(|_| open) {
            Some(last) => *last = format!("{last} {part}"),
            None => found.push(part.to_owned()),
        }
        open = line.ends_with('\\');
    }
    found
}

fn expectation(command: &str) -> (&str, i32) {
    let (line, comment) = command.split_once('#').unwrap_or((command, ""));
    let code = comment.split_whitespace().skip_while(|word| *word != "exits").nth(1).and_then(|code| code.parse().ok());
    (line.trim_end(), code.unwrap_or(0))
}

/// A folder in which everything of the repository can be read, and nothing of it is written.
fn mirror() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for entry in fs::read_dir(ROOT).unwrap() {
        let entry = entry.unwrap();
        if entry.file_name() != "target" {
            symlink(entry.path().canonicalize().unwrap(), folder.path().join(entry.file_name())).unwrap();
        }
    }
    folder
}

fn shell(line: &str, folder: &Path) -> Command {
    let binary = PathBuf::from(env!("CARGO_BIN_EXE_keyrig"));
    let path = format!("{}:{}", binary.parent().unwrap().display(), std::env::var("PATH").unwrap());
    let mut command = Command::new("sh");
    command.args(["-c", line]).current_dir(folder).env("PATH", path).stdin(Stdio::null());
    command
}

fn serves(line: &str, folder: &Path) {
    let mut child = shell(&format!("exec {line}"), folder).stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let url = lines.find_map(|line| line.unwrap().contains("http://127.0.0.1:").then_some(()));
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(url.is_some(), "{line} printed no URL");
}
