//! Any sequence of messages: each gets a status, and the authenticator still tells what it is.
#![no_main]

use keyrig_device::in_process::InProcess;
use keyrig_device::profiles;
use libfuzzer_sys::fuzz_target;

const GET_INFO: u8 = 0x04;

fuzz_target!(|bytes: &[u8]| {
    let profile = profiles::find("yubikey-5-nfc-5.8").expect("embedded");
    let mut authenticator = InProcess::plug_fast(profile, |honest| honest);
    let mut rest = bytes;
    while let Some((&length, after)) = rest.split_first() {
        let (message, next) = after.split_at(usize::from(length).min(after.len()));
        rest = next;
        let answer =
            if length % 2 == 0 { authenticator.transact(message) } else { authenticator.transact_u2f(message) };
        assert!(!answer.is_empty(), "an answer has a status");
    }
    assert_eq!(authenticator.transact(&[GET_INFO]).first(), Some(&0));
});
