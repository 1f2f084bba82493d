//! U2F messages, where the profile has them.

use keyrig_ctap::ctaphid::{Capabilities, Channel, Command, ErrorCode, Keepalive};
use keyrig_ctap::u2f::{Apdu, Instruction, StatusWord, answer};
use std::vec::Vec;

use super::world::{World, error, millis, only_u2f, said, with_u2f};
use crate::ctaphid::Driver;

fn apdu(instruction: Instruction, data: &[u8]) -> Vec<u8> {
    Apdu { class: 0, instruction, p1: 0, p2: 0, data }.encode()
}

#[test]
fn a_key_without_u2f_says_so_and_refuses_it() {
    let mut world = World::new();
    let welcome = world.welcome(Channel::BROADCAST);
    assert!(welcome.capabilities.contains(Capabilities::NMSG));
    let version = apdu(Instruction::VERSION, &[]);
    assert_eq!(world.send(welcome.channel, Command::MSG, &version), error(welcome.channel, ErrorCode::INVALID_CMD));
}

#[test]
fn a_key_with_u2f_answers_apdus() {
    let mut world = World::with(Driver::new(with_u2f()));
    let welcome = world.welcome(Channel::BROADCAST);
    assert_eq!(welcome.capabilities, Capabilities::WINK | Capabilities::CBOR);
    let channel = welcome.channel;
    let expected = answer(b"U2F_V2", StatusWord::NO_ERROR);
    let version = apdu(Instruction::VERSION, &[]);
    assert_eq!(world.send(channel, Command::MSG, &version), [said(channel, Command::MSG, &expected)]);
    assert_eq!(world.send(channel, Command::MSG, &[]), error(channel, ErrorCode::INVALID_LEN));
}

#[test]
fn a_key_without_ctap2_says_so_and_refuses_it() {
    let mut world = World::with(Driver::new(only_u2f()));
    let welcome = world.welcome(Channel::BROADCAST);
    assert_eq!(welcome.capabilities, Capabilities::WINK);
    let channel = welcome.channel;
    assert_eq!(world.send(channel, Command::CBOR, &[4]), error(channel, ErrorCode::INVALID_CMD));
    let version = apdu(Instruction::VERSION, &[]);
    let expected = answer(b"U2F_V2", StatusWord::NO_ERROR);
    assert_eq!(world.send(channel, Command::MSG, &version), [said(channel, Command::MSG, &expected)]);
}

#[test]
fn a_registration_waits_for_a_touch() {
    let mut world = World::with(Driver::new(with_u2f()));
    let channel = world.open();
    let register = apdu(Instruction::REGISTER, &[5; 64]);
    let needed = said(channel, Command::KEEPALIVE, &[Keepalive::UP_NEEDED.0]);
    assert_eq!(world.send(channel, Command::MSG, &register), [needed]);
    let answers = world.touch();
    let last = answers.last().unwrap();
    assert_eq!(last.command, Command::MSG);
    assert_eq!(last.payload[last.payload.len() - 2..], StatusWord::NO_ERROR.0.to_be_bytes());

    world.send(channel, Command::MSG, &register);
    let heard = world.pass(millis(10_000));
    let again = answer(&[], StatusWord::CONDITIONS_NOT_SATISFIED);
    assert_eq!(heard.last().unwrap().1, said(channel, Command::MSG, &again));
}
