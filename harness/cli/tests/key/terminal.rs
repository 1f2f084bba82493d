//! What somebody at a terminal sees of a key.

use std::io::{Read, Write as _};
use std::process::{Command as Process, Stdio};

use crate::on_a_desk::{Desk, Host, registration};
use keyrig_ctap::Status;

/// Seconds after which a view that hangs is ended.
const PATIENCE: &str = "60";

/// Reads until `wanted` has been drawn.
fn drawn(out: &mut impl Read, wanted: &str) {
    let mut screen = String::new();
    let mut some = [0; 4096];
    while !screen.contains(wanted) {
        let count = out.read(&mut some).unwrap();
        assert_ne!(count, 0, "`{wanted}` is never drawn: {screen}");
        screen.push_str(&String::from_utf8_lossy(&some[..count]));
    }
}

#[test]
fn a_view_shows_what_becomes_of_the_key_until_somebody_leaves() {
    let desk = Desk::with(&[]);
    let line = format!("stty rows 24 cols 80; exec {} key desk", env!("CARGO_BIN_EXE_keyrig"));
    let mut terminal = Process::new("timeout")
        .args([PATIENCE, "script", "-qefc", &line, "/dev/null"])
        .env("XDG_RUNTIME_DIR", desk.folder())
        .env("TERM", "xterm")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut out = terminal.stdout.take().unwrap();
    drawn(&mut out, "None yet.");
    let mut host = Host::at(&desk);
    host.send(&registration("example.org", false));
    desk.key(&["touch", "--wait", "10s"]);
    assert_eq!(host.answer().0, Status::OK);
    drawn(&mut out, "server-side");
    terminal.stdin.as_mut().unwrap().write_all(b"q").unwrap();
    out.read_to_end(&mut Vec::new()).unwrap();
    assert_eq!(terminal.wait().unwrap().code(), Some(0));
    assert!(desk.key(&["status"]).contains("credentials   1"), "whoever leaves leaves the key");
}
