//! Any reports as what a key answers to our own client: a request ends once, in time, and nothing piles up.
#![no_main]

use std::time::Duration;

use keyrig_ctap::Instant;
use keyrig_ctap::ctaphid::{Channel, Command, Dialogue, Event, LONGEST_MESSAGE, Message, Packet, Report};
use libfuzzer_sys::arbitrary::{self, Arbitrary};
use libfuzzer_sys::fuzz_target;

const NONCE: [u8; 8] = [1, 2, 3, 4, 5, 6, 7, 8];

#[derive(Arbitrary, Debug)]
enum Happening {
    Report(Vec<u8>),
    /// On the channel that it has, if it has one.
    Packet {
        kind: u8,
        length: u16,
        rest: Vec<u8>,
    },
    Message {
        command: u8,
        payload: Vec<u8>,
    },
    /// A welcome for its last nonce, with what follows it.
    Welcome(Vec<u8>),
    Wait(u16),
    Cancel,
    Ask(u16),
}

fuzz_target!(|happenings: Vec<Happening>| {
    let mut dialogue = Dialogue::new(NONCE);
    let (mut now, mut asked, mut ends, mut nonce) = (Instant::POWER_UP, 0u32, 0u32, NONCE);
    for happening in happenings.into_iter().take(64) {
        match happening {
            Happening::Report(bytes) => dialogue.take(now, &report(&bytes)),
            Happening::Packet { kind, length, rest } => {
                let channel = channel(&dialogue).0.to_be_bytes();
                let [high, low] = (length % 1024).to_be_bytes();
                dialogue.take(now, &report(&[&channel[..], &[kind, high, low], &rest].concat()));
            }
            Happening::Message { command, payload } => {
                say(&mut dialogue, now, Command(command), payload);
            }
            Happening::Welcome(rest) => say(&mut dialogue, now, Command::INIT, [&nonce[..], &rest].concat()),
            Happening::Wait(millis) => {
                now = now + Duration::from_millis(millis.into());
                dialogue.tick(now);
            }
            Happening::Cancel => dialogue.cancel(now),
            Happening::Ask(length) => {
                let length = usize::from(length) % (LONGEST_MESSAGE + 2);
                let done = dialogue.ask(now, Command::CBOR, &vec![0; length]);
                assert_eq!(done.is_err(), length > LONGEST_MESSAGE);
                (asked, ends) = if done.is_ok() { (1, 0) } else { (asked, ends) };
            }
        }
        let mut sent = 0;
        while let Some(report) = dialogue.send() {
            if let Packet::Initialization(packet) = Packet::from(&report)
                && packet.command == Command::INIT
            {
                nonce.copy_from_slice(&packet.payload[..8]);
            }
            sent += 1;
        }
        assert!(sent <= 131, "{sent} reports for one thing that happened");
        while let Some(event) = dialogue.event() {
            ends += u32::from(!matches!(event, Event::Keepalive(_)));
        }
        assert!(ends <= asked, "a request ends once");
        assert_eq!(dialogue.deadline().is_some(), ends < asked, "what has not ended has a deadline");
    }
    while let Some(due) = dialogue.deadline() {
        assert!(due > now, "what was due is done");
        now = due;
        dialogue.tick(now);
        while dialogue.send().is_some() {}
    }
});

fn say(dialogue: &mut Dialogue, now: Instant, command: Command, payload: Vec<u8>) {
    let message = Message { channel: channel(dialogue), command, payload };
    let Ok(reports) = message.fragment() else { return };
    reports.for_each(|report| dialogue.take(now, &report));
}

fn channel(dialogue: &Dialogue) -> Channel {
    dialogue.welcome().map_or(Channel::BROADCAST, |welcome| welcome.channel)
}

fn report(bytes: &[u8]) -> Report {
    let mut report = [0; 64];
    let length = bytes.len().min(64);
    report[..length].copy_from_slice(&bytes[..length]);
    report
}
