//! A foreign authenticator and client in Rust, `passkey-authenticator` and `passkey-client`, at our relying party.

use super::Suite;
use crate::failure::Failure;
use crate::keyrig::RelyingParty;
use crate::process;
use crate::tally::Tally;
use crate::workspace;

pub(super) const SUITE: Suite = Suite {
    name: "passkey-rs",
    what: "the passkey-authenticator crate registers and signs in at our relying party",
    needs: &[],
    run,
};

fn run() -> Result<Tally, Failure> {
    let relying_party = RelyingParty::start()?;
    let mut test = process::cargo(["test", "--manifest-path", "harness/targets/passkey-rs/Cargo.toml"]);
    test.env("CARGO_TARGET_DIR", workspace::output().join("passkey-rs"))
        .env("KEYRIG_URL", &relying_party.url)
        .env("KEYRIG_ORIGIN", &relying_party.origin);
    process::run_tests(&mut test)
}
