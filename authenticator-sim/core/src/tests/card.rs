//! The authenticator on a contactless reader.

use std::boxed::Box;
use std::time::Duration;
use std::vec::Vec;

use keyrig_ctap::iso7816::{
    BY_NAME, CANCEL, CHAINED, CLASS_CTAP, Command, END, FIDO_APPLET, Instruction, POLLS, StatusWord,
};
use keyrig_ctap::message::get_info::Info;
use keyrig_ctap::message::make_credential::Response;
use keyrig_ctap::profile::Profile;
use keyrig_ctap::{Command as Ctap, Instant, Status, u2f};
use proptest::prelude::*;

use super::platform::{make_request, message, security_key};
use crate::entropy::Seeded;
use crate::iso7816::{Card, Input, Output};
use crate::provider::Deterministic;
use crate::seal::Honest;
use crate::{Authenticator, Gesture, Setup};

pub(super) const GET_INFO: &[u8] = &[Ctap::GET_INFO.0];
const TOUCHED: &[u8] = &[2];

/// A reader with a card on it.
pub(super) struct Reader {
    card: Card,
    now: Instant,
    prompts: usize,
}

impl Reader {
    fn new(profile: &Profile) -> Self {
        let entropy = Box::new(Seeded::new([1; 32]));
        let setup = Setup::new(profile.clone(), Box::new(Deterministic), entropy, Box::new(Honest));
        let mut reader = Self { card: Card::new(Authenticator::new(setup)), now: Instant::POWER_UP, prompts: 0 };
        assert_eq!(reader.give(Input::Placed), None);
        reader
    }

    pub(super) fn selected(profile: &Profile) -> Self {
        let mut reader = Self::new(profile);
        assert_eq!(reader.select(&FIDO_APPLET).1, StatusWord::NO_ERROR);
        reader
    }

    /// The response to one input, if it has one by now.
    pub(super) fn give(&mut self, input: Input<'_>) -> Option<Vec<u8>> {
        let mut response = None;
        let mut outputs: Vec<Output> = self.card.handle(self.now, input).collect();
        while !outputs.is_empty() {
            let mut written = false;
            for output in outputs.drain(..) {
                match output {
                    Output::Response(bytes) => assert_eq!(response.replace(bytes), None, "one response a command"),
                    Output::Prompt(_) => self.prompts += 1,
                    Output::Persist(_) => written = true,
                }
            }
            if written {
                outputs = self.card.handle(self.now, Input::Persisted).collect();
            }
        }
        response
    }

    /// Data and status word of the response, once it comes.
    pub(super) fn send(&mut self, command: &Command<'_>) -> (Vec<u8>, StatusWord) {
        let mut response = self.give(Input::Command(&command.encode()));
        while response.is_none() {
            self.now = self.card.deadline().expect("a response comes in time");
            response = self.give(Input::Tick);
        }
        let response = response.unwrap();
        let (data, status) = response.split_last_chunk().unwrap();
        (data.to_vec(), StatusWord(u16::from_be_bytes(*status)))
    }

    fn select(&mut self, name: &[u8]) -> (Vec<u8>, StatusWord) {
        self.send(&Command { p1: BY_NAME, ..command(0, Instruction::SELECT, name) })
    }

    /// Sends a message in short commands, and fetches all of its answer.
    pub(super) fn exchange(&mut self, message: &[u8], p1: u8) -> (Vec<u8>, StatusWord) {
        let (last, parts) =
            message.chunks(250).collect::<Vec<_>>().split_last().map(|(l, p)| (*l, p.to_vec())).unwrap();
        for part in parts {
            let chained = Command { p1, ..command(CLASS_CTAP | CHAINED, Instruction::MSG, part) };
            assert_eq!(self.send(&chained), (Vec::new(), StatusWord::NO_ERROR));
        }
        let (mut data, mut status) = self.send(&Command { p1, ..command(CLASS_CTAP, Instruction::MSG, last) });
        while status.has_more() {
            let (more, next) = self.send(&command(0, Instruction::GET_RESPONSE, &[]));
            data.extend(more);
            status = next;
        }
        (data, status)
    }

    fn poll(&mut self, p1: u8) -> (Vec<u8>, StatusWord) {
        self.send(&Command { p1, ..command(CLASS_CTAP, Instruction::GETRESPONSE, &[]) })
    }
}

