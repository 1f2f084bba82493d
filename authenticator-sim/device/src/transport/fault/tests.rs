//! Each fault on a pair of sockets, on a clock that runs as fast as nothing happens.

use std::time::Duration;

use keyrig_ctap::ctaphid::{Channel, Message, Packet, Report};
use tokio::time::Instant;

use super::*;
use crate::transport::{Faulty, Link, Seam, Socket};

/// The reports of a message of three packets on channel 7.
fn message() -> Vec<Report> {
    let payload = (0..150).collect();
    Message { channel: Channel(7), command: Command::CBOR, payload }.fragment().unwrap().collect()
}

/// What arrives of `reports` from an authenticator whose link has one fault, and when.
async fn struck(name: &str, reports: &[Report], expected: usize) -> Vec<(Duration, Report)> {
    let (link, mut host) = Socket::pair().unwrap();
    let seam = Seam::default();
    let fault = find(name).unwrap();
    seam.arm(Armed { fault, direction: Direction::ToHost, times: 1, hold: Duration::from_secs(3) });
    let mut key = Faulty::new(link, seam.clone());
    let begun = Instant::now();
    let reports = reports.to_vec();
    tokio::spawn(async move {
        for report in &reports {
            key.send(report).await.unwrap();
        }
        key.receive().await
    });
    let mut arrived = Vec::new();
    while arrived.len() < expected {
        let report = host.receive().await.unwrap().unwrap();
        arrived.push((begun.elapsed(), report));
    }
    assert!(seam.armed().is_empty(), "{name} struck once");
    arrived
}

async fn arrives(name: &str, expected: usize) -> Vec<Report> {
    struck(name, &message(), expected).await.into_iter().map(|(_, report)| report).collect()
}

#[tokio::test(start_paused = true)]
async fn a_report_is_lost() {
    assert_eq!(arrives("drop", 2).await, message()[1..]);
}

#[tokio::test(start_paused = true)]
async fn a_report_comes_twice() {
    let [first, second, third] = message().try_into().unwrap();
    assert_eq!(arrives("duplicate", 4).await, [first, first, second, third]);
}

#[tokio::test(start_paused = true)]
async fn a_report_is_overtaken_by_the_next_one() {
    let [first, second, third] = message().try_into().unwrap();
    assert_eq!(arrives("reorder", 3).await, [second, first, third]);
}

#[tokio::test(start_paused = true)]
async fn a_report_that_no_other_follows_comes_after_a_second() {
    let only = &message()[..1];
    let arrived = struck("reorder", only, 1).await;
    assert_eq!(arrived[0].1, only[0]);
    assert!((1000..1100).contains(&arrived[0].0.as_millis()), "{:?}", arrived[0].0);
}

#[tokio::test(start_paused = true)]
async fn all_wait_behind_one_that_is_late() {
    let arrived = struck("stall", &message(), 3).await;
    let reports: Vec<Report> = arrived.iter().map(|(_, report)| *report).collect();
    assert_eq!(reports, message());
    assert!(arrived.iter().all(|(after, _)| (3000..3100).contains(&after.as_millis())), "{arrived:?}");
}

#[tokio::test(start_paused = true)]
async fn a_report_strays_to_another_channel() {
    let arrived = arrives("wrong-channel", 3).await;
    assert_eq!(Packet::from(&arrived[0]).channel(), Channel(!7));
    assert_eq!(arrived[1..], message()[1..]);
}

#[tokio::test(start_paused = true)]
async fn a_continuation_has_a_number_that_is_not_the_next() {
    let arrived = arrives("corrupt-sequence", 3).await;
    let Packet::Continuation(struck) = Packet::from(&arrived[1]) else { panic!("it stays a continuation") };
    assert_eq!((arrived[0], struck.sequence, arrived[2]), (message()[0], 1, message()[2]));
}

#[tokio::test(start_paused = true)]
async fn an_error_comes_in_the_place_of_a_whole_message() {
    let after = Message { channel: Channel(7), command: Command::PING, payload: vec![1] };
    let next: Vec<Report> = after.fragment().unwrap().collect();
    let arrived = struck("error-reply", &[message(), next.clone()].concat(), 2).await;
    assert_eq!((arrived[0].1[4], arrived[0].1[7]), (0x80 | Command::ERROR.0, 0x7f));
    assert_eq!(arrived[1].1, next[0]);
}

#[tokio::test(start_paused = true)]
async fn keepalives_are_left_alone() {
    let keepalive = Message { channel: Channel(7), command: Command::KEEPALIVE, payload: vec![2] };
    let reports: Vec<Report> = keepalive.fragment().unwrap().chain(message()).collect();
    let arrived = struck("drop", &reports, 3).await;
    assert_eq!((arrived[0].1, arrived[1].1), (reports[0], reports[2]));
}

#[tokio::test(start_paused = true)]
async fn a_fault_of_the_other_direction_lets_reports_pass() {
    let (link, mut host) = Socket::pair().unwrap();
    let seam = Seam::default();
    seam.arm(Armed { fault: find("drop").unwrap(), direction: Direction::ToKey, times: 1, hold: Duration::ZERO });
    let mut key = Faulty::new(link, seam.clone());
    key.send(&message()[0]).await.unwrap();
    assert_eq!(host.receive().await.unwrap(), Some(message()[0]));
    assert_eq!(seam.armed().len(), 1, "it still waits");
    for report in &message()[..2] {
        host.send(report).await.unwrap();
    }
    assert_eq!(key.receive().await.unwrap(), Some(message()[1]), "the first is lost");
}

#[test]
fn names_are_sorted_and_found() {
    assert!(ALL.is_sorted_by(|a, b| a.name < b.name));
    assert!(ALL.iter().all(|fault| find(fault.name).is_some_and(|found| found.name == fault.name)));
    assert!(find("earthquake").is_none());
}
