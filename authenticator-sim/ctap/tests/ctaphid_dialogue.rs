//! A dialogue against what devices answer, against reports that libfido2 took, and against arbitrary ones.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::time::Duration;

use keyrig_ctap::Instant;
use keyrig_ctap::ctaphid::{
    Capabilities, Channel, Command, Dialogue, ErrorCode, Event, Keepalive, Message, PROTOCOL_VERSION, Report, Trouble,
    Welcome,
};
use proptest::prelude::*;
use serde_json::Value;

const NONCE: [u8; 8] = [1, 2, 3, 4, 5, 6, 7, 8];
const CHANNEL: Channel = Channel(0x0102_0304);

fn at(millis: u64) -> Instant {
    Instant::from_micros(1_000 * millis)
}

fn reports(channel: Channel, command: Command, payload: &[u8]) -> Vec<Report> {
    Message { channel, command, payload: payload.to_vec() }.fragment().unwrap().collect()
}

fn welcome(nonce: [u8; 8], channel: Channel) -> Vec<Report> {
    welcome_with(Capabilities::CBOR, nonce, channel)
}

fn welcome_with(capabilities: Capabilities, nonce: [u8; 8], channel: Channel) -> Vec<Report> {
    let welcome = Welcome { nonce, channel, protocol: PROTOCOL_VERSION, version: [5, 7, 1], capabilities };
    reports(Channel::BROADCAST, Command::INIT, &welcome.encode())
}

fn sent(dialogue: &mut Dialogue) -> Vec<Report> {
    std::iter::from_fn(|| dialogue.send()).collect()
}

fn events(dialogue: &mut Dialogue) -> Vec<Event> {
    std::iter::from_fn(|| dialogue.event()).collect()
}

fn take_all(dialogue: &mut Dialogue, now: Instant, reports: &[Report]) {
    reports.iter().for_each(|report| dialogue.take(now, report));
}

/// A dialogue that has asked `payload` on its channel.
fn asking(payload: &[u8]) -> Dialogue {
    let mut dialogue = Dialogue::new(NONCE);
    dialogue.ask(at(0), Command::CBOR, payload).unwrap();
    assert_eq!(sent(&mut dialogue), reports(Channel::BROADCAST, Command::INIT, &NONCE));
    take_all(&mut dialogue, at(1), &welcome(NONCE, CHANNEL));
    assert_eq!(sent(&mut dialogue), reports(CHANNEL, Command::CBOR, payload));
    dialogue
}

#[test]
fn a_channel_is_opened_and_the_question_asked_on_it() {
    let question: Vec<u8> = (0..200).collect();
    let mut dialogue = asking(&question);
    take_all(&mut dialogue, at(100), &reports(CHANNEL, Command::KEEPALIVE, &[Keepalive::UP_NEEDED.0]));
    take_all(&mut dialogue, at(200), &reports(CHANNEL, Command::CBOR, &question));
    assert_eq!(events(&mut dialogue), [Event::Keepalive(Keepalive::UP_NEEDED), Event::Answer(question.clone())]);
    assert_eq!(dialogue.deadline(), None);
    dialogue.ask(at(300), Command::CBOR, &[4]).unwrap();
    assert_eq!(sent(&mut dialogue), reports(CHANNEL, Command::CBOR, &[4]), "the channel is kept");
}

#[test]
fn what_a_device_does_not_speak_is_not_asked() {
    for (capabilities, unspoken, spoken) in [
        (Capabilities::WINK, Command::CBOR, Command::MSG),
        (Capabilities::CBOR | Capabilities::NMSG, Command::MSG, Command::CBOR),
    ] {
        let mut dialogue = Dialogue::new(NONCE);
        dialogue.ask(at(0), unspoken, &[4]).unwrap();
        sent(&mut dialogue);
        take_all(&mut dialogue, at(1), &welcome_with(capabilities, NONCE, CHANNEL));
        assert_eq!(events(&mut dialogue), [Event::Failed(Trouble::NotSpoken(unspoken))]);
        assert_eq!((sent(&mut dialogue), dialogue.deadline()), (vec![], None));
        dialogue.ask(at(2), unspoken, &[4]).unwrap();
        assert_eq!(events(&mut dialogue), [Event::Failed(Trouble::NotSpoken(unspoken))], "it is known by now");
        dialogue.ask(at(3), spoken, &[0, 3, 0, 0]).unwrap();
        assert_eq!(sent(&mut dialogue), reports(CHANNEL, spoken, &[0, 3, 0, 0]), "the channel is kept");
    }
}

