//! Every command of the README and of CONTRIBUTING does what it says.
//!
//! Each line of a code block that begins with `keyrig` or `cargo run --` is run by a shell, in a folder that looks like
//! the repository but keeps what is written to itself. A remark stands after two spaces; `exits 1` in it says so.
//! `rp serve` is stopped once it has printed its URL; a key stays plugged in at a socket for the commands about it. Lines with a `<placeholder>` are not commands, and targets that
//! need more than this repository have tests of their own.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

#[test]
fn every_command_holds() {
    let folder = mirror();
    for document in ["README.md", "CONTRIBUTING.md"] {
        let text = fs::read_to_string(Path::new(ROOT).join(document)).unwrap();
        let mut plugged = Vec::new();
        for command in commands(&text).iter().filter(|command| can_be_run(command)) {
            match command.0.starts_with("keyrig plug") {
                true => plugged.push(Plugged::stays(&command.0, folder.path())),
                false => holds(command, folder.path()),
            }
        }
    }
}

#[test]
fn the_readme_shows_commands() {
    let readme = fs::read_to_string(Path::new(ROOT).join("README.md")).unwrap();
    assert!(commands(&readme).iter().filter(|command| can_be_run(command)).count() >= 5);
}

#[test]
fn commands_are_found_with_their_expectations() {
    let text =
        "```\ncargo xtask demo\ncargo run -- list   all\nkeyrig run \\\n  --seed 1   exits 1\n```\n`keyrig no`\n";
    assert_eq!(commands(text), [("keyrig list".to_owned(), 0), ("keyrig run --seed 1".to_owned(), 1)]);
}

fn holds((line, expected): &(String, i32), folder: &Path) {
    if line.starts_with("keyrig rp serve") {
        return serves(line, folder);
    }
    let output = shell(line, folder).output().unwrap();
    let text = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
    assert_eq!(output.status.code(), Some(*expected), "{line}\n{text}");
}

/// A key that commands after it are about.
struct Plugged(Child);

impl Plugged {
    fn stays(line: &str, folder: &Path) -> Self {
        let line = format!("exec {line} --link socket:key.hid");
        let mut child = shell(&line, folder).stdout(Stdio::piped()).spawn().unwrap();
        let first = BufReader::new(child.stdout.take().unwrap()).lines().next().unwrap().unwrap();
        assert!(first.contains("is plugged in"), "{line}: {first}");
        Self(child)
    }
}

impl Drop for Plugged {
    fn drop(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

fn can_be_run((line, _): &(String, i32)) -> bool {
    !line.contains('<') && !line.contains("harness/targets/")
}

/// Each command and its exit code.
fn commands(text: &str) -> Vec<(String, i32)> {
    let mut found: Vec<(String, i32)> = Vec::new();
    let (mut inside, mut open) = (false, false);
    for line in text.lines().map(str::trim) {
        if line.starts_with("```") {
            inside = !inside;
            continue;
        }
        let line = line.replacen("cargo run -- ", "keyrig ", 1);
        if !inside || !(open || line.starts_with("keyrig ")) {
            continue;
        }
        let (part, remark) = line.split_once("  ").unwrap_or((&line, ""));
        let part = part.trim_end_matches('\\').trim_end();
        let code = if remark.contains("exits 1") { 1 } else { 0 };
        match found.last_mut().filter(|_| open) {
            Some((last, expected)) => (*last, *expected) = (format!("{last} {part}"), code),
            None => found.push((part.to_owned(), code)),
        }
        open = line.ends_with('\\');
    }
    found
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
    command
        .args(["-c", line])
        .current_dir(folder)
        .env("PATH", path)
        .env("XDG_RUNTIME_DIR", folder)
        .stdin(Stdio::null());
    command
}

fn serves(line: &str, folder: &Path) {
    let mut child = shell(&format!("exec {line}"), folder).stdout(Stdio::piped()).spawn().unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let url = lines.map(Result::unwrap).find(|line| line.contains("http://127.0.0.1:"));
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(url.is_some(), "{line} printed no URL");
}
