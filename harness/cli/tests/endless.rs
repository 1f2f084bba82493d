//! A file without an end, in each place where a file is asked for: an error that says so, and no memory without an end.

#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::fs::File;
use std::process::{Command, Output, Stdio};

const ENDLESS: &str = "/dev/zero";

/// What is said of a file that a person writes.
const TEXT: &str = "it is longer than 16 MiB, and no more of it is read";
/// And of one that a program writes.
const RECORD: &str = "it is longer than 256 MiB, and no more of it is read";

/// The words, with `$` for the file.
const WORDS: &[(&str, &str)] = &[
    ("decode $", TEXT),
    ("decode -", TEXT),
    ("decode --trace $", RECORD),
    ("fleet plug bare --link socket --expect $ -- true", TEXT),
    ("plug $ --link socket:key.hid", TEXT),
    ("profile diff bare $", TEXT),
    ("profile lint $", TEXT),
    ("profile show $", TEXT),
    ("replay $", RECORD),
    ("rp serve --policy $", TEXT),
    ("rp serve --trust $", TEXT),
    ("rp serve --users $", TEXT),
    ("run $", TEXT),
    ("run --baseline $ attack/origin-suffix", TEXT),
    ("run --device $ attack/origin-suffix", TEXT),
    ("run --known $ attack/origin-suffix", TEXT),
    ("run --target $ attack/origin-suffix", TEXT),
    ("run --trust $ attack/origin-suffix", TEXT),
];

fn keyrig(words: &str) -> Output {
    // A gigabyte of address space: more than any of them needs, and less than one without a bound would take.
    let limited = "ulimit -v 1500000; exec \"$0\" \"$@\"";
    let mut command = Command::new("sh");
    command.args(["-c", limited, env!("CARGO_BIN_EXE_keyrig")]);
    command.args(words.split(' ').map(|word| if word == "$" { ENDLESS } else { word }));
    command.stdin(Stdio::from(File::open(ENDLESS).unwrap())).env("NO_COLOR", "1").output().unwrap()
}

#[test]
fn a_file_without_an_end_is_refused_wherever_a_file_is_asked_for() {
    for (words, expected) in WORDS {
        let output = keyrig(words);
        let said = String::from_utf8_lossy(&output.stderr).split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(output.status.code(), Some(2), "{words}: {said}");
        assert!(said.contains(expected) && (said.contains(ENDLESS) || words.ends_with('-')), "{words}: {said}");
    }
}

#[test]
fn a_device_is_no_store() {
    let folder = tempfile::tempdir().unwrap();
    let link = format!("socket:{}", folder.path().join("key.hid").display());
    let output = keyrig(&format!("plug bare --store $ --link {link}"));
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(3), "{said}");
    assert!(said.contains("it is not a store of an authenticator"), "{said}");
}