#[test]
fn what_others_are_told_is_passed_over() {
    let mut dialogue = Dialogue::new(NONCE);
    dialogue.ask(at(0), Command::CBOR, &[4]).unwrap();
    sent(&mut dialogue);
    take_all(&mut dialogue, at(1), &welcome([9; 8], Channel(7)));
    assert_eq!((sent(&mut dialogue), dialogue.welcome()), (vec![], None), "the nonce is another's");
    take_all(&mut dialogue, at(2), &welcome(NONCE, CHANNEL));
    sent(&mut dialogue);
    take_all(&mut dialogue, at(3), &reports(Channel(7), Command::CBOR, &[0, 1]));
    take_all(&mut dialogue, at(4), &welcome([9; 8], Channel(8)));
    assert_eq!(events(&mut dialogue), []);
    take_all(&mut dialogue, at(5), &reports(CHANNEL, Command::CBOR, &[0]));
    assert_eq!(events(&mut dialogue), [Event::Answer(vec![0])]);
}

#[test]
fn a_busy_device_is_asked_again_and_given_up_in_the_end() {
    let mut dialogue = asking(&[4]);
    let busy = reports(CHANNEL, Command::ERROR, &[ErrorCode::CHANNEL_BUSY.0]);
    take_all(&mut dialogue, at(10), &busy);
    assert_eq!((sent(&mut dialogue), dialogue.deadline()), (vec![], Some(at(110))));
    dialogue.tick(at(109));
    assert_eq!(sent(&mut dialogue), [] as [Report; 0]);
    dialogue.tick(at(110));
    assert_eq!(sent(&mut dialogue), reports(CHANNEL, Command::CBOR, &[4]));
    take_all(&mut dialogue, at(10_000), &busy);
    assert_eq!(events(&mut dialogue), [Event::Failed(Trouble::Busy)]);
}

#[test]
fn a_channel_that_the_device_forgot_is_opened_again_once() {
    let mut dialogue = asking(&[4]);
    let forgotten = reports(CHANNEL, Command::ERROR, &[ErrorCode::INVALID_CHANNEL.0]);
    take_all(&mut dialogue, at(10), &forgotten);
    let next = [1, 2, 3, 4, 5, 6, 7, 9];
    assert_eq!(sent(&mut dialogue), reports(Channel::BROADCAST, Command::INIT, &next));
    take_all(&mut dialogue, at(11), &welcome(next, Channel(5)));
    assert_eq!(sent(&mut dialogue), reports(Channel(5), Command::CBOR, &[4]));
    take_all(&mut dialogue, at(12), &reports(Channel(5), Command::ERROR, &[ErrorCode::INVALID_CHANNEL.0]));
    assert_eq!(events(&mut dialogue), [Event::Failed(Trouble::Error(ErrorCode::INVALID_CHANNEL))]);
}

#[test]
fn a_request_is_cancelled_once_and_its_answer_still_comes() {
    let mut dialogue = asking(&[1]);
    dialogue.cancel(at(50));
    dialogue.cancel(at(60));
    assert_eq!(sent(&mut dialogue), reports(CHANNEL, Command::CANCEL, &[]));
    take_all(&mut dialogue, at(70), &reports(CHANNEL, Command::CBOR, &[0x2d]));
    assert_eq!(events(&mut dialogue), [Event::Answer(vec![0x2d])]);
    dialogue.cancel(at(80));
    assert_eq!(sent(&mut dialogue), [] as [Report; 0], "nothing is under way");
}

#[test]
fn a_device_that_does_not_cancel_is_given_up_although_it_is_alive() {
    let mut dialogue = asking(&[1]);
    dialogue.cancel(at(50));
    let alive = reports(CHANNEL, Command::KEEPALIVE, &[Keepalive::PROCESSING.0]);
    (1..=51).for_each(|n| take_all(&mut dialogue, at(100 * n), &alive));
    assert_eq!(events(&mut dialogue).last(), Some(&Event::Failed(Trouble::NotCancelled)));
}

#[test]
fn silence_ends_at_its_deadline_and_keepalives_move_that() {
    let mut silent = Dialogue::new(NONCE);
    silent.ask(at(0), Command::CBOR, &[4]).unwrap();
    let deadline = silent.deadline().unwrap();
    silent.tick(deadline);
    assert_eq!(events(&mut silent), [Event::Failed(Trouble::Silence)]);
    let mut alive = asking(&[4]);
    let before = alive.deadline().unwrap();
    take_all(&mut alive, at(1_001), &reports(CHANNEL, Command::KEEPALIVE, &[Keepalive::PROCESSING.0]));
    assert_eq!(alive.deadline(), Some(before + Duration::from_secs(1)));
}

