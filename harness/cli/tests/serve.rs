//! `keyrig rp serve` says where it is, answers there, and ends well on Ctrl-C.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

struct Serving {
    child: Child,
    lines: std::io::Lines<BufReader<ChildStdout>>,
}

impl Serving {
    fn start(words: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_keyrig"));
        let mut child = command.args(["rp", "serve"]).args(words).stdout(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        Self { child, lines }
    }

    fn line(&mut self) -> String {
        self.lines.next().unwrap().unwrap()
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn get(url: &str, path: &str) -> String {
    let host = url.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(host).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn it_answers_until_ctrl_c() {
    let mut serving = Serving::start(&["--policy", "default", "--json", "--admin-token", "hunter2"]);
    let told: serde_json::Value = serde_json::from_str(&serving.line()).unwrap();
    assert_eq!(told["policy"], "default");
    assert_eq!(told["admin_token"], "hunter2");
    assert_eq!(told["origins"][0], "https://corp.example.com");
    let answer = get(told["url"].as_str().unwrap(), "/health");
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");

    let interrupt = Command::new("kill").args(["-INT", &serving.child.id().to_string()]).status().unwrap();
    assert!(interrupt.success());
    assert_eq!(serving.child.wait().unwrap().code(), Some(0));
}

/// Whether a process has a handler for SIGINT, which is bit 1 of the mask that proc_pid_status(5) calls SigCgt.
fn hears_ctrl_c(id: u32) -> bool {
    let status = fs::read_to_string(format!("/proc/{id}/status")).unwrap();
    let caught = status.lines().find_map(|line| line.strip_prefix("SigCgt:")).unwrap();
    u64::from_str_radix(caught.trim(), 16).unwrap() & 0b10 != 0
}

#[test]
fn ctrl_c_is_heard_before_anyone_knows_that_it_serves() {
    let (mut reader, mut writer) = UnixStream::pair().unwrap();
    writer.set_nonblocking(true).unwrap();
    while writer.write(&[b'\n'; 4096]).is_ok() {}
    writer.set_nonblocking(false).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_keyrig"));
    let mut child = command.args(["rp", "serve"]).stdout(OwnedFd::from(writer)).spawn().unwrap();
    drop(command);
    let until = Instant::now() + Duration::from_secs(60);
    while !hears_ctrl_c(child.id()) && Instant::now() < until {
        std::thread::sleep(Duration::from_millis(10));
    }
    let heard = hears_ctrl_c(child.id());
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    let mut told = String::new();
    reader.read_to_string(&mut told).unwrap();
    assert_eq!((heard, child.wait().unwrap().code()), (true, Some(0)));
    assert!(told.trim_start().starts_with("serving policy hardened at "), "{}", told.trim_start());
}

#[test]
fn for_people_the_first_line_has_the_url() {
    let mut serving = Serving::start(&["--rp-id", "localhost", "--origin", "http://localhost:8080"]);
    let first = serving.line();
    let url = first.strip_prefix("serving policy hardened at ").unwrap();
    assert!(get(url, "/openapi.json").starts_with("HTTP/1.1 200"));
    assert_eq!(serving.line(), "RP ID localhost, origin http://localhost:8080");
}

#[test]
fn a_port_that_is_taken_is_the_environments_trouble() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let output = Command::new(env!("CARGO_BIN_EXE_keyrig")).args(["rp", "serve", "--port", &port]).output().unwrap();
    assert_eq!(output.status.code(), Some(3));
}
