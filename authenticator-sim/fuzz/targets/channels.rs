//! Applications on several channels of one key, and one that is in the middle of a request: whatever the others send, its
//! request is answered, each report goes to who asked, and what was due is done.
#![no_main]

use std::collections::BTreeMap;
use std::time::Duration;

use keyrig_core::ctaphid::{Driver, Input, Output};
use keyrig_core::entropy::Seeded;
use keyrig_core::seal::Honest;
use keyrig_core::{Authenticator, Gesture};
use keyrig_ctap::ctaphid::{Assembly, Channel, Command, Message, Packet, Progress, Report, Welcome};
use keyrig_ctap::{Instant, Status};
use keyrig_device::provider::AwsLc;
use keyrig_device::{assemble, profiles};
use libfuzzer_sys::arbitrary::{self, Arbitrary};
use libfuzzer_sys::fuzz_target;

#[derive(Arbitrary, Debug)]
struct Session {
    before: Vec<Act>,
    amid: Vec<Act>,
}

#[derive(Arbitrary, Debug)]
enum Act {
    Report { channel: u8, rest: Vec<u8> },
    Message { channel: u8, command: u8, payload: Vec<u8>, reports: u8 },
    Gesture(bool),
    Wait(u16),
    PowerCycle,
}

/// Longer than any request and any lock lasts.
const QUIET: Duration = Duration::from_secs(120);

const SELECTION: &[u8] = &[keyrig_ctap::Command::SELECTION.0];

fuzz_target!(|session: Session| {
    let mut world = World::new();
    for act in session.before.into_iter().take(48) {
        world.perform(act, None);
    }
    world.pass(QUIET);
    world.heard.clear();
    let own = world.open();
    world.send(own, Command::CBOR, SELECTION, usize::MAX);
    for act in session.amid.into_iter().take(48).filter(|act| matches!(act, Act::Report { .. } | Act::Message { .. })) {
        world.perform(act, Some(own));
    }
    world.give(Input::Gesture(Gesture::Touch));
    let answers = world.heard.remove(&own).unwrap_or_default();
    let answer = answers.iter().find(|message| message.command == Command::CBOR).expect("its request is answered");
    assert_eq!(answer.payload, [Status::OK.0]);
    assert!(
        answers.iter().all(|message| [Command::CBOR, Command::KEEPALIVE].contains(&message.command)),
        "{answers:?}"
    );
});

struct World {
    driver: Driver,
    now: Instant,
    /// What came for each channel.
    heard: BTreeMap<Channel, Vec<Message>>,
    partial: Option<Assembly>,
    /// Who has ever sent anything.
    asked: Vec<Channel>,
}

impl World {
    fn new() -> Self {
        let profile = profiles::find("yubikey-5-nfc-5.8").expect("embedded");
        let authenticator: Authenticator =
            assemble(profile, Box::new(AwsLc::new()), Box::new(Seeded::new([0; 32])), Box::new(Honest));
        let (heard, partial, asked) = Default::default();
        Self { driver: Driver::new(authenticator), now: Instant::POWER_UP, heard, partial, asked }
    }

    fn perform(&mut self, act: Act, but: Option<Channel>) {
        match act {
            Act::Report { channel, rest } => {
                let mut report: Report = [0; 64];
                report[..4].copy_from_slice(&number(channel, but).0.to_be_bytes());
                let length = rest.len().min(60);
                report[4..4 + length].copy_from_slice(&rest[..length]);
                self.report(&report);
            }
            Act::Message { channel, command, payload, reports } => {
                // Half of them are messages of CTAP2.
                let command = if command % 2 == 0 { Command::CBOR } else { Command(command / 2) };
                self.send(number(channel, but), command, &payload, usize::from(reports));
            }
            Act::Gesture(touch) => self.give(Input::Gesture(if touch { Gesture::Touch } else { Gesture::Decline })),
            Act::Wait(millis) => self.pass(Duration::from_millis(millis.into())),
            Act::PowerCycle => self.give(Input::PowerCycle),
        }
    }

    fn open(&mut self) -> Channel {
        self.send(Channel::BROADCAST, Command::INIT, &[7; 8], usize::MAX);
        let answers = self.heard.remove(&Channel::BROADCAST).unwrap_or_default();
        Welcome::parse(&answers.last().expect("a channel is opened").payload).expect("it is a welcome").channel
    }

    /// The first `reports` of a message.
    fn send(&mut self, channel: Channel, command: Command, payload: &[u8], reports: usize) {
        let message = Message { channel, command, payload: payload.to_vec() };
        let Ok(all) = message.fragment() else { return };
        all.take(reports.max(1)).for_each(|report| self.report(&report));
    }

    fn report(&mut self, report: &Report) {
        self.asked.push(Packet::from(report).channel());
        self.give(Input::Report(report));
    }

    fn give(&mut self, input: Input<'_>) {
        let mut outputs: Vec<Output> = self.driver.handle(self.now, input).collect();
        loop {
            let mut written = false;
            for output in outputs.drain(..) {
                match output {
                    Output::Report(report) => self.hear(&report),
                    Output::Persist(_) => written = true,
                    Output::Prompt(_) | Output::Wink => {}
                }
            }
            if !written {
                break;
            }
            outputs = self.driver.handle(self.now, Input::Persisted).collect();
        }
        assert!(self.partial.is_none(), "a message is sent in one go");
        assert!(self.driver.deadline().is_none_or(|due| due > self.now), "what was due is done");
    }

    fn hear(&mut self, report: &Report) {
        let packet = Packet::from(report);
        assert!(self.asked.contains(&packet.channel()), "it speaks to nobody who did not ask");
        let progress = match (packet, self.partial.take()) {
            (Packet::Initialization(packet), None) => Assembly::begin(&packet).expect("it is not too long"),
            (Packet::Continuation(packet), Some(assembly)) => assembly.accept(&packet).expect("it is in order"),
            (packet, partial) => panic!("{packet:?} after {partial:?}"),
        };
        match progress {
            Progress::Complete(message) => self.heard.entry(message.channel).or_default().push(message),
            Progress::Partial(assembly) => self.partial = Some(assembly),
        }
    }

    fn pass(&mut self, span: Duration) {
        let end = self.now + span;
        while let Some(due) = self.driver.deadline().filter(|due| *due <= end) {
            self.now = due;
            self.give(Input::Tick);
        }
        self.now = end;
        self.give(Input::Tick);
    }
}

/// One of the channels that are given first, everybody's, nobody's, or one far away; never `but`.
fn number(channel: u8, but: Option<Channel>) -> Channel {
    let channel = match channel % 8 {
        6 => Channel::BROADCAST,
        7 => Channel(0x0102_0304),
        low => Channel(low.into()),
    };
    if Some(channel) == but { Channel(0x0102_0305) } else { channel }
}
