//! What a full store and a large fleet cost: a discoverable login among few credentials and among many, and the memory of
//! an authenticator with one credential.

#[expect(dead_code, reason = "nothing is timed by itself here")]
mod measure;
#[path = "../tests/platform/mod.rs"]
#[expect(dead_code, reason = "a store is filled by the authenticator, and needs little of a platform")]
mod platform;

use std::fs;
use std::hint::black_box;
use std::process::ExitCode;

use keyrig_core::CredentialSource;
use keyrig_core::seal::Honest;
use keyrig_ctap::Command;
use keyrig_ctap::cose::Algorithm;
use keyrig_device::in_process::InProcess;
use keyrig_device::provider::{AwsLc, OsRandom};
use keyrig_device::{assemble, profiles};
use measure::{Beside, Target};
use platform::Platform;

const FEW: usize = 10;
const MANY: usize = 100_000;

const FLEET: usize = 1_000_000;
const PAGE: usize = 4096;
const KIB: f64 = 1024.0;

fn main() -> ExitCode {
    let grown = Beside::in_turns(&mut login_among(MANY), &mut login_among(FEW));
    let flat = measure::judge(
        &format!("discoverable getAssertion: among {MANY} credentials / among {FEW}"),
        grown.ratio(),
        &format!(" ({:.1?} to {:.1?})", grown.one, grown.other),
        Target::AtMost(1.20),
    );
    let small = measure::judge(
        &format!("KiB of an authenticator beyond its one credential, the mean of {FLEET}"),
        memory_of_one() as f64 / KIB,
        "",
        Target::Below(1.0),
    );
    if flat && small { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// One login without a list of credentials, where `others` of other relying parties are in the store.
fn login_among(others: usize) -> impl FnMut() {
    let profile = profiles::find("icloud-keychain").expect("the profile is embedded");
    let mut platform = Platform::new(InProcess::plug_fast(profile, |honest| honest));
    platform.register(Algorithm::ES256, true);
    let own = platform.device.credentials().pop().expect("it was registered");
    for number in 0..others {
        let (id, rp_id) = (number.to_be_bytes().repeat(2), format!("{number}.example.com"));
        platform.device.import(CredentialSource { id, rp_id, ..own.clone() });
    }
    let request = platform.authentication(None).encode();
    let message = [&[Command::GET_ASSERTION.0], &request[..]].concat();
    assert_eq!(platform.device.transact(&message).first(), Some(&0), "the login succeeds");
    move || drop(black_box(platform.device.transact(black_box(&message))))
}

/// Bytes that one authenticator adds to the process, beyond its credential.
fn memory_of_one() -> usize {
    let profile = profiles::find("yubikey-5-nfc-5.7").expect("the profile is embedded");
    let mut maker = Platform::new(InProcess::plug_fast(profile, |honest| honest));
    maker.register(Algorithm::ES256, false);
    let own = maker.device.credentials().pop().expect("it was registered");
    let with_credential = grown(|| {
        let mut authenticator = assemble(profile, Box::new(AwsLc::new()), Box::new(OsRandom), Box::new(Honest));
        authenticator.import(own.clone());
        authenticator
    });
    let credential = grown(|| Box::new(own.clone()));
    with_credential.saturating_sub(credential) / FLEET
}

/// Bytes that a fleet of these adds to the process. It stays there, so that no memory is used twice.
fn grown<T>(mut make: impl FnMut() -> T) -> usize {
    let before = resident();
    let fleet: Vec<T> = (0..FLEET).map(|_| make()).collect();
    let after = resident();
    std::mem::forget(black_box(fleet));
    after - before
}

/// Memory of this process that is in use, in bytes.
fn resident() -> usize {
    let pages = fs::read_to_string("/proc/self/statm").expect("Linux says what a process uses");
    pages.split_whitespace().nth(1).and_then(|pages| pages.parse::<usize>().ok()).map_or(0, |pages| pages * PAGE)
}
