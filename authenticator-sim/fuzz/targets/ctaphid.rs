//! Any bytes as CTAPHID reports: what is put together is cut into the same reports again, padding aside.
#![no_main]

use keyrig_ctap::ctaphid::{Assembly, LONGEST_MESSAGE, Message, Packet, Progress, REPORT_LENGTH, Report};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let mut partial: Option<Assembly> = None;
    let (reports, _) = bytes.as_chunks::<REPORT_LENGTH>();
    for report in reports {
        let packet = Packet::from(report);
        assert_eq!(packet.encode(), *report);
        let progress = match (packet, partial.take()) {
            (Packet::Initialization(packet), _) => Assembly::begin(&packet).ok(),
            (Packet::Continuation(packet), Some(assembly)) => assembly.accept(&packet).ok(),
            (Packet::Continuation(_), None) => None,
        };
        match progress {
            Some(Progress::Complete(message)) => cut(&message),
            Some(Progress::Partial(assembly)) => partial = Some(assembly),
            None => {}
        }
    }
});

fn cut(message: &Message) {
    assert!(message.payload.len() <= LONGEST_MESSAGE);
    let reports: Vec<Report> = message.fragment().expect("it came in reports").collect();
    let (Packet::Initialization(first), rest) = (Packet::from(&reports[0]), &reports[1..]) else {
        panic!("the first packet begins the message");
    };
    let mut progress = Assembly::begin(&first).expect("its length is allowed");
    for report in rest {
        progress = match (Packet::from(report), progress) {
            (Packet::Continuation(packet), Progress::Partial(assembly)) => {
                assembly.accept(&packet).expect("the packets are in order")
            }
            _ => panic!("there are as many packets as it takes"),
        };
    }
    assert_eq!(progress, Progress::Complete(message.clone()));
}
