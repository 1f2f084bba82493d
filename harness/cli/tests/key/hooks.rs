//! Hooks that other suites call: the FIDO conformance tools', and those of python-fido2's robot.

use std::io::{Read, Write};
use std::net::TcpStream;

use crate::on_a_desk::{Desk, Host, registration};
use keyrig_ctap::Status;

/// The status code of the answer.
fn call(hooks: &str, method: &str, path: &str, headers: &[&str], body: &str) -> u16 {
    let address = hooks.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(address).unwrap();
    let host = if headers.iter().any(|header| header.starts_with("Host:")) { "" } else { "Host: localhost:PORT\r\n" };
    let host = host.replace("PORT", address.rsplit(':').next().unwrap());
    let more: String = headers.iter().map(|header| format!("{header}\r\n")).collect();
    let length = body.len();
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\n{host}{more}Content-Length: {length}\r\nConnection: close\r\n\r\n{body}"
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer.split(' ').nth(1).unwrap().parse().unwrap()
}

#[test]
fn the_conformance_tools_touch_and_unplug() {
    let mut desk = Desk::with(&["--hooks", "127.0.0.1:0"]);
    let hooks = desk.hooks();
    let mut host = Host::at(&desk);
    host.send(&registration("example.org", false));
    assert_eq!(call(&hooks, "POST", "/conformance/userpresence", &[], ""), 200);
    assert_eq!(host.answer().0, Status::OK, "the answer of the hook comes after the touch");
    assert_eq!(call(&hooks, "POST", "/conformance/powercycle", &[], ""), 200);
    assert!(host.is_cut_off());
    let results = r#"{"allTestsSelected": true, "passedTestsCount": 3, "failedTestsCount": 1, "failedTests": ["P-1"]}"#;
    assert_eq!(call(&hooks, "POST", "/conformance/results", &[], results), 200);
    assert_eq!(call(&hooks, "POST", "/conformance/results", &[], "{"), 400);
    let log = desk.key(&["log"]);
    assert!(log.contains("conformance results: 3 passed, 1 failed \"P-1\""), "{log}");
}

#[test]
fn the_robot_rests_its_finger_and_switches_the_port() {
    let mut desk = Desk::with(&["--hooks", "127.0.0.1:0"]);
    let hooks = desk.hooks();
    let get = |path: &str| call(&hooks, "GET", path, &[], "");
    assert_eq!(get("/"), 200);
    let mut host = Host::at(&desk);
    host.send(&registration("example.org", false));
    host.wait_until_asked();
    assert_eq!((get("/usb1/touch/off"), get("/usb1/touch/on")), (200, 200));
    assert_eq!(host.answer().0, Status::OK);
    assert_eq!((get("/usb1/touch/off"), get("/usb1/touch/on")), (200, 200));
    host.send(&registration("example.org", false));
    assert_eq!(host.answer().0, Status::OK, "the finger was there before the key asked");
    assert_eq!((get("/usb1/power/off"), desk.link().exists()), (200, false));
    assert_eq!((get("/usb1/power/on"), desk.link().exists()), (200, true));
    assert_eq!((get("/usb2/touch/on"), get("/usb/touch/on"), get("/usb1/touch")), (404, 404, 404));
}

#[test]
fn a_finger_that_was_taken_away_touches_nothing_afterwards() {
    let mut desk = Desk::with(&["--hooks", "127.0.0.1:0"]);
    let hooks = desk.hooks();
    let get = |path: &str| call(&hooks, "GET", path, &[], "");
    let mut host = Host::at(&desk);
    for away in ["/usb1/touch/off", "/usb1/power/off"] {
        assert_eq!((get("/usb1/touch/on"), get("/usb1/touch/on"), get(away)), (200, 200, 200));
        if away == "/usb1/power/off" {
            assert_eq!(get("/usb1/power/on"), 200);
            host = Host::at(&desk);
        }
        host.send(&registration("example.org", false));
        host.wait_until_asked();
        desk.key(&["decline"]);
        assert_eq!(host.answer().0, Status::OPERATION_DENIED, "{away}");
    }
}

#[test]
fn no_page_of_a_browser_touches_a_key() {
    let mut desk = Desk::with(&["--hooks", "127.0.0.1:0"]);
    let hooks = desk.hooks();
    let mut host = Host::at(&desk);
    host.send(&registration("example.org", false));
    host.wait_until_asked();
    for page in ["Origin: https://evil.example", "Origin: null", "Sec-Fetch-Site: cross-site", "Host: evil.example"] {
        assert_eq!(call(&hooks, "GET", "/usb1/touch/on", &[page], ""), 403, "{page}");
        assert_eq!(call(&hooks, "POST", "/conformance/userpresence", &[page], ""), 403, "{page}");
    }
    desk.key(&["decline"]);
    assert_eq!(host.answer().0, Status::OPERATION_DENIED);
}
