//! Requests from their first packet to their reply.

use keyrig_ctap::Status;
use keyrig_ctap::auth_data::AuthData;
use keyrig_ctap::cose::Algorithm;
use keyrig_ctap::ctaphid::{Channel, Command, ErrorCode, Keepalive, Message};
use keyrig_ctap::message::get_info::Info;
use keyrig_ctap::message::make_credential::Response;
use std::slice::from_ref;
use std::time::Duration;
use std::vec::Vec;

use super::world::{
    GET_INFO, SELECTION, World, error, make_credential, make_credential_by, millis, post_quantum, said,
};
use crate::Gesture;
use crate::ctaphid::{Driver, Input};

fn alive(channel: Channel, status: Keepalive) -> Message {
    said(channel, Command::KEEPALIVE, &[status.0])
}

fn status(channel: Channel, status: Status) -> [Message; 1] {
    [said(channel, Command::CBOR, &[status.0])]
}

#[test]
fn get_info_is_answered_at_once() {
    let mut world = World::new();
    let channel = world.open();
    let answers = world.send(channel, Command::CBOR, GET_INFO);
    assert_eq!((answers.len(), answers[0].channel, answers[0].command), (1, channel, Command::CBOR));
    let (status, info) = answers[0].payload.split_first().unwrap();
    assert_eq!(Status(*status), Status::OK);
    assert_eq!(Info::decode(info).unwrap().versions, ["FIDO_2_0", "FIDO_2_1"]);
    assert_eq!(world.driver.deadline(), None);
}

#[test]
fn a_wink_is_passed_on() {
    let mut world = World::new();
    let channel = world.open();
    assert_eq!(world.send(channel, Command::WINK, &[]), [said(channel, Command::WINK, &[])]);
    assert_eq!(world.winks, 1);
}

#[test]
fn keepalives_say_that_a_touch_is_needed_until_it_comes() {
    let mut world = World::new();
    let channel = world.open();
    let needed = alive(channel, Keepalive::UP_NEEDED);
    assert_eq!(world.send(channel, Command::CBOR, SELECTION), from_ref(&needed));
    assert_eq!(world.prompts, 1);
    let expected: Vec<(Duration, Message)> = (1..=3).map(|n| (millis(n * 100), needed.clone())).collect();
    assert_eq!(world.pass(millis(350)), expected);
    assert_eq!(world.touch(), status(channel, Status::OK));
    assert_eq!(world.driver.prompt(), None);
    assert_eq!(world.pass(millis(1000)), []);
}

#[test]
fn the_longest_key_and_signature_fit_into_one_message() {
    let mut world = World::with(Driver::new(post_quantum()));
    let channel = world.open();
    world.send(channel, Command::CBOR, &make_credential_by(Algorithm::ML_DSA_87));
    let answers = world.touch();
    let answer = answers.last().unwrap();
    assert_eq!(answer.command, Command::CBOR);
    let (status, made) = answer.payload.split_first().unwrap();
    assert_eq!(Status(*status), Status::OK);
    // FIPS 204, table 2: 2592 bytes of key and 4627 of signature.
    assert!((2592 + 4627..=7609).contains(&answer.payload.len()));
    let data = AuthData::parse(&Response::decode(made).unwrap().auth_data).unwrap();
    assert_eq!(data.attested.unwrap().public_key.algorithm(), Some(Algorithm::ML_DSA_87));
}

#[test]
fn a_late_tick_brings_one_keepalive() {
    let mut world = World::new();
    let channel = world.open();
    world.send(channel, Command::CBOR, SELECTION);
    world.now = world.now + millis(1234);
    assert_eq!(world.give(Input::Tick), [alive(channel, Keepalive::UP_NEEDED)]);
    assert_eq!(world.driver.deadline(), Some(world.now + millis(100)));
}

