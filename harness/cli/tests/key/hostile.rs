//! What a program on the link, or on the control socket, does to nobody else.

use std::fs;
use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

use keyrig_ctap::{Command, Status};

use crate::on_a_desk::{Desk, Host, PATIENCE, registration};

/// Resident memory of a process, in KiB.
fn memory(id: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{id}/status")).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

/// Processor time that a process has used, in clock ticks.
fn ticks(id: u32) -> u64 {
    let stat = fs::read_to_string(format!("/proc/{id}/stat")).unwrap();
    let fields: Vec<&str> = stat.rsplit_once(')').unwrap().1.split_whitespace().collect();
    fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap()
}

/// How often the threads of a process have gone to sleep.
fn rests(id: u32) -> u64 {
    let threads = fs::read_dir(format!("/proc/{id}/task")).unwrap();
    let rests = threads.map(|thread| {
        let status = fs::read_to_string(thread.unwrap().path().join("status")).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("voluntary_ctxt_switches:")).unwrap();
        line.trim().parse::<u64>().unwrap()
    });
    rests.sum()
}

#[test]
fn a_flood_of_channels_and_half_messages_leaves_others_their_answer() {
    let desk = Desk::with(&[]);
    let mut honest = Host::at(&desk);
    let before = memory(desk.id());
    let mut flood = UnixStream::connect(desk.link()).unwrap();
    flood.set_nonblocking(true).unwrap();
    let mut sent = 0_u32;
    let until = Instant::now() + Duration::from_secs(2);
    let mut refused = 0_u32;
    // A slow machine gets through its first thousand later.
    while Instant::now() < until || (sent <= 1000 && Instant::now() < until + PATIENCE) {
        let mut report = [0; 64];
        report[..4].copy_from_slice(&sent.to_be_bytes());
        // In turn: a channel, a message of which the rest never comes, and a packet that nobody waits for.
        match sent % 3 {
            0 => report[..7].copy_from_slice(&[0xff, 0xff, 0xff, 0xff, 0x86, 0, 8]),
            1 => report[4..7].copy_from_slice(&[0x90, 0x1d, 0xb9]),
            _ => report[4] = 0x7f,
        }
        match flood.write(&report) {
            Ok(64) => sent += 1,
            Ok(part) => panic!("a socket that takes {part} bytes"),
            Err(_) => {
                refused += 1;
                let _ = flood.read(&mut [0; 4096]);
            }
        }
    }
    assert!(sent > 1000, "{sent} reports, {refused} refused");
    honest.send(&[Command::GET_INFO.0]);
    let (status, _) = honest.answer();
    assert_eq!(status, Status::OK);
    let grown = memory(desk.id()).saturating_sub(before);
    assert!(grown < 8 * 1024, "{sent} reports cost {grown} KiB");
}

#[test]
fn a_stranger_does_not_cancel_what_another_waits_for() {
    let desk = Desk::with(&[]);
    let mut honest = Host::at(&desk);
    let mut stranger = Host::at(&desk);
    honest.send(&registration("example.org", false));
    honest.wait_until_asked();
    stranger.cancel();
    stranger.send(&[Command::GET_INFO.0]);
    assert!(stranger.is_told_busy());
    desk.key(&["touch", "--wait", "10s"]);
    assert_eq!(honest.answer().0, Status::OK);
}

#[test]
fn more_programs_than_there_is_room_for_are_shown_the_door() {
    let desk = Desk::with(&[]);
    let mut first = Host::at(&desk);
    let crowd: Vec<UnixStream> = (0..60).map(|_| UnixStream::connect(desk.link()).unwrap()).collect();
    let mut last = crowd.last().unwrap();
    last.set_read_timeout(Some(PATIENCE)).unwrap();
    assert_eq!(last.read(&mut [0; 1]).unwrap(), 0);
    first.send(&[Command::GET_INFO.0]);
    assert_eq!(first.answer().0, Status::OK);
}

