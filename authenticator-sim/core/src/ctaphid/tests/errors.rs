//! Each error of CTAPHID's table, what provokes it, and what does not.

use keyrig_ctap::ctaphid::{Channel, Command, ErrorCode, Initialization, LONGEST_MESSAGE, Message, Packet, Report};
use std::vec;
use std::vec::Vec;

use super::world::{GET_INFO, NONCE, World, error, millis, said};

/// The first packet of a message of `length` bytes.
fn first(channel: Channel, command: Command, length: u16) -> Report {
    Packet::Initialization(Initialization { channel, command, length, payload: [0; 57] }).encode()
}

/// The reports of a ping that takes three.
fn long_ping(channel: Channel) -> Vec<Report> {
    said(channel, Command::PING, &[5; 150]).fragment().unwrap().collect()
}

/// One answer for each error that an application can provoke, and the command that was answered so.
pub(crate) fn observed() -> Vec<(&'static str, Command, Message)> {
    let mut world = World::new();
    let (channel, other) = (world.open(), world.open());
    let mut seen = Vec::new();
    let mut see = |situation, command, answers: Vec<Message>| {
        let [answer] = answers.try_into().expect("one answer");
        seen.push((situation, command, answer));
    };
    see("a CTAPHID command that nobody knows", Command(0x20), world.send(channel, Command(0x20), &[]));
    see("a CTAPHID command of the makers' range", Command(0x40), world.send(channel, Command(0x40), &[]));
    see("a CTAPHID lock for more than 10 s", Command::LOCK, world.send(channel, Command::LOCK, &[11]));
    see("a CTAPHID message of no CBOR", Command::CBOR, world.send(channel, Command::CBOR, &[]));
    let too_long = first(channel, Command::PING, LONGEST_MESSAGE as u16 + 1);
    see("a CTAPHID message that no reports hold", Command::PING, world.report(&too_long));
    let reports = long_ping(channel);
    world.report(&reports[0]);
    see("a CTAPHID packet out of order", Command::PING, world.report(&reports[2]));
    world.report(&reports[0]);
    see("another CTAPHID channel amid a message", Command::PING, world.send(other, Command::PING, &[1]));
    let late = world.pass(millis(500)).into_iter().map(|(_, answer)| answer).collect();
    see("a CTAPHID message that is never finished", Command::PING, late);
    let stranger = Channel(0x1122_3344);
    see("a CTAPHID channel that nobody was given", Command::PING, world.send(stranger, Command::PING, &[1]));
    world.send(channel, Command::LOCK, &[2]);
    see("a CTAPHID channel that another one locks out", Command::PING, world.send(other, Command::PING, &[1]));
    seen
}

#[test]
fn commands_that_nobody_knows() {
    let mut world = World::new();
    let channel = world.open();
    let known = [Command::PING, Command::LOCK, Command::INIT, Command::WINK, Command::CBOR, Command::CANCEL];
    for command in (0..0x80).map(Command).filter(|command| !known.contains(command)) {
        assert_eq!(world.send(channel, command, &[1]), error(channel, ErrorCode::INVALID_CMD), "{command}");
    }
    assert_eq!(world.send(channel, Command::PING, &[1]), [said(channel, Command::PING, &[1])]);
}

#[test]
fn a_command_of_the_vendor_is_refused_with_its_first_packet() {
    let mut world = World::new();
    let channel = world.open();
    assert_eq!(world.send(channel, Command(0x40), &[1; 200]), error(channel, ErrorCode::INVALID_CMD));
    assert_eq!(world.driver.deadline(), None);
}

#[test]
fn a_command_of_the_vendor_is_answered_where_the_device_has_an_answer() {
    let mut world = World::new();
    let channel = world.open();
    world.driver.set_vendor_answers([(Command(0x42), vec![7; 80]), (Command::PING, vec![0])]);
    for asked in [&[][..], &[0], &[1; 100]] {
        assert_eq!(world.send(channel, Command(0x42), asked), [said(channel, Command(0x42), &[7; 80])]);
    }
    assert_eq!(world.send(channel, Command(0x43), &[0]), error(channel, ErrorCode::INVALID_CMD));
    assert_eq!(world.send(channel, Command::PING, &[1]), [said(channel, Command::PING, &[1])]);
}

