//! `keyrig plug --trace` writes down what goes over the link, in either form, and `keyrig decode --trace` reads it.

#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::{Command, Output, Stdio};

fn keyrig(words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_keyrig"));
    command.args(words);
    command
}

fn plug(folder: &Path, link: &Path, trace: &str) -> Command {
    let socket = format!("socket:{}", link.display());
    let mut command = keyrig(&["plug", "yubikey-5-nfc-5.7", "--link", &socket, "--trace", trace]);
    command.env("XDG_RUNTIME_DIR", folder);
    command
}

/// A getInfo, asked of a key whose trace is kept; then the key is killed.
fn traced(folder: &Path, name: &str) -> String {
    let (link, trace) = (folder.join("key.hid"), folder.join(name));
    let trace = trace.to_str().unwrap();
    let mut key = plug(folder, &link, trace).stdout(Stdio::piped()).spawn().unwrap();
    let mut ready = String::new();
    BufReader::new(key.stdout.take().unwrap()).read_line(&mut ready).unwrap();
    let mut stream = UnixStream::connect(&link).unwrap();
    let channel = send(&mut stream, &[0xff, 0xff, 0xff, 0xff, 0x86, 0, 8, 1, 2, 3, 4, 5, 6, 7, 8])[15..19].to_vec();
    let mut report = send(&mut stream, &[&channel, &[0x90, 0, 1, 4][..]].concat());
    let length = usize::from(u16::from_be_bytes([report[5], report[6]]));
    for _ in 0..(length - 57).div_ceil(59) {
        stream.read_exact(&mut report).unwrap();
    }
    key.kill().unwrap();
    key.wait().unwrap();
    std::fs::remove_file(&link).unwrap();
    trace.to_owned()
}

fn send(stream: &mut UnixStream, begin: &[u8]) -> [u8; 64] {
    let mut report = [0; 64];
    report[..begin.len()].copy_from_slice(begin);
    stream.write_all(&report).unwrap();
    let mut answer = [0; 64];
    stream.read_exact(&mut answer).unwrap();
    answer
}

fn decoded(words: &[&str]) -> Output {
    keyrig(&[&["decode", "--trace"], words].concat()).output().unwrap()
}

#[test]
fn what_a_key_said_before_it_was_killed_can_be_read() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["trace.pcapng", "trace.jsonl"] {
        let output = decoded(&[&traced(folder.path(), name)]);
        let text = String::from_utf8(output.stdout).unwrap();
        let lines: Vec<&str> = text.lines().filter(|line| line.contains("  channel ")).collect();
        let expected = ["CTAPHID_INIT  8 bytes", "CTAPHID_INIT  17 bytes", "CTAPHID_CBOR  1 byte", "CTAPHID_CBOR  "];
        assert_eq!(lines.len(), expected.len(), "{text}");
        for (line, expected) in lines.iter().zip(expected) {
            assert!(line.contains(expected), "{line}");
        }
        assert!(text.contains("CTAP request authenticatorGetInfo, 1 byte"), "{text}");
        assert!(text.contains("CTAP response of authenticatorGetInfo"), "{text}");
    }
}

#[test]
fn what_is_damaged_or_missing_is_told_with_what_is_left() {
    let folder = tempfile::tempdir().unwrap();
    let trace = traced(folder.path(), "trace.jsonl");
    let lines: Vec<String> = std::fs::read_to_string(&trace).unwrap().lines().map(str::to_owned).collect();
    let outcome = |lines: &[String]| {
        std::fs::write(&trace, lines.join("\n") + "\n").unwrap();
        let output = decoded(&[&trace]);
        let [out, told] = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
        (output.status.code(), out.matches("  channel ").count(), told)
    };
    let (code, messages, told) = outcome(&lines);
    assert_eq!((code, messages, told.as_str()), (Some(0), 4, ""));

    let mut damaged = lines.clone();
    damaged[3] = damaged[3].replace("to-key", "to-kee");
    let (code, messages, told) = outcome(&damaged);
    assert_eq!((code, messages), (Some(2), 3), "{told}");
    assert!(
        told.contains("failed to read all of ") && told.contains("read line 4: unknown variant `to-kee`"),
        "{told}"
    );

    let mut missing = lines;
    missing.remove(5);
    let (code, messages, told) = outcome(&missing);
    assert_eq!((code, messages), (Some(1), 3), "{told}");
    assert!(told.contains("is not printed whole: ") && told.contains("others of them are missing"), "{told}");
}

#[test]
fn a_capture_that_was_cut_off_is_told_too() {
    let folder = tempfile::tempdir().unwrap();
    let trace = traced(folder.path(), "trace.pcapng");
    let bytes = std::fs::read(&trace).unwrap();
    std::fs::write(&trace, &bytes[..bytes.len() - 7]).unwrap();
    let output = decoded(&[&trace, "--json"]);
    assert_eq!(output.status.code(), Some(2));
    let messages: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(messages.as_array().map(Vec::len), Some(3), "the last one was not whole");
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(told.contains("the file ends in the middle of it"), "{told}");
}

#[test]
fn programs_get_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let output = decoded(&[&traced(folder.path(), "trace.pcapng"), "--json"]);
    let messages: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let messages = messages.as_array().unwrap();
    assert_eq!(messages.len(), 4);
    assert_eq!(messages[2]["direction"], "to-key");
    assert_eq!(messages[2]["payload"], "04");
    assert_eq!(messages[3]["ctap"]["title"], "CTAP response of authenticatorGetInfo");
}

#[test]
fn a_file_that_is_no_trace_is_refused_with_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("poem.txt");
    std::fs::write(&file, "shall I compare thee\n").unwrap();
    let output = decoded(&[file.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("read line 1: "), "{said}");
    let nowhere = folder.path().join("no/such/trace.pcapng");
    let link = folder.path().join("key.hid");
    let output = plug(folder.path(), &link, nowhere.to_str().unwrap()).output().unwrap();
    assert_eq!(output.status.code(), Some(3));
    assert!(String::from_utf8(output.stderr).unwrap().contains("failed to begin the trace"));
}