#[test]
fn garbled_answers_end_the_request_and_the_channel() {
    let answer = reports(CHANNEL, Command::CBOR, &[0; 200]);
    let mut dialogue = asking(&[4]);
    take_all(&mut dialogue, at(10), &[answer[0], answer[2]]);
    assert!(matches!(events(&mut dialogue).as_slice(), [Event::Failed(Trouble::Sequence(_))]));
    dialogue.ask(at(20), Command::CBOR, &[4]).unwrap();
    assert_eq!(sent(&mut dialogue).len(), 1, "a channel of its own comes first");
    assert_eq!(dialogue.welcome(), None);
    let mut other = asking(&[4]);
    take_all(&mut other, at(10), &reports(CHANNEL, Command::PING, &[1]));
    assert_eq!(events(&mut other), [Event::Failed(Trouble::Command(Command::PING))]);
    let mut nobody = Dialogue::new(NONCE);
    nobody.ask(at(0), Command::CBOR, &[4]).unwrap();
    take_all(&mut nobody, at(1), &welcome(NONCE, Channel::RESERVED));
    assert_eq!(events(&mut nobody), [Event::Failed(Trouble::Welcome)]);
}

#[test]
fn reports_that_libfido2_took_are_taken() {
    let file: Value = serde_json::from_str(include_str!("../../../vectors/ctaphid/libfido2.json")).unwrap();
    let hex = |text: &Value| -> Vec<u8> {
        let text = text.as_str().unwrap();
        (0..text.len() / 2).map(|i| u8::from_str_radix(&text[2 * i..2 * i + 2], 16).unwrap()).collect()
    };
    let mut taken = 0;
    for case in file["cases"].as_array().unwrap() {
        let reports: Vec<Report> =
            case["reports"].as_array().unwrap().iter().map(|report| hex(report).try_into().unwrap()).collect();
        let payload = hex(&case["payload"]);
        let init = case["command"] == "06";
        let nonce = if init { payload[..8].try_into().unwrap() } else { NONCE };
        let mut dialogue = Dialogue::new(nonce);
        dialogue.ask(at(0), Command(hex(&case["command"])[0]), &[4]).unwrap();
        if init {
            take_all(&mut dialogue, at(1), &reports);
            assert_eq!(dialogue.welcome().map(Welcome::encode), Some(payload));
        } else {
            let channel = Channel(u32::from_be_bytes(hex(&case["channel"]).try_into().unwrap()));
            take_all(&mut dialogue, at(1), &welcome(NONCE, channel));
            take_all(&mut dialogue, at(2), &reports);
            assert_eq!(events(&mut dialogue), [Event::Answer(payload)]);
        }
        taken += 1;
    }
    assert_eq!(taken, 6);
}

/// Something that may happen to a dialogue.
#[derive(Clone, Debug)]
enum Happening {
    Report(Vec<u8>),
    OnChannel(u8, Vec<u8>),
    Tick(u16),
    Cancel,
    Ask(usize),
}

fn happening() -> impl Strategy<Value = Happening> {
    let some = proptest::collection::vec(any::<u8>(), 64);
    prop_oneof![
        some.clone().prop_map(Happening::Report),
        (any::<u8>(), some).prop_map(|(kind, report)| Happening::OnChannel(kind, report)),
        any::<u16>().prop_map(Happening::Tick),
        Just(Happening::Cancel),
        (0usize..8_000).prop_map(Happening::Ask),
    ]
}

proptest! {
    #[test]
    fn any_message_goes_there_and_back(question in proptest::collection::vec(any::<u8>(), 0..7_609),
                                       answer in proptest::collection::vec(any::<u8>(), 0..7_609)) {
        let mut dialogue = asking(&question);
        take_all(&mut dialogue, at(2), &reports(CHANNEL, Command::CBOR, &answer));
        prop_assert_eq!(events(&mut dialogue), [Event::Answer(answer)]);
    }

    #[test]
    fn whatever_a_device_says_ends_in_at_most_one_way(happenings in proptest::collection::vec(happening(), 0..64)) {
        let mut dialogue = asking(&[4]);
        let (mut now, mut ends) = (at(1), 0);
        for happening in happenings {
            match happening {
                Happening::Report(bytes) => dialogue.take(now, &bytes.try_into().unwrap()),
                Happening::OnChannel(kind, mut bytes) => {
                    bytes[..4].copy_from_slice(&CHANNEL.0.to_be_bytes());
                    (bytes[4], bytes[5]) = (kind, bytes[5] % 4);
                    dialogue.take(now, &bytes.try_into().unwrap());
                }
                Happening::Tick(millis) => {
                    now = now + Duration::from_millis(millis.into());
                    dialogue.tick(now);
                }
                Happening::Cancel => dialogue.cancel(now),
                Happening::Ask(length) => {
                    let asked = dialogue.ask(now, Command::CBOR, &vec![0; length]);
                    prop_assert_eq!(asked.is_err(), length > 7_609);
                    ends = if asked.is_ok() { 0 } else { ends };
                }
            }
            ends += events(&mut dialogue).iter().filter(|event| !matches!(event, Event::Keepalive(_))).count();
            prop_assert!(ends <= 1, "a request ends once");
            prop_assert_eq!(dialogue.deadline().is_none(), ends == 1, "what has not ended has a deadline");
        }
    }
}
