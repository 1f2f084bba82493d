//! Whatever applications send: no panic, no harm to another, and the same answer each time.

use keyrig_ctap::ctaphid::{Channel, Command, Message, Report};
use keyrig_ctap::{Instant, Status};
use proptest::prelude::*;
use std::vec::Vec;

use super::world::{NONCE, SELECTION, World, make_credential, millis, said};
use crate::Gesture;
use crate::ctaphid::{Input, Output};

/// What happens to a driver.
#[derive(Clone, Debug)]
enum Event {
    Reports(Vec<Report>),
    Gesture(Gesture),
    Persisted,
    Wait(u64),
    PowerCycle,
}

fn report() -> impl Strategy<Value = Report> {
    let payload = proptest::collection::vec(any::<u8>(), 57);
    let channel = prop_oneof![0u32..5, Just(u32::MAX), any::<u32>()];
    let kind = prop_oneof![Just(0x86), Just(0x90), Just(0x91), Just(0x81), Just(0x84), 0u8..4, any::<u8>()];
    let length = prop_oneof![Just(1), Just(8), 0u16..200, any::<u16>()];
    (channel, kind, length, payload).prop_map(|(channel, kind, length, payload)| {
        let mut report = [0; 64];
        report[..4].copy_from_slice(&channel.to_be_bytes());
        report[4] = kind;
        report[5..7].copy_from_slice(&length.to_be_bytes());
        report[7..].copy_from_slice(&payload);
        report
    })
}

fn whole_message() -> impl Strategy<Value = Vec<Report>> {
    let request = prop_oneof![
        Just((Command::CBOR, SELECTION.to_vec())),
        Just((Command::CBOR, make_credential())),
        Just((Command::INIT, NONCE.to_vec())),
        Just((Command::CANCEL, Vec::new())),
        Just((Command::LOCK, [1].to_vec())),
        Just((Command::PING, [7; 100].to_vec())),
    ];
    let channel = prop_oneof![1u32..4, Just(u32::MAX)];
    (channel, request).prop_map(|(channel, (command, payload))| {
        said(Channel(channel), command, &payload).fragment().unwrap().collect()
    })
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        4 => whole_message().prop_map(Event::Reports),
        4 => report().prop_map(|report| Event::Reports([report].to_vec())),
        1 => prop_oneof![Just(Gesture::Touch), Just(Gesture::Decline)].prop_map(Event::Gesture),
        1 => Just(Event::Persisted),
        2 => (0u64..40_000_000).prop_map(Event::Wait),
        1 => Just(Event::PowerCycle),
    ]
}

/// Every output of a session, in order.
fn session(events: &[Event]) -> Vec<Output> {
    let mut driver = World::new().driver;
    let mut now = Instant::POWER_UP;
    let mut outputs = Vec::new();
    for event in events {
        match event {
            Event::Reports(reports) => {
                reports.iter().for_each(|report| outputs.extend(driver.handle(now, Input::Report(report))));
            }
            Event::Gesture(gesture) => outputs.extend(driver.handle(now, Input::Gesture(*gesture))),
            Event::Persisted => outputs.extend(driver.handle(now, Input::Persisted)),
            Event::PowerCycle => outputs.extend(driver.handle(now, Input::PowerCycle)),
            Event::Wait(micros) => {
                now = now + core::time::Duration::from_micros(*micros);
                outputs.extend(driver.handle(now, Input::Tick));
            }
        }
        assert!(driver.deadline().is_none_or(|due| due > now), "what was due is done");
    }
    outputs
}

/// Reports that an application sends on any channel but `own`.
fn by_others(own: Channel) -> impl Strategy<Value = Vec<Report>> {
    let reports = prop_oneof![whole_message(), report().prop_map(|report| [report].to_vec())];
    reports.prop_map(move |mut reports| {
        for report in reports.iter_mut().filter(|report| report[..4] == own.0.to_be_bytes()) {
            report[3] ^= 0x80;
        }
        reports
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn the_same_inputs_give_the_same_bytes(events in proptest::collection::vec(event(), 0..40)) {
        prop_assert_eq!(session(&events), session(&events));
    }

    #[test]
    fn a_hostile_application_does_not_disturb_a_request(
        hostile in proptest::collection::vec(by_others(Channel(1)), 0..40),
        split in any::<prop::sample::Index>(),
    ) {
        let mut world = World::new();
        let channel = world.open();
        let (before, after) = hostile.split_at(split.index(hostile.len() + 1));
        let mut heard: Vec<Message> = Vec::new();
        let mut request: Vec<Report> = said(channel, Command::CBOR, &make_credential()).fragment().unwrap().collect();
        let last = request.pop().unwrap();
        request.iter().for_each(|report| heard.extend(world.report(report)));
        before.iter().flatten().for_each(|report| heard.extend(world.report(report)));
        heard.extend(world.report(&last));
        after.iter().flatten().for_each(|report| heard.extend(world.report(report)));
        heard.extend(world.pass(millis(50)).into_iter().map(|(_, message)| message));
        heard.extend(world.touch());

        let own: Vec<&Message> = heard.iter().filter(|message| message.channel == channel).collect();
        let commands: Vec<Command> = own.iter().map(|message| message.command).collect();
        prop_assert_eq!(commands, [Command::KEEPALIVE, Command::KEEPALIVE, Command::CBOR]);
        prop_assert_eq!(own.last().unwrap().payload[0], Status::OK.0);
    }
}
