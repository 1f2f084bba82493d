//! `keyrig plug --link socket:…` is a key that programs reach: it answers, it ends well, and nothing is in the way after a
//! `kill -9`.

#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};

struct Plugged(Child);

impl Plugged {
    fn at(link: &Path) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_keyrig"))
            .args(["plug", "yubikey-5-nfc-5.7", "--link", &format!("socket:{}", link.display())])
            .env("XDG_RUNTIME_DIR", link.parent().unwrap())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        assert!(line.starts_with("yubikey-5-nfc-5.7: YubiKey 5 NFC is plugged in, socket:"), "{line}");
        Self(child)
    }

    fn signal(&self, name: &str) {
        assert!(Command::new("kill").args([name, &self.0.id().to_string()]).status().unwrap().success());
    }
}

impl Drop for Plugged {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Opens a channel, as CTAP 2.3 §11.2.9.1.3 has it.
fn answers(link: &Path) {
    let mut stream = UnixStream::connect(link).unwrap();
    let mut report = [0; 64];
    report[..15].copy_from_slice(&[0xff, 0xff, 0xff, 0xff, 0x86, 0, 8, 1, 2, 3, 4, 5, 6, 7, 8]);
    stream.write_all(&report).unwrap();
    let mut answer = [0; 64];
    stream.read_exact(&mut answer).unwrap();
    assert_eq!(answer[..15], [&report[..5], &[0, 17], &report[7..15]].concat());
}

#[test]
fn it_answers_until_it_is_told_to_end() {
    let folder = tempfile::tempdir().unwrap();
    let link = folder.path().join("key.hid");
    for signal in ["-INT", "-TERM", "-HUP"] {
        let mut plugged = Plugged::at(&link);
        answers(&link);
        plugged.signal(signal);
        assert_eq!(plugged.0.wait().unwrap().code(), Some(0));
        assert!(!link.exists(), "{signal}");
    }
}

#[test]
fn nothing_is_in_the_way_after_it_was_killed() {
    let folder = tempfile::tempdir().unwrap();
    let link = folder.path().join("key.hid");
    let mut first = Plugged::at(&link);
    first.signal("-KILL");
    first.0.wait().unwrap();
    let _second = Plugged::at(&link);
    answers(&link);
}

#[test]
fn a_socket_that_is_in_use_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let link = folder.path().join("key.hid");
    let _first = Plugged::at(&link);
    let second = Command::new(env!("CARGO_BIN_EXE_keyrig"))
        .args(["plug", "yubikey-5-nfc-5.7", "--link", &format!("socket:{}", link.display()), "--name", "other"])
        .env("XDG_RUNTIME_DIR", folder.path())
        .output()
        .unwrap();
    assert_eq!(second.status.code(), Some(3));
    answers(&link);
}
