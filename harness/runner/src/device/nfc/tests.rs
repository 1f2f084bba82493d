use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use keyrig_ctap::u2f;
use proptest::prelude::*;

use super::*;
use crate::device::LinkError;
use crate::device::real::{Carrier as _, Interrupt, Nobody, Watch};

/// A card that expects commands in hexadecimal and has an answer for each.
#[derive(Clone)]
struct Scripted(Arc<Mutex<VecDeque<(String, String)>>>);

impl Scripted {
    fn new(lines: &[(&str, &str)]) -> Self {
        let select = ("00a4040008a0000006472f000100".to_owned(), "4649444f5f325f309000".to_owned());
        let lines = lines.iter().map(|(command, answer)| (command.replace(' ', ""), answer.replace(' ', "")));
        Self(Arc::new(Mutex::new(std::iter::once(select).chain(lines).collect())))
    }
}

impl Reader for Scripted {
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, LinkError> {
        let (expected, answer) = self.0.lock().unwrap().pop_front().expect("the script goes on");
        assert_eq!(hex(command), expected);
        Ok(bytes(&answer))
    }
}

/// A card that speaks U2F, and what came of a message.
fn play_u2f(
    lines: &[(&str, &str)],
    exchange: impl FnOnce(&mut Applet<Scripted>, &mut Watch<'_>) -> Result<Vec<u8>, LinkError>,
) -> Result<String, LinkError> {
    let card = Scripted::new(lines);
    card.0.lock().unwrap()[0].1 = "5532465f56329000".to_owned();
    let mut applet = Applet::select(card.clone(), Duration::ZERO)?;
    assert_eq!(applet.version(), "U2F_V2");
    let (mut nobody, calm) = (Nobody, Interrupt::default());
    let answer = exchange(&mut applet, &mut Watch::new("a key", &mut nobody, &calm, MINUTE));
    assert!(card.0.lock().unwrap().is_empty(), "the whole script was played");
    answer.map(|answer| hex(&answer))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn bytes(hex: &str) -> Vec<u8> {
    (0..hex.len() / 2).map(|i| u8::from_str_radix(&hex[2 * i..2 * i + 2], 16).unwrap()).collect()
}

fn ask(reader: impl Reader, message: &[u8], granted: Duration) -> Result<Vec<u8>, LinkError> {
    let mut applet = Applet::select(reader, Duration::ZERO)?;
    let (mut nobody, calm) = (Nobody, Interrupt::default());
    applet.exchange(message, &mut Watch::new("a key", &mut nobody, &calm, granted))
}

fn play(lines: &[(&str, &str)], message: &[u8], granted: Duration) -> Result<String, LinkError> {
    let card = Scripted::new(lines);
    let answer = ask(card.clone(), message, granted);
    assert!(card.0.lock().unwrap().is_empty(), "the whole script was played");
    answer.map(|answer| hex(&answer))
}

const MINUTE: Duration = Duration::from_secs(60);

#[test]
fn a_short_message_is_one_command() {
    assert_eq!(play(&[("8010800001 04 00", "00a0 9000")], &[4], MINUTE).unwrap(), "00a0");
}

#[test]
fn a_long_answer_is_fetched_in_parts() {
    let lines = [("8010800001 04 00", "0001 6102"), ("00c00000 02", "0203 6100"), ("00c00000 00", "04 9000")];
    assert_eq!(play(&lines, &[4], MINUTE).unwrap(), "0001020304");
}

#[test]
fn a_long_message_is_extended_and_chained_where_that_is_not_understood() {
    let message = vec![7; 300];
    let (first, rest) = ("07".repeat(255), "07".repeat(45));
    let extended = format!("80108000 00012c {}{rest} 0000", first);
    assert_eq!(play(&[(&extended, "00 9000")], &message, MINUTE).unwrap(), "00");
    let chained = [
        (extended.as_str(), "6700"),
        (&format!("90108000 ff {first}"), "9000"),
        (&format!("80108000 2d {rest} 00"), "00 9000"),
    ];
    assert_eq!(play(&chained, &message, MINUTE).unwrap(), "00");
}

#[test]
fn an_answer_that_is_not_ready_is_polled_for() {
    let lines = [("8010800001 01 00", "02 9100"), ("80110000 00", "02 9100"), ("80110000 00", "00 9000")];
    assert_eq!(play(&lines, &[1], MINUTE).unwrap(), "00");
}

#[test]
fn a_card_is_told_once_to_cancel() {
    let lines = [("8010800001 01 00", "02 9100"), ("80111100 00", "01 9100"), ("80110000 00", "2d 9000")];
    assert_eq!(play(&lines, &[1], Duration::ZERO).unwrap(), "2d");
}

#[test]
fn a_card_of_u2f_knows_no_ctap2_message() {
    for refusal in ["6e00", "6d00"] {
        let lines = [("8010800001 04 00", refusal)];
        assert_eq!(play_u2f(&lines, |applet, watch| applet.exchange(&[4], watch)).unwrap(), "01");
    }
    let lines = [("8010800001 04 00", "6a80")];
    assert!(
        play_u2f(&lines, |applet, watch| applet.exchange(&[4], watch)).is_err(),
        "another refusal is another matter"
    );
}

#[test]
fn messages_of_u2f_are_short_where_they_can_be() {
    let version = u2f::version();
    let lines = [("0003000000", "5532465f5632 9000")];
    let told = play_u2f(&lines, |applet, watch| applet.exchange_u2f(&version, watch));
    assert_eq!(told.unwrap(), "5532465f56329000");
    let parameters = u2f::Parameters { challenge: [1; 32], application: [2; 32] };
    let hashes = format!("{}{}", "01".repeat(32), "02".repeat(32));
    let register = format!("0001000040{hashes}00");
    let lines = [(register.as_str(), "05 6102"), ("00c00000 02", "0607 9000")];
    let told = play_u2f(&lines, |applet, watch| applet.exchange_u2f(&parameters.register(), watch));
    assert_eq!(told.unwrap(), "0506079000", "a long answer is fetched in parts");
    let check = parameters.authenticate(u2f::Control::CHECK_ONLY, &[3; 200]).unwrap();
    let handle = "03".repeat(200);
    let extended = format!("0002070000 0109{hashes}c8{handle}0000");
    let (first, rest) = (format!("{hashes}c8{}", "03".repeat(190)), "03".repeat(10));
    let (link, last) = (format!("10020700ff{first}"), format!("000207000a{rest}00"));
    let lines = [(extended.as_str(), "6700"), (&link, "9000"), (&last, "6985")];
    let told = play_u2f(&lines, |applet, watch| applet.exchange_u2f(&check, watch));
    assert_eq!(told.unwrap(), "6985", "a card without extended lengths gets a chain");
}

#[test]
fn what_a_card_refuses_is_said() {
    assert!(play(&[("8010800001 04 00", "6d00")], &[4], MINUTE).unwrap_err().0.contains("SW_INS_NOT_SUPPORTED"));
    assert!(play(&[("8010800001 04 00", "9000")], &[4], MINUTE).unwrap_err().0.contains("nothing"));
    let endless = [("8010800001 04 00", "6100"), ("00c00000 00", "6100")];
    assert!(play(&endless, &[4], MINUTE).unwrap_err().0.contains("no end"));
}

/// A card that answers whatever it likes, and is taken away in the end.
struct Rubbish(VecDeque<Vec<u8>>);

impl Reader for Rubbish {
    fn transmit(&mut self, _: &[u8]) -> Result<Vec<u8>, LinkError> {
        self.0.pop_front().ok_or_else(|| LinkError("it was taken off the reader".to_owned()))
    }
}

proptest! {
    #[test]
    fn whatever_a_card_answers_ends(answers in proptest::collection::vec(rubbish(), 0..12),
                                    message in proptest::collection::vec(any::<u8>(), 0..600)) {
        let select = VecDeque::from([vec![0x90, 0x00]]);
        let _ = ask(Rubbish(select.into_iter().chain(answers).collect()), &message, Duration::ZERO);
    }
}

fn rubbish() -> impl Strategy<Value = Vec<u8>> {
    let status = prop_oneof![Just(0x9000u16), Just(0x9100), 0x6100u16..0x6200, any::<u16>()];
    let data = proptest::collection::vec(any::<u8>(), 0..8);
    prop_oneof![(data.clone(), status).prop_map(|(data, status)| [data, status.to_be_bytes().to_vec()].concat()), data,]
}