pub(super) fn command(class: u8, instruction: Instruction, data: &[u8]) -> Command<'_> {
    Command { class, instruction, p1: 0, p2: 0, data, expected: Some(256), extended: false }
}

pub(super) fn refused(status: StatusWord) -> (Vec<u8>, StatusWord) {
    (Vec::new(), status)
}

fn without_u2f() -> Profile {
    let mut profile = security_key();
    profile.get_info.versions.retain(|version| version != "U2F_V2");
    profile
}

fn long_touch_for_reset() -> Profile {
    let mut profile = security_key();
    profile.get_info.versions.push("FIDO_2_3".into());
    profile.get_info.long_touch_for_reset = Some(true);
    profile
}

#[test]
fn a_selection_says_which_version_is_spoken() {
    let mut reader = Reader::new(&security_key());
    assert_eq!(reader.select(&FIDO_APPLET), (b"U2F_V2".to_vec(), StatusWord::NO_ERROR));
    let mut reader = Reader::new(&without_u2f());
    assert_eq!(reader.select(&FIDO_APPLET), (b"FIDO_2_0".to_vec(), StatusWord::NO_ERROR));
    assert_eq!(reader.select(&[0xd2, 0x76]), refused(StatusWord::NOT_FOUND));
    assert_eq!(reader.exchange(GET_INFO, 0).1, StatusWord::NO_ERROR, "another's selection changes nothing");
}

#[test]
fn a_card_without_ctap2_knows_no_command_of_its_class() {
    let mut profile = security_key();
    profile.get_info = Info::of_u2f();
    let mut reader = Reader::new(&profile);
    assert_eq!(reader.select(&FIDO_APPLET), (b"U2F_V2".to_vec(), StatusWord::NO_ERROR));
    assert_eq!(reader.exchange(GET_INFO, 0), refused(StatusWord::CLA_NOT_SUPPORTED));
    assert_eq!(reader.poll(0), refused(StatusWord::CLA_NOT_SUPPORTED));
    let version = Instruction(u2f::Instruction::VERSION.0);
    assert_eq!(reader.send(&command(0, version, &[])), (b"U2F_V2".to_vec(), StatusWord::NO_ERROR));
}

#[test]
fn nothing_is_answered_before_a_selection_and_after_the_end() {
    let mut reader = Reader::new(&security_key());
    assert_eq!(reader.exchange(GET_INFO, 0), refused(StatusWord::COMMAND_NOT_ALLOWED));
    reader.select(&FIDO_APPLET);
    assert_eq!(reader.exchange(GET_INFO, 0).1, StatusWord::NO_ERROR);
    let end = Command { p1: END, expected: None, ..command(CLASS_CTAP, Instruction::CONTROL, &[]) };
    assert_eq!(reader.send(&end), refused(StatusWord::NO_ERROR));
    assert_eq!(reader.exchange(GET_INFO, 0), refused(StatusWord::COMMAND_NOT_ALLOWED));
}

#[test]
fn a_long_message_comes_in_parts_and_so_does_its_answer() {
    let mut request = make_request();
    request.user.display_name = Some("x".repeat(64));
    request.exclude_list = Some([1, 2, 3].map(|id| keyrig_ctap::message::Descriptor::public_key(&[id; 64])).into());
    let request = message(Ctap::MAKE_CREDENTIAL, &request.encode());
    assert!(request.len() > 250);
    for p1 in [0, POLLS] {
        let mut reader = Reader::selected(&security_key());
        let (answer, status) = reader.exchange(&request, p1);
        assert_eq!((Status(answer[0]), status), (Status::OK, StatusWord::NO_ERROR));
        assert!(answer.len() > 512, "two responses and a bit");
        assert_eq!(Response::decode(&answer[1..]).unwrap().format, "packed");

        let extended =
            Command { p1, extended: true, expected: None, ..command(CLASS_CTAP, Instruction::MSG, &request) };
        let (whole, status) = reader.send(&extended);
        assert_eq!((Status(whole[0]), status), (Status::OK, StatusWord::NO_ERROR));
        assert!(whole.len() > 512, "in one piece");
    }
}

