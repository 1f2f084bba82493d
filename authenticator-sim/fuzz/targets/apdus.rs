//! U2F messages, well-formed and not: each gets a status word, and a refusal changes nothing. The bytes of one are an answer
//! too, for who reads answers.
#![no_main]

use keyrig_ctap::u2f::{Apdu, Authentication, Instruction, Registration};
use keyrig_device::profiles;
use keyrig_fuzz::Bench;
use libfuzzer_sys::arbitrary::{self, Arbitrary};
use libfuzzer_sys::fuzz_target;

#[derive(Arbitrary, Debug)]
enum Message {
    Raw(Vec<u8>),
    Formed { class: u8, instruction: u8, p1: u8, p2: u8, data: Vec<u8> },
    Register { application: [u8; 32] },
    Authenticate { control: u8, application: [u8; 32], known: bool, handle: Vec<u8> },
}

fuzz_target!(|messages: Vec<Message>| {
    let mut bench = Bench::new(profiles::find("yubikey-5-nfc-5.8").expect("embedded"));
    for message in messages.into_iter().take(16) {
        let (class, instruction, p1, p2, data) = match message {
            Message::Raw(bytes) => {
                if let Some(read) = Registration::parse(&bytes) {
                    assert_eq!(read.encode(), bytes);
                }
                if let Some(read) = Authentication::parse(&bytes) {
                    assert_eq!(read.encode(), bytes);
                }
                bench.send_apdu(&bytes);
                continue;
            }
            Message::Formed { class, instruction, p1, p2, data } => (class, instruction, p1, p2, data),
            Message::Register { application } => (0, 1, 0, 0, [[1; 32], application].concat()),
            Message::Authenticate { control, application, known, handle } => {
                let handle = if known { bench.credential_id(handle.len() as u8).unwrap_or(handle) } else { handle };
                (0, 2, control, 0, [&[1; 32][..], &application, &[handle.len() as u8], &handle].concat())
            }
        };
        bench.send_apdu(&Apdu { class, instruction: Instruction(instruction), p1, p2, data: &data }.encode());
    }
});
