//! Any bytes as what a store has kept, and what it has kept with any bytes in it changed: refused, or an authenticator
//! that answers.
#![no_main]

use std::sync::LazyLock;

use keyrig_core::entropy::Seeded;
use keyrig_core::seal::Honest;
use keyrig_core::state::Part;
use keyrig_core::{Gesture, Input, Output, State};
use keyrig_ctap::Instant;
use keyrig_device::in_process::InProcess;
use keyrig_device::provider::AwsLc;
use keyrig_device::{profiles, restore};
use libfuzzer_sys::fuzz_target;

/// getInfo; the PIN's retries; getAssertion at `a.b`, of whoever is there; reset.
const MESSAGES: [&[u8]; 4] = [
    &[0x04],
    &[0x06, 0xa2, 0x01, 0x02, 0x02, 0x01],
    &[
        0x02, 0xa2, 0x01, 0x63, b'a', b'.', b'b', 0x02, 0x58, 0x20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    ],
    &[0x07],
];

fuzz_target!(|bytes: &[u8]| {
    let _ = State::from_snapshot(bytes);
    let Some((&kind, rest)) = bytes.split_first() else { return };
    let mut records = FACTORY.clone();
    for (part, record) in &mut records {
        if kind % 2 == 0 {
            patch(record, rest);
        } else if matches!(part, Part::Device) {
            *record = rest.to_vec();
        }
    }
    let Ok(state) = State::from_records(records) else { return };
    let again = state.parts().filter_map(|part| Some((part.clone(), state.record(&part)?)));
    assert_eq!(State::from_records(again).as_ref(), Ok(&state), "what is read is written back the same");
    answer_all(state);
});

/// The records of a key with a discoverable credential.
static FACTORY: LazyLock<Vec<(Part, Vec<u8>)>> = LazyLock::new(|| {
    let profile = profiles::find("yubikey-5-nfc-5.8").expect("embedded");
    let mut key = InProcess::plug(profile, [0; 32], |honest| honest);
    // makeCredential at `a.b` for user 1, ES256, discoverable.
    let request = [
        &[0x01, 0xa5, 0x01, 0x58, 0x20][..],
        &[0; 32],
        b"\x02\xa1\x62id\x63a.b\x03\xa1\x62id\x41\x01\x04\x81\xa2\x63alg\x26\x64type\x6apublic-key\x07\xa1\x62rk\xf5",
    ];
    assert_eq!(key.transact(&request.concat()).first(), Some(&0), "a credential is made");
    let state = State::from_snapshot(&key.snapshot()).expect("it was taken just now");
    state.parts().filter_map(|part| Some((part.clone(), state.record(&part)?))).collect()
});

/// Changes bytes of a record: where, and by what.
fn patch(record: &mut [u8], patches: &[u8]) {
    for patch in patches.chunks_exact(3) {
        let at = usize::from(u16::from_be_bytes([patch[0], patch[1]]));
        if let Some(byte) = record.get_mut(at) {
            *byte ^= patch[2];
        }
    }
}

fn answer_all(state: State) {
    let profile = profiles::find("yubikey-5-nfc-5.8").expect("embedded");
    let entropy = Box::new(Seeded::new([1; 32]));
    let mut key = restore(profile, Box::new(AwsLc::new()), entropy, Box::new(Honest), state);
    for message in MESSAGES {
        let mut input = Input::Request(message);
        loop {
            let outputs: Vec<Output> = key.handle(Instant::POWER_UP, input).collect();
            input = match outputs.last() {
                Some(Output::Prompt(_)) => Input::Gesture(Gesture::LongTouch),
                Some(Output::Persist(_)) => Input::Persisted,
                Some(Output::Reply(reply)) => break assert!(!reply.is_empty(), "an answer has a status"),
                None => panic!("an authenticator that was asked says something"),
            };
        }
    }
}