#[test]
fn a_response_has_no_more_than_is_expected() {
    let mut reader = Reader::selected(&security_key());
    let (part, status) =
        reader.send(&Command { expected: Some(16), ..command(CLASS_CTAP, Instruction::MSG, GET_INFO) });
    assert_eq!(part.len(), 16);
    let left = usize::from(status.0 & 0xff);
    assert!(status.has_more() && left > 0);
    let rest = reader.send(&Command { expected: Some(left), ..command(0, Instruction::GET_RESPONSE, &[]) });
    assert_eq!((rest.0.len(), rest.1), (left, StatusWord::NO_ERROR));
    Info::decode(&[&part[1..], &rest.0].concat()).unwrap();
    assert_eq!(reader.send(&command(0, Instruction::GET_RESPONSE, &[])), refused(StatusWord::CONDITIONS_NOT_SATISFIED));
}

#[test]
fn a_chain_is_broken_by_any_other_command() {
    let mut reader = Reader::selected(&security_key());
    let stale = command(CLASS_CTAP | CHAINED, Instruction::MSG, &[0xff; 10]);
    assert_eq!(reader.send(&stale), refused(StatusWord::NO_ERROR));
    assert_eq!(reader.select(&[1, 2, 3]), refused(StatusWord::NOT_FOUND));
    let (answer, _) = reader.exchange(GET_INFO, 0);
    assert_eq!(Status(answer[0]), Status::OK, "what came before is no part of it");
}

#[test]
fn a_part_of_another_command_begins_a_chain_of_its_own() {
    let mut reader = Reader::selected(&security_key());
    assert_eq!(reader.send(&command(CLASS_CTAP | CHAINED, Instruction::MSG, &[0xff])), refused(StatusWord::NO_ERROR));
    let (answer, _) = reader.send(&Command { p1: POLLS, ..command(CLASS_CTAP, Instruction::MSG, GET_INFO) });
    assert_eq!(answer.first(), Some(&Status::OK.0));
}

#[test]
fn a_chain_without_end_is_refused_at_the_part_that_is_too_much() {
    let mut reader = Reader::selected(&security_key());
    let part = [0; 250];
    let ctap = command(CLASS_CTAP | CHAINED, Instruction::MSG, &part);
    (0..4).for_each(|_| assert_eq!(reader.send(&ctap), refused(StatusWord::NO_ERROR), "1200 bytes at most"));
    assert_eq!(reader.send(&ctap), ([Status::REQUEST_TOO_LARGE.0].to_vec(), StatusWord::NO_ERROR));
    let u2f = command(CHAINED, Instruction(u2f::Instruction::AUTHENTICATE.0), &part);
    assert_eq!(reader.send(&u2f), refused(StatusWord::NO_ERROR));
    assert_eq!(reader.send(&u2f), refused(StatusWord::WRONG_LENGTH), "320 bytes at most");
}

#[test]
fn a_card_that_lost_its_power_wants_to_be_selected_again() {
    let mut reader = Reader::selected(&security_key());
    assert_eq!(reader.give(Input::Reset), None);
    assert_eq!(reader.exchange(GET_INFO, 0), refused(StatusWord::COMMAND_NOT_ALLOWED));
}

#[test]
fn a_message_that_is_too_long_is_refused_as_ctap_says() {
    let mut reader = Reader::selected(&security_key());
    let at_limit = reader.exchange(&[0xff; 1200], 0);
    assert_eq!(at_limit, ([Status::INVALID_COMMAND.0].to_vec(), StatusWord::NO_ERROR));
    let chained = command(CLASS_CTAP | CHAINED, Instruction::MSG, &[0xff; 240]);
    for _ in 0..5 {
        assert_eq!(reader.send(&chained), refused(StatusWord::NO_ERROR));
    }
    let beyond = reader.send(&command(CLASS_CTAP, Instruction::MSG, &[0xff]));
    assert_eq!(beyond, ([Status::REQUEST_TOO_LARGE.0].to_vec(), StatusWord::NO_ERROR));
}