#[test]
fn a_touch_after_it_was_pulled_out_signs_nothing() {
    let desk = Desk::with(&[]);
    let mut host = Host::at(&desk);
    host.send(&registration("example.org", false));
    host.wait_until_asked();
    desk.key(&["remove"]);
    assert_eq!(desk.key_fails(&["touch"]).0, Some(1));
    desk.key(&["insert"]);
    assert_eq!(desk.key_fails(&["touch"]).0, Some(1));
    assert!(host.is_cut_off());
    assert_eq!(desk.key(&["credentials", "list", "--json"]), "[]\n");
}

#[test]
fn the_control_socket_refuses_what_it_cannot_read() {
    let desk = Desk::with(&[]);
    let token = fs::read_to_string(desk.folder().join("keyrig/desk.token")).unwrap();
    let ask = |token: &str, body: &str| {
        let mut stream = UnixStream::connect(desk.folder().join("keyrig/desk.sock")).unwrap();
        let length = body.len();
        write!(
            stream,
            "POST /v1/gestures HTTP/1.1\r\nHost: key\r\nAuthorization: Bearer {token}\r\nConnection: close\r\n\
             Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    };
    for (given, body, status, says) in [
        ("wrong", "{}", "401", "headers.authorization"),
        (&token, "{", "400", "read the body: EOF"),
        (&token, "{\"gesture\": \"kick\"}", "400", "unknown variant `kick`"),
        (&token, "{\"gesture\": \"touch\", \"force\": true}", "400", "unknown field `force`"),
        (&token, "{\"gesture\": \"touch\"}", "409", "it asks nothing"),
    ] {
        let answer = ask(given, body);
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}")), "{body}: {answer}");
        assert!(answer.contains(says) && answer.contains("\"help\""), "{body}: {answer}");
    }
}

#[test]
fn a_crowd_at_the_control_socket_keeps_nobody_out() {
    let desk = Desk::with(&[]);
    let half_open = || {
        let mut stream = UnixStream::connect(desk.folder().join("keyrig/desk.sock")).unwrap();
        stream.write_all(b"GET /v1/status HTTP/1.1\r\nHost: ").unwrap();
        stream
    };
    let crowd: Vec<UnixStream> = (0..600).map(|_| half_open()).collect();
    assert!(desk.key(&["status"]).contains("yubikey-5-nfc-5.7"));
    let open = fs::read_dir(format!("/proc/{}/fd", desk.id())).unwrap().count();
    assert!(open < 200, "{open} files are open, for {} who say nothing", crowd.len());
}

#[test]
fn each_of_two_hands_answers_one_request_and_no_other() {
    let desk = Desk::with(&[]);
    let mut host = Host::at(&desk);
    std::thread::scope(|scope| {
        let hand = || scope.spawn(|| desk.key(&["touch", "--wait", "20s"]));
        let hands = [hand(), hand()];
        for rp_id in ["one.example", "two.example"] {
            host.send(&registration(rp_id, false));
            assert_eq!(host.answer().0, Status::OK);
        }
        hands.into_iter().for_each(|hand| assert!(hand.join().unwrap().contains("authenticatorMakeCredential")));
    });
    host.send(&registration("three.example", false));
    host.wait_until_asked();
    desk.key(&["decline"]);
    assert_eq!(host.answer().0, Status::OPERATION_DENIED, "no touch is left over");
    assert_eq!(desk.key(&["log"]).matches("the user: touch").count(), 2);
}

#[test]
fn an_idle_key_sleeps() {
    let desk = Desk::with(&[]);
    let mut host = Host::at(&desk);
    host.send(&[Command::GET_INFO.0]);
    host.answer();
    // What is left to do after an answer may take a moment, and may be what fills a clock tick.
    let is_idle = || {
        let before = (rests(desk.id()), ticks(desk.id()));
        std::thread::sleep(Duration::from_secs(2));
        (rests(desk.id()), ticks(desk.id())) == before
    };
    assert!((0..5).any(|_| is_idle()), "it woke up in each two seconds in which nothing happened");
}
