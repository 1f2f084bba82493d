//! Any responses of a card to our own reader: an answer that is none too long, or why there is none.
#![no_main]

use std::collections::VecDeque;
use std::time::Duration;

use keyrig_runner::device::LinkError;
use keyrig_runner::device::nfc::{Applet, Reader};
use keyrig_runner::device::real::{Carrier, Interrupt, Nobody, Watch};
use libfuzzer_sys::arbitrary::{self, Arbitrary};
use libfuzzer_sys::fuzz_target;

#[derive(Arbitrary, Debug)]
struct Session {
    responses: Vec<Response>,
    message: Vec<u8>,
    /// Whether the person stops waiting at once.
    cancels: bool,
}

#[derive(Arbitrary, Debug)]
enum Response {
    Raw(Vec<u8>),
    More(Vec<u8>, u8),
    NotYet(u8),
    Done(Vec<u8>),
}

struct Card(VecDeque<Vec<u8>>);

impl Reader for Card {
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, LinkError> {
        assert!(command.len() >= 4, "a command has a header");
        self.0.pop_front().ok_or_else(|| LinkError("it was taken off the reader".to_owned()))
    }
}

fuzz_target!(|session: Session| {
    let responses = session.responses.into_iter().map(|response| match response {
        Response::Raw(bytes) => bytes,
        Response::More(data, rest) => [&data[..], &[0x61, rest]].concat(),
        Response::NotYet(status) => vec![status, 0x91, 0x00],
        Response::Done(data) => [&data[..], &[0x90, 0x00]].concat(),
    });
    let Ok(mut applet) = Applet::select(Card(responses.collect()), Duration::ZERO) else { return };
    let granted = if session.cancels { Duration::ZERO } else { Duration::from_secs(60) };
    let (mut nobody, calm) = (Nobody, Interrupt::default());
    if let Ok(answer) = applet.exchange(&session.message, &mut Watch::new("a card", &mut nobody, &calm, granted)) {
        assert!(!answer.is_empty(), "an answer has a status");
    }
});