/// makeCredential to a card that was put on its reader two minutes ago, and the reply.
pub(super) fn long_on_its_reader() -> (Vec<u8>, Vec<u8>) {
    let request = message(Ctap::MAKE_CREDENTIAL, &make_request().encode());
    let mut reader = Reader::selected(&security_key());
    reader.now = reader.now + Duration::from_secs(120);
    let (reply, status) = reader.exchange(&request, POLLS);
    assert_eq!(status, StatusWord::NO_ERROR);
    (request, reply)
}

#[test]
fn being_on_the_reader_is_a_touch_for_two_minutes() {
    let request = message(Ctap::MAKE_CREDENTIAL, &make_request().encode());
    let mut reader = Reader::selected(&security_key());
    reader.now = reader.now + Duration::from_secs(119);
    assert_eq!(Status(reader.exchange(&request, 0).0[0]), Status::OK);
    reader.now = reader.now + Duration::from_secs(1);
    assert_eq!(reader.exchange(&request, POLLS), ([Status::UP_REQUIRED.0].to_vec(), StatusWord::NO_ERROR));
    assert_eq!(reader.give(Input::Reset), None);
    reader.select(&FIDO_APPLET);
    assert_eq!(reader.exchange(&request, 0).0, [Status::UP_REQUIRED.0], "a reset is no tap");
    assert_eq!((reader.give(Input::Removed), reader.give(Input::Placed)), (None, None));
    reader.select(&FIDO_APPLET);
    assert_eq!(Status(reader.exchange(&request, 0).0[0]), Status::OK);
    assert_eq!(reader.prompts, 0, "nobody was asked");
}

#[test]
fn a_reader_that_polls_is_told_what_is_missing() {
    let mut reader = Reader::selected(&long_touch_for_reset());
    let reset = [Ctap::RESET.0];
    assert_eq!(reader.exchange(&reset, POLLS), (TOUCHED.to_vec(), StatusWord::STATUS_UPDATE));
    assert_eq!(reader.poll(0), (TOUCHED.to_vec(), StatusWord::STATUS_UPDATE));
    assert_eq!(reader.exchange(GET_INFO, 0), refused(StatusWord::CONDITIONS_NOT_SATISFIED), "one at a time");
    assert_eq!(reader.give(Input::Gesture(Gesture::LongTouch)), None, "the reader asks");
    assert_eq!(reader.poll(0), ([Status::OK.0].to_vec(), StatusWord::NO_ERROR));
    assert_eq!(reader.poll(0), refused(StatusWord::CONDITIONS_NOT_SATISFIED), "it was fetched");
    assert_eq!(reader.prompts, 1);
}

#[test]
fn a_reader_that_polls_can_cancel() {
    let mut reader = Reader::selected(&long_touch_for_reset());
    assert_eq!(reader.exchange(&[Ctap::RESET.0], POLLS).1, StatusWord::STATUS_UPDATE);
    assert_eq!(reader.poll(CANCEL), ([Status::KEEPALIVE_CANCEL.0].to_vec(), StatusWord::NO_ERROR));
    assert_eq!(reader.exchange(&[Ctap::RESET.0], POLLS).1, StatusWord::STATUS_UPDATE);
    reader.select(&FIDO_APPLET);
    assert_eq!(reader.exchange(GET_INFO, 0).1, StatusWord::NO_ERROR, "a selection begins anew");
}

#[test]
fn a_reader_that_does_not_poll_waits() {
    let mut reader = Reader::selected(&long_touch_for_reset());
    let reset = command(CLASS_CTAP, Instruction::MSG, &[Ctap::RESET.0]).encode();
    assert_eq!(reader.give(Input::Command(&reset)), None);
    assert_eq!(reader.give(Input::Gesture(Gesture::LongTouch)), Some([Status::OK.0, 0x90, 0].to_vec()));
}

#[test]
fn u2f_messages_are_taken_in_either_form() {
    let mut reader = Reader::selected(&security_key());
    let version = Instruction(u2f::Instruction::VERSION.0);
    assert_eq!(reader.send(&command(0, version, &[])), (b"U2F_V2".to_vec(), StatusWord::NO_ERROR));
    let register = Instruction(u2f::Instruction::REGISTER.0);
    let half = reader.send(&command(CHAINED, register, &[5; 32]));
    assert_eq!(half, refused(StatusWord::NO_ERROR));
    let (data, status) = reader.send(&command(0, register, &[6; 32]));
    assert!(status.has_more() && data.len() == 256 && data[0] == 5, "{status}");
    let mut reader = Reader::selected(&without_u2f());
    assert_eq!(reader.send(&command(0, version, &[])), refused(StatusWord::INS_NOT_SUPPORTED));
}

