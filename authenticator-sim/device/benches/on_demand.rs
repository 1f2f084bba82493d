//! Ceremonies on demand, CBOR in to CBOR out, for whoever measures authenticators beside each other: a line on standard
//! input names one, `registration` or `authentication`, and how often; the answer is the time it took, in nanoseconds.

#[expect(dead_code, reason = "others judge and list")]
mod measure;
#[path = "../tests/platform/mod.rs"]
#[expect(dead_code, reason = "no PIN is needed")]
mod platform;

use std::hint::black_box;
use std::io::{self, BufRead};

use keyrig_ctap::Command;
use keyrig_ctap::cose::Algorithm;
use keyrig_device::in_process::InProcess;
use keyrig_device::profiles;
use platform::Platform;

fn main() {
    // Attestation `none`, one discoverable credential of one account.
    let profile = profiles::find("icloud-keychain").expect("the profile is embedded");
    let mut platform = Platform::new(InProcess::plug_fast(profile, |honest| honest));
    for line in io::stdin().lock().lines() {
        let line = line.expect("standard input is text");
        let (ceremony, times) = line.split_once(' ').expect("a ceremony and how often");
        let times = times.parse().expect("how often is a number");
        let (_, data) = platform.register(Algorithm::ES256, true);
        let id = data.attested.expect("a registration has a credential").credential_id;
        let (command, request) = match ceremony {
            "registration" => (Command::MAKE_CREDENTIAL, platform.registration(Algorithm::ES256, true).encode()),
            "authentication" => (Command::GET_ASSERTION, platform.authentication(Some(&id)).encode()),
            other => panic!("no ceremony is called {other}"),
        };
        let message = [&[command.0], &request[..]].concat();
        assert_eq!(platform.device.transact(&message).first(), Some(&0), "the ceremony succeeds");
        let mut transact = || drop(black_box(platform.device.transact(black_box(&message))));
        println!("{}", measure::time(&mut transact, times).as_nanos());
    }
}