#[test]
fn parameters_out_of_range() {
    let mut world = World::new();
    let channel = world.open();
    assert_eq!(world.send(channel, Command::LOCK, &[11]), error(channel, ErrorCode::INVALID_PAR));
    assert_eq!(world.send(channel, Command::LOCK, &[10]), [said(channel, Command::LOCK, &[])]);
}

#[test]
fn lengths_that_do_not_fit_the_command() {
    let mut world = World::new();
    let channel = world.open();
    let invalid = error(channel, ErrorCode::INVALID_LEN);
    for (command, payload) in [
        (Command::INIT, &NONCE[..7]),
        (Command::INIT, &[0; 9]),
        (Command::WINK, &[0]),
        (Command::LOCK, &[]),
        (Command::LOCK, &[1, 1]),
        (Command::CBOR, &[]),
    ] {
        assert_eq!(world.send(channel, command, payload), invalid, "{command} {payload:?}");
    }
    assert_eq!(world.report(&first(channel, Command::PING, LONGEST_MESSAGE as u16 + 1)), invalid);
    assert_eq!(world.report(&first(channel, Command::CBOR, u16::MAX)), invalid);
    assert_eq!(world.winks, 0);
    let longest = [7; LONGEST_MESSAGE];
    assert_eq!(world.send(channel, Command::PING, &longest), [said(channel, Command::PING, &longest)]);
}

#[test]
fn packets_out_of_order() {
    let mut world = World::new();
    let channel = world.open();
    let reports = long_ping(channel);
    world.report(&reports[0]);
    assert_eq!(world.report(&reports[2]), error(channel, ErrorCode::INVALID_SEQ));
    assert_eq!(world.report(&reports[1]), [], "the message is lost, and what is left of it is ignored");
    let heard: Vec<_> = reports.iter().flat_map(|report| world.report(report)).collect();
    assert_eq!(heard, [said(channel, Command::PING, &[5; 150])]);
}

#[test]
fn a_packet_that_comes_twice() {
    let mut world = World::new();
    let channel = world.open();
    let reports = long_ping(channel);
    world.report(&reports[0]);
    world.report(&reports[1]);
    assert_eq!(world.report(&reports[1]), error(channel, ErrorCode::INVALID_SEQ));
}

#[test]
fn a_message_that_begins_before_the_last_one_ends() {
    let mut world = World::new();
    let channel = world.open();
    world.report(&long_ping(channel)[0]);
    assert_eq!(world.send(channel, Command::WINK, &[]), error(channel, ErrorCode::INVALID_SEQ));
    assert_eq!(world.send(channel, Command::WINK, &[]), [said(channel, Command::WINK, &[])]);
}

#[test]
fn continuations_that_nobody_waits_for() {
    let mut world = World::new();
    let (channel, other) = (world.open(), world.open());
    let reports = long_ping(channel);
    assert_eq!(world.report(&reports[1]), []);
    world.report(&reports[0]);
    assert_eq!(world.report(&long_ping(other)[1]), []);
    assert_eq!(world.report(&long_ping(Channel(99))[1]), []);
    world.report(&reports[1]);
    assert_eq!(world.report(&reports[2]), [said(channel, Command::PING, &[5; 150])]);
}

#[test]
fn messages_that_are_never_finished() {
    let mut world = World::new();
    let channel = world.open();
    let reports = long_ping(channel);
    world.report(&reports[0]);
    assert_eq!(world.pass(millis(499)), []);
    world.report(&reports[1]);
    assert_eq!(world.pass(millis(499)), [], "a packet gives the next one its own time");
    let [timeout] = error(channel, ErrorCode::MSG_TIMEOUT);
    assert_eq!(world.pass(millis(500)), [(millis(1), timeout)]);
    assert_eq!(world.report(&reports[2]), []);
    assert_eq!(world.pass(millis(5000)), []);
}