#[test]
fn a_card_that_is_taken_away_says_nothing_more() {
    let mut reader = Reader::selected(&long_touch_for_reset());
    assert_eq!(reader.exchange(&[Ctap::RESET.0], POLLS).1, StatusWord::STATUS_UPDATE);
    assert_eq!(reader.give(Input::Removed), None);
    let get_info = command(CLASS_CTAP, Instruction::MSG, GET_INFO).encode();
    assert_eq!(reader.give(Input::Command(&get_info)), None);
    assert_eq!(reader.give(Input::Gesture(Gesture::LongTouch)), None);
    assert_eq!(reader.card.prompt(), None);
}

/// Something that readers and people do.
#[derive(Clone, Debug)]
enum Event {
    Command(Vec<u8>),
    Do(Input<'static>),
    Wait(u64),
}

fn event() -> impl Strategy<Value = Event> {
    let known = prop_oneof![
        Just((0, Instruction::SELECT, BY_NAME, FIDO_APPLET.to_vec())),
        Just((CLASS_CTAP, Instruction::MSG, POLLS, GET_INFO.to_vec())),
        Just((CLASS_CTAP, Instruction::MSG, POLLS, [Ctap::RESET.0].to_vec())),
        Just((CLASS_CTAP, Instruction::MSG, 0, message(Ctap::MAKE_CREDENTIAL, &make_request().encode()))),
        Just((CLASS_CTAP | CHAINED, Instruction::MSG, POLLS, [Ctap::RESET.0].to_vec())),
        Just((CLASS_CTAP, Instruction::GETRESPONSE, 0, Vec::new())),
        Just((CLASS_CTAP, Instruction::GETRESPONSE, CANCEL, Vec::new())),
        Just((CLASS_CTAP, Instruction::CONTROL, END, Vec::new())),
        Just((0, Instruction::GET_RESPONSE, 0, Vec::new())),
        any::<(u8, u8, u8, Vec<u8>)>().prop_map(|(class, ins, p1, data)| (class, Instruction(ins), p1, data)),
    ];
    let written = known.prop_map(|(class, instruction, p1, data)| {
        Event::Command(Command { p1, ..command(class, instruction, &data) }.encode())
    });
    let input = prop_oneof![
        Just(Input::Placed),
        Just(Input::Removed),
        Just(Input::Reset),
        Just(Input::Gesture(Gesture::LongTouch)),
        Just(Input::Persisted),
        Just(Input::Tick),
    ];
    prop_oneof![
        6 => written,
        2 => proptest::collection::vec(any::<u8>(), 0..40).prop_map(Event::Command),
        2 => input.prop_map(Event::Do),
        1 => (0_u64..130_000).prop_map(Event::Wait),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn each_command_has_one_response_and_the_same_each_time(events in proptest::collection::vec(event(), 1..40)) {
        let play = || {
            let mut reader = Reader::selected(&long_touch_for_reset());
            let mut said = Vec::new();
            let (mut here, mut owed) = (true, false);
            for event in &events {
                let response = match event {
                    // A reader sends no command before the last one is answered.
                    Event::Command(bytes) if here && !owed => {
                        let response = reader.give(Input::Command(bytes));
                        owed = response.is_none();
                        response
                    }
                    Event::Command(_) => continue,
                    Event::Do(input) => {
                        here = match input { Input::Placed => true, Input::Removed => false, _ => here };
                        let given = *input;
                        if matches!(given, Input::Placed | Input::Removed | Input::Reset) {
                            owed = false;
                        }
                        reader.give(given)
                    }
                    Event::Wait(millis) => {
                        reader.now = reader.now + Duration::from_millis(*millis);
                        reader.give(Input::Tick)
                    }
                };
                if response.is_some() && !matches!(event, Event::Command(_)) {
                    assert!(std::mem::take(&mut owed), "nobody asked: {event:?}");
                }
                said.push(response);
            }
            said
        };
        prop_assert_eq!(play(), play());
    }
}
