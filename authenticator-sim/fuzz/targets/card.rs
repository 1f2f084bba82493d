//! Any bytes as commands to a card on a reader: each has one response, and the card still says what it is.
#![no_main]

use keyrig_core::Authenticator;
use keyrig_core::entropy::Seeded;
use keyrig_core::iso7816::{Card, Input, Output};
use keyrig_core::seal::Honest;
use keyrig_ctap::Instant;
use keyrig_device::provider::AwsLc;
use keyrig_device::{assemble, profiles};
use libfuzzer_sys::fuzz_target;

const SELECT: &[u8] = &[0, 0xa4, 4, 0, 8, 0xa0, 0, 0, 6, 0x47, 0x2f, 0, 1];
const GET_INFO: &[u8] = &[0x80, 0x10, 0, 0, 0, 0, 1, 4];

fn card() -> Card {
    let profile = profiles::find("yubikey-5-nfc-5.8").expect("embedded");
    let authenticator: Authenticator =
        assemble(profile, Box::new(AwsLc::new()), Box::new(Seeded::new([0; 32])), Box::new(Honest));
    let mut card = Card::new(authenticator);
    assert_eq!(card.handle(Instant::POWER_UP, Input::Placed).count(), 0);
    card
}

/// The response, once the store and time have done their part.
fn exchange(card: &mut Card, now: &mut Instant, command: &[u8]) -> Vec<u8> {
    let mut outputs: Vec<Output> = card.handle(*now, Input::Command(command)).collect();
    loop {
        for output in outputs.drain(..) {
            match output {
                Output::Response(response) => return response,
                Output::Prompt(_) => {}
                Output::Persist(_) => drop(card.handle(*now, Input::Persisted)),
            }
        }
        outputs = card.handle(*now, Input::Tick).collect();
        if outputs.is_empty() {
            *now = card.handle(*now, Input::Tick).deadline().expect("a response comes in time");
        }
    }
}

fuzz_target!(|bytes: &[u8]| {
    let (mut card, mut now) = (card(), Instant::POWER_UP);
    assert!(exchange(&mut card, &mut now, SELECT).ends_with(&[0x90, 0]));
    let mut rest = bytes;
    while let Some((&length, after)) = rest.split_first() {
        let (command, next) = after.split_at(usize::from(length).min(after.len()));
        rest = next;
        assert!(exchange(&mut card, &mut now, command).len() >= 2, "a response has a status word");
    }
    exchange(&mut card, &mut now, SELECT);
    assert!(exchange(&mut card, &mut now, GET_INFO).starts_with(&[0]));
});