#[test]
fn the_reply_waits_for_the_store_and_keepalives_say_so() {
    let mut world = World::new();
    world.stores = false;
    let channel = world.open();
    let (needed, processing) = (alive(channel, Keepalive::UP_NEEDED), alive(channel, Keepalive::PROCESSING));
    assert_eq!(world.send(channel, Command::CBOR, &make_credential()), [needed]);
    assert_eq!(world.touch(), from_ref(&processing));
    assert_eq!(world.pass(millis(150)), [(millis(100), processing)]);
    assert_eq!(world.send(channel, Command::CANCEL, &[]), [], "it is too late");
    let answers = world.give(Input::Persisted);
    assert_eq!((answers.len(), world.changes), (1, 1));
    let (status, response) = answers[0].payload.split_first().unwrap();
    assert_eq!(Status(*status), Status::OK);
    assert_eq!(Response::decode(response).unwrap().format, "packed");
}

#[test]
fn a_request_that_is_given_up_while_the_store_writes_keeps_the_device_busy() {
    let mut world = World::new();
    world.stores = false;
    let channel = world.open();
    world.send(channel, Command::CBOR, &make_credential());
    world.touch();
    world.welcome(channel);
    assert_eq!(world.send(channel, Command::CBOR, GET_INFO), error(channel, ErrorCode::CHANNEL_BUSY));
    assert_eq!(world.pass(millis(1000)), []);
    assert_eq!(world.give(Input::Persisted), [], "nobody waits for the reply");
    assert_eq!(world.send(channel, Command::CBOR, GET_INFO).len(), 1);
    assert_eq!(world.driver.authenticator().state().credentials().count(), 1);
}

#[test]
fn a_cancel_answers_the_request_and_not_itself() {
    let mut world = World::new();
    let channel = world.open();
    world.send(channel, Command::CBOR, SELECTION);
    world.pass(millis(250));
    assert_eq!(world.send(channel, Command::CANCEL, &[]), status(channel, Status::KEEPALIVE_CANCEL));
    assert_eq!(world.send(channel, Command::CANCEL, &[]), []);
    assert_eq!(world.driver.prompt(), None);
    assert_eq!(world.touch(), []);
}

#[test]
fn a_cancel_with_nothing_under_way_is_ignored() {
    let mut world = World::new();
    let channel = world.open();
    assert_eq!(world.send(channel, Command::CANCEL, &[]), []);
    let reports: Vec<_> = said(channel, Command::PING, &[5; 100]).fragment().unwrap().collect();
    world.report(&reports[0]);
    assert_eq!(world.send(channel, Command::CANCEL, &[]), []);
    assert_eq!(world.report(&reports[1]), [said(channel, Command::PING, &[5; 100])]);
}

#[test]
fn requests_on_the_same_channel_do_not_disturb_the_one_that_waits() {
    let mut world = World::new();
    let channel = world.open();
    world.send(channel, Command::CBOR, SELECTION);
    assert_eq!(world.send(channel, Command::CBOR, GET_INFO), error(channel, ErrorCode::CHANNEL_BUSY));
    assert_eq!(world.send(channel, Command::PING, &[1; 100]), error(channel, ErrorCode::CHANNEL_BUSY));
    assert_eq!(world.touch(), status(channel, Status::OK));
}

#[test]
fn gestures_are_passed_on() {
    let mut world = World::new();
    let channel = world.open();
    assert_eq!(world.touch(), []);
    world.send(channel, Command::CBOR, SELECTION);
    let declined = world.give(Input::Gesture(Gesture::Decline));
    assert_eq!(declined, status(channel, Status::OPERATION_DENIED));
}

#[test]
fn a_user_who_does_nothing_ends_the_request() {
    let mut world = World::new();
    let channel = world.open();
    world.send(channel, Command::CBOR, SELECTION);
    let heard = world.pass(millis(40_000));
    let (at, last) = heard.last().unwrap();
    assert_eq!((*at, [last.clone()]), (millis(30_000), status(channel, Status::USER_ACTION_TIMEOUT)));
    assert_eq!(heard.len(), 300, "a keepalive each 100 ms before it");
}