#[test]
fn messages_that_take_their_time() {
    let mut world = World::new();
    let channel = world.open();
    let reports: Vec<Report> = said(channel, Command::PING, &[5; 600]).fragment().unwrap().collect();
    let mut heard = Vec::new();
    for report in &reports {
        heard.extend(world.report(report));
        heard.extend(world.pass(millis(400)).into_iter().map(|(_, message)| message));
    }
    assert_eq!(heard, error(channel, ErrorCode::MSG_TIMEOUT));
    assert_eq!(world.send(channel, Command::PING, &[]), [said(channel, Command::PING, &[])]);
}

#[test]
fn a_late_packet_finds_its_message_gone() {
    let mut world = World::new();
    let channel = world.open();
    let reports = long_ping(channel);
    world.report(&reports[0]);
    world.now = world.now + millis(700);
    assert_eq!(world.report(&reports[1]), error(channel, ErrorCode::MSG_TIMEOUT));
}

#[test]
fn a_device_that_is_busy() {
    let mut world = World::new();
    let (channel, other) = (world.open(), world.open());
    let reports = long_ping(channel);
    world.report(&reports[0]);
    for command in [Command::PING, Command::CBOR, Command::WINK, Command::LOCK] {
        assert_eq!(world.send(other, command, GET_INFO), error(other, ErrorCode::CHANNEL_BUSY), "{command}");
    }
    assert_eq!(world.send(other, Command::PING, &[1; 300]), error(other, ErrorCode::CHANNEL_BUSY));
    world.report(&reports[1]);
    assert_eq!(world.report(&reports[2]), [said(channel, Command::PING, &[5; 150])]);
    assert_eq!(world.send(other, Command::PING, &[1]), [said(other, Command::PING, &[1])]);
}

#[test]
fn a_lock_keeps_others_out_until_it_ends() {
    let mut world = World::new();
    let (channel, other) = (world.open(), world.open());
    let ping = |channel| [said(channel, Command::PING, &[1])];
    world.send(channel, Command::LOCK, &[2]);
    assert_eq!(world.send(other, Command::PING, &[1]), error(other, ErrorCode::CHANNEL_BUSY));
    assert_eq!(world.send(other, Command::LOCK, &[0]), error(other, ErrorCode::CHANNEL_BUSY));
    assert_eq!(world.send(other, Command::INIT, &NONCE), error(other, ErrorCode::CHANNEL_BUSY));
    let broadcast = Channel::BROADCAST;
    assert_eq!(world.send(broadcast, Command::INIT, &NONCE), error(broadcast, ErrorCode::CHANNEL_BUSY));
    assert_eq!(world.send(channel, Command::PING, &[1]), ping(channel));
    world.pass(millis(1999));
    assert_eq!(world.send(other, Command::PING, &[1]), error(other, ErrorCode::CHANNEL_BUSY));
    world.pass(millis(1));
    assert_eq!(world.send(other, Command::PING, &[1]), ping(other));

    world.send(channel, Command::LOCK, &[10]);
    world.send(channel, Command::LOCK, &[0]);
    assert_eq!(world.send(other, Command::PING, &[1]), ping(other));

    world.send(channel, Command::LOCK, &[10]);
    world.welcome(channel);
    assert_eq!(world.send(other, Command::PING, &[1]), ping(other));
}

#[test]
fn channels_that_nobody_was_given() {
    let mut world = World::new();
    let channel = world.open();
    for stranger in [Channel::RESERVED, Channel(channel.0 + 1), Channel(0x1122_3344), Channel::BROADCAST] {
        for command in [Command::PING, Command::CBOR, Command::CANCEL, Command(0x40)] {
            assert_eq!(world.send(stranger, command, &[1]), error(stranger, ErrorCode::INVALID_CHANNEL));
        }
    }
    assert_eq!(world.send(Channel::RESERVED, Command::INIT, &NONCE), error(Channel(0), ErrorCode::INVALID_CHANNEL));
    assert_eq!(world.send(Channel(9), Command::INIT, &NONCE), error(Channel(9), ErrorCode::INVALID_CHANNEL));
}
