//! Any text as a profile: refused with its place, or an authenticator that answers.
#![no_main]

use keyrig_ctap::{Command, Status};
use keyrig_device::profiles;
use keyrig_fuzz::Bench;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let Ok(profile) = profiles::parse("fuzzed.yaml", text) else { return };
    let _ = profiles::lint(&profile);
    let mut bench = Bench::new(&profile);
    let of_get_info = if profile.get_info.speaks_ctap2() { Status::OK } else { Status::INVALID_COMMAND };
    assert_eq!(bench.send(Command::GET_INFO, &[]).0, of_get_info);
    bench.set_pin();
    // makeCredential at `a.b` for user 1, ES256.
    let request = [
        &[0xa4, 0x01, 0x58, 0x20][..],
        &[0; 32],
        b"\x02\xa1\x62id\x63a.b\x03\xa1\x62id\x41\x01\x04\x81\xa2\x63alg\x26\x64type\x6apublic-key",
    ];
    bench.send(Command::MAKE_CREDENTIAL, &request.concat());
    bench.send(Command::RESET, &[]);
});
