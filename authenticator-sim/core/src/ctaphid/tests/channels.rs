//! Channels, and what one may do to another.

use keyrig_ctap::ctaphid::{Capabilities, Channel, Command, ErrorCode};
use keyrig_ctap::{Instant, Status};

use super::world::{GET_INFO, NONCE, SELECTION, World, authenticator, error, millis, said};
use crate::ctaphid::{Driver, Input};

#[test]
fn a_channel_is_given_on_the_broadcast_channel() {
    let mut world = World::new();
    let welcome = world.welcome(Channel::BROADCAST);
    assert_eq!((welcome.nonce, welcome.protocol, welcome.version), (NONCE, 2, [5, 4, 3]));
    let all = Capabilities::WINK | Capabilities::CBOR | Capabilities::NMSG;
    assert_eq!(welcome.capabilities, all);
    assert_ne!(world.open(), welcome.channel);
    assert_eq!(world.welcome(welcome.channel).channel, welcome.channel);
}

#[test]
fn the_oldest_channel_is_closed_when_there_are_too_many() {
    let mut world = World::with(Driver::with_channels(authenticator(), 2));
    let (oldest, older) = (world.open(), world.open());
    world.open();
    assert_eq!(world.send(oldest, Command::PING, &[]), error(oldest, ErrorCode::INVALID_CHANNEL));
    assert_eq!(world.send(older, Command::PING, &[]), [said(older, Command::PING, &[])]);
}

#[test]
fn what_is_under_way_on_a_channel_that_is_closed_is_still_answered() {
    let mut world = World::with(Driver::with_channels(authenticator(), 1));
    let channel = world.open();
    world.send(channel, Command::CBOR, SELECTION);
    world.open();
    assert_eq!(world.touch(), [said(channel, Command::CBOR, &[Status::OK.0])]);
}

#[test]
fn many_channels_close_none() {
    let mut world = World::new();
    let channel = world.open();
    for _ in 0..10_000 {
        world.open();
    }
    assert_eq!(world.send(channel, Command::PING, &[]), [said(channel, Command::PING, &[])]);
}

#[test]
fn an_init_puts_its_own_channel_back_in_step() {
    let mut world = World::new();
    let channel = world.open();
    let reports: std::vec::Vec<_> = said(channel, Command::PING, &[5; 150]).fragment().unwrap().collect();
    world.report(&reports[0]);
    assert_eq!(world.welcome(channel).channel, channel);
    assert_eq!(world.report(&reports[1]), []);
    assert_eq!(world.pass(millis(1000)), []);
    assert_eq!(world.send(channel, Command::PING, &[1]), [said(channel, Command::PING, &[1])]);
}

#[test]
fn an_init_ends_a_request_that_waits_for_the_user_without_a_reply() {
    let mut world = World::new();
    let channel = world.open();
    world.send(channel, Command::CBOR, SELECTION);
    assert!(world.driver.prompt().is_some());
    assert_eq!(world.welcome(channel).channel, channel);
    assert_eq!(world.driver.prompt(), None);
    assert_eq!(world.pass(millis(60_000)), []);
    assert_eq!(world.touch(), []);
    assert_eq!(world.send(channel, Command::CBOR, GET_INFO).len(), 1);
}

#[test]
fn an_init_makes_room_for_the_next_request_at_once() {
    let mut world = World::new();
    let channel = world.open();
    world.send(channel, Command::CBOR, SELECTION);
    world.welcome(channel);
    assert_eq!(world.send(channel, Command::PING, &[1]), [said(channel, Command::PING, &[1])]);
}

#[test]
fn an_init_elsewhere_leaves_a_request_alone() {
    let mut world = World::new();
    let (channel, other) = (world.open(), world.open());
    world.send(channel, Command::CBOR, SELECTION);
    world.welcome(other);
    world.open();
    assert_eq!(world.touch(), [said(channel, Command::CBOR, &[Status::OK.0])]);
}

#[test]
fn a_cancel_elsewhere_leaves_a_request_alone() {
    let mut world = World::new();
    let (channel, other) = (world.open(), world.open());
    world.send(channel, Command::CBOR, SELECTION);
    assert_eq!(world.send(other, Command::CANCEL, &[]), []);
    assert_eq!(world.touch(), [said(channel, Command::CBOR, &[Status::OK.0])]);
}

#[test]
fn power_closes_all_channels() {
    let mut world = World::new();
    let channel = world.open();
    world.send(channel, Command::LOCK, &[10]);
    world.send(channel, Command::CBOR, SELECTION);
    assert_eq!(world.give(Input::PowerCycle), []);
    assert_eq!((world.driver.prompt(), world.driver.deadline()), (None, None));
    assert_eq!(world.touch(), []);
    assert_eq!(world.send(channel, Command::PING, &[]), error(channel, ErrorCode::INVALID_CHANNEL));
    assert_eq!(world.open(), channel);
}

#[test]
fn outputs_that_nobody_took_go_with_the_power() {
    let mut world = World::new();
    let ping = said(world.open(), Command::PING, &[1]).fragment().unwrap().next().unwrap();
    drop(world.driver.handle(world.now, Input::Report(&ping)));
    assert_eq!(world.give(Input::PowerCycle), []);
}

#[test]
fn time_never_goes_back() {
    let mut world = World::new();
    let channel = world.open();
    world.pass(millis(1000));
    world.give(Input::Tick);
    world.now = Instant::POWER_UP;
    world.send(channel, Command::CBOR, SELECTION);
    assert_eq!(world.driver.deadline(), Some(Instant::from_micros(1_100_000)));
}
