//! A target that is slow, answers rubbish or hangs up never passes, and never keeps anybody waiting.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Output};
use std::time::{Duration, Instant};

/// Serves each connection with `answer` on a thread of its own, for as long as the test runs.
fn target(answer: fn(&mut TcpStream)) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            std::thread::spawn(move || {
                // Nobody has to read the whole request to answer it badly.
                let _ = stream.read(&mut [0; 4096]);
                answer(&mut stream);
            });
        }
    });
    url
}

/// Longer than a slow machine takes for all time limits of a command together.
const PATIENCE: Duration = Duration::from_secs(120);

fn keyrig(url: &str, words: &[&str]) -> Output {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("target.yaml");
    let text = format!(
        "name: bad\nurl: {url}\ndialect: fido-conformance\nrp_id: corp.example.com\n\
         origin: https://corp.example.com\ntimeout_ms: 500\n"
    );
    std::fs::write(&file, text).unwrap();
    let begun = Instant::now();
    let output = Command::new(env!("CARGO_BIN_EXE_keyrig")).args(words).arg("--target").arg(&file).output().unwrap();
    assert!(begun.elapsed() < PATIENCE, "{words:?} took {:?}", begun.elapsed());
    output
}

const REGISTER: [&str; 3] = ["register", "--user", "alice"];
const RUN: [&str; 2] = ["run", "ceremony/security-key-es256"];

fn never_passes(url: &str) {
    let register = keyrig(url, &REGISTER);
    assert_eq!(register.status.code(), Some(3), "{}", String::from_utf8_lossy(&register.stdout));
    let rejected = keyrig(url, &[&REGISTER[..], &["--expect", "rejected"]].concat());
    assert_eq!(rejected.status.code(), Some(3), "{}", String::from_utf8_lossy(&rejected.stdout));
    let run = keyrig(url, &RUN);
    let text = String::from_utf8_lossy(&run.stdout);
    assert!(matches!(run.status.code(), Some(1 | 3)), "{text}");
    assert!(text.contains("pass 0,"), "{text}");
}

#[test]
fn one_that_says_nothing() {
    never_passes(&target(|_| std::thread::sleep(2 * PATIENCE)));
}

#[test]
fn one_that_hangs_up() {
    never_passes(&target(|_| {}));
}

#[test]
fn one_that_speaks_html() {
    never_passes(&target(|stream| {
        let body = "<html>It works!</html>";
        let _ = write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len());
    }));
}

#[test]
fn one_that_speaks_no_http() {
    never_passes(&target(|stream| {
        let _ = stream.write_all(b"220 mail.example.com ESMTP\r\n");
    }));
}
