//! CTAPHID packets against arbitrary bytes, a capture and their own encoding.

use keyrig_ctap::ctaphid::{
    Assembly, Channel, Command, Continuation, ErrorCode, Initialization, Keepalive, LONGEST_MESSAGE, Message, Packet,
    Progress, Report, TooLong, WrongSequence,
};
use proptest::prelude::*;

fn report() -> impl Strategy<Value = Report> {
    any::<[u8; 32]>().prop_flat_map(|start| {
        any::<[u8; 32]>().prop_map(move |end| {
            let mut report = [0; 64];
            report[..32].copy_from_slice(&start);
            report[32..].copy_from_slice(&end);
            report
        })
    })
}

fn message() -> impl Strategy<Value = Message> {
    let payload = proptest::collection::vec(any::<u8>(), 0..=LONGEST_MESSAGE);
    (any::<u32>(), 0u8..0x80, payload).prop_map(|(channel, command, payload)| Message {
        channel: Channel(channel),
        command: Command(command),
        payload,
    })
}

/// Puts reports together, each in its turn; `None` where they are no message.
fn assemble(reports: impl IntoIterator<Item = Report>) -> Option<Message> {
    let mut progress = None;
    for report in reports {
        progress = Some(match (progress, Packet::from(&report)) {
            (None, Packet::Initialization(packet)) => Assembly::begin(&packet).ok()?,
            (Some(Progress::Partial(assembly)), Packet::Continuation(packet)) => assembly.accept(&packet).ok()?,
            _ => return None,
        });
    }
    match progress? {
        Progress::Complete(message) => Some(message),
        Progress::Partial(_) => None,
    }
}

proptest! {
    #[test]
    fn any_report_is_a_packet_and_the_same_report_again(report in report()) {
        prop_assert_eq!(Packet::from(&report).encode(), report);
    }

    #[test]
    fn any_packets_are_assembled_or_refused(reports in proptest::collection::vec(report(), 0..40)) {
        let mut partial: Option<Assembly> = None;
        for report in &reports {
            let progress = match (Packet::from(report), partial.take()) {
                (Packet::Initialization(packet), _) => Assembly::begin(&packet).ok(),
                (Packet::Continuation(packet), Some(assembly)) => assembly.accept(&packet).ok(),
                (Packet::Continuation(_), None) => None,
            };
            match progress {
                Some(Progress::Complete(message)) => prop_assert!(message.payload.len() <= LONGEST_MESSAGE),
                Some(Progress::Partial(assembly)) => partial = Some(assembly),
                None => {}
            }
        }
    }

    #[test]
    fn what_is_cut_is_put_together_again(message in message()) {
        let reports: Vec<Report> = message.fragment().unwrap().collect();
        prop_assert_eq!(reports.len(), 1 + message.payload.len().saturating_sub(57).div_ceil(59));
        prop_assert_eq!(assemble(reports), Some(message));
    }

    #[test]
    fn two_packets_that_change_places_are_noticed(message in message(), at in any::<prop::sample::Index>()) {
        let mut reports: Vec<Report> = message.fragment().unwrap().collect();
        prop_assume!(reports.len() > 1);
        let at = at.index(reports.len() - 1);
        reports.swap(at, at + 1);
        prop_assert_eq!(assemble(reports), None);
    }
}

#[test]
fn the_longest_message_uses_every_sequence_number() {
    let mut message = Message { channel: Channel(7), command: Command::PING, payload: vec![9; LONGEST_MESSAGE] };
    let reports: Vec<Report> = message.fragment().unwrap().collect();
    assert_eq!((LONGEST_MESSAGE, reports.len(), reports[128][4]), (7609, 129, 127));
    message.payload.push(9);
    assert_eq!(message.fragment().err(), Some(TooLong { length: 7610 }));
    let packet = Initialization { channel: Channel(7), command: Command::PING, length: 7610, payload: [0; 57] };
    assert_eq!(Assembly::begin(&packet), Err(TooLong { length: 7610 }));
}

#[test]
fn a_packet_that_is_not_the_next_one_is_refused() {
    let packet = Initialization { channel: Channel(7), command: Command::PING, length: 7609, payload: [0; 57] };
    let Ok(Progress::Partial(assembly)) = Assembly::begin(&packet) else { panic!("one packet is not enough") };
    let later = Continuation { channel: Channel(7), sequence: 1, payload: [0; 59] };
    assert_eq!(assembly.accept(&later), Err(WrongSequence { expected: 0, got: 1 }));
}

#[test]
fn what_chromium_sends_first_is_an_init_on_the_broadcast_channel() {
    let mut report = [0; 64];
    report[..15].copy_from_slice(&[0xff, 0xff, 0xff, 0xff, 0x86, 0x00, 0x08, 1, 2, 3, 4, 5, 6, 7, 8]);
    let message = assemble([report]).unwrap();
    assert_eq!((message.channel, message.command), (Channel::BROADCAST, Command::INIT));
    assert_eq!(message.payload, [1, 2, 3, 4, 5, 6, 7, 8]);
}

#[test]
fn every_byte_has_a_name_or_a_number() {
    for byte in 0..=u8::MAX {
        assert_eq!(Command(byte).name().is_none(), Command(byte).to_string().starts_with("0x"));
        assert_eq!(ErrorCode(byte).name().is_none(), ErrorCode(byte).to_string().starts_with("0x"));
        assert_eq!(Keepalive(byte).name().is_none(), Keepalive(byte).to_string().starts_with("0x"));
    }
    assert!(Command(0x40).is_vendor() && Command(0x7f).is_vendor());
    assert!(!Command::ERROR.is_vendor());
}
