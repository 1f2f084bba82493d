//! CTAPHID messages against what libfido2 made of the reports that it read.

use keyrig_ctap::ctaphid::{Assembly, Channel, Command, Message, Packet, Progress, Report};
use serde_json::Value;

const VECTORS: &str = include_str!("../../../vectors/ctaphid/libfido2.json");

fn hex(text: &Value) -> Vec<u8> {
    let text = text.as_str().expect("a hexadecimal string");
    (0..text.len() / 2).map(|i| u8::from_str_radix(&text[2 * i..2 * i + 2], 16).expect("hexadecimal")).collect()
}

fn assemble(reports: &[Report]) -> Message {
    let mut progress = None;
    for report in reports {
        progress = Some(match (Packet::from(report), progress) {
            (Packet::Initialization(packet), None) => Assembly::begin(&packet).expect("a length that is allowed"),
            (Packet::Continuation(packet), Some(Progress::Partial(assembly))) => {
                assembly.accept(&packet).expect("the next packet")
            }
            (packet, progress) => panic!("{packet:?} after {progress:?}"),
        });
    }
    let Some(Progress::Complete(message)) = progress else { panic!("libfido2 had enough") };
    message
}

#[test]
fn reports_carry_the_messages_that_libfido2_reads() {
    let file: Value = serde_json::from_str(VECTORS).unwrap();
    let cases = file["cases"].as_array().unwrap();
    assert_eq!(cases.len(), 6);
    for case in cases {
        let reports: Vec<Report> =
            case["reports"].as_array().unwrap().iter().map(|report| hex(report).try_into().unwrap()).collect();
        let message = Message {
            channel: Channel(u32::from_be_bytes(hex(&case["channel"]).try_into().unwrap())),
            command: Command(hex(&case["command"])[0]),
            payload: hex(&case["payload"]),
        };
        assert_eq!(assemble(&reports), message);
        assert_eq!(message.fragment().unwrap().collect::<Vec<Report>>(), reports);
    }
    println!("vectors: ctaphid messages: {} reproduced, 0 differ", cases.len());
}
