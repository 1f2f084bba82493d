//! `cargo xtask test`: everything there is to test.

mod algorithms;
mod attestation;
mod control_api;
mod crates;
mod fleet;
mod key_page;
mod metadata;
mod nfc;
mod passkey_rs;
mod python_fido2;
mod reports;
mod simplewebauthn;
mod soft_webauthn;
mod statuses;
mod u2f;
mod vectors;
mod vm;
mod wireshark;

use crate::failure::Failure;
use crate::stage::{self, Stage};
use crate::system_packages::Need;
use crate::tally::Tally;

/// What `cargo xtask test` takes.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Run only the stages of these names.
    #[arg(long, value_name = "STAGE", value_parser = ALL.iter().map(|suite| suite.name).collect::<Vec<_>>())]
    only: Vec<String>,
}

/// A stage of the tests.
struct Suite {
    name: &'static str,
    what: &'static str,
    needs: &'static [Need],
    run: fn() -> Result<Tally, Failure>,
}

/// Sorted by name.
const ALL: &[&Suite] = &[
    &algorithms::SUITE,
    &attestation::SUITE,
    &control_api::SUITE,
    &crates::SUITE,
    &fleet::SUITE,
    &key_page::SUITE,
    &metadata::SUITE,
    &nfc::SUITE,
    &passkey_rs::SUITE,
    &python_fido2::SUITE,
    &reports::SUITE,
    &simplewebauthn::SUITE,
    &soft_webauthn::SUITE,
    &statuses::SUITE,
    &u2f::SUITE,
    &vectors::SUITE,
    &vm::SUITE,
    &wireshark::SUITE,
];

/// What the chosen stages need of Debian.
pub(crate) fn needs(arguments: &Arguments) -> Vec<Need> {
    chosen(arguments).flat_map(|suite| suite.needs).copied().collect()
}

/// Runs the chosen stages, all by default, and ends with one line that sums up what they counted.
///
/// # Errors
/// Names each stage that failed.
pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let (sum, outcome) = stage::run_all(chosen(arguments).map(stage_of).collect());
    let outcome = outcome.map_err(|failure| {
        eprintln!("error: {failure}");
        Failure::Told
    });
    println!("\n{sum}");
    outcome
}

fn chosen(arguments: &Arguments) -> impl Iterator<Item = &'static Suite> {
    let wanted = |suite: &&Suite| arguments.only.is_empty() || arguments.only.iter().any(|name| name == suite.name);
    ALL.iter().copied().filter(wanted)
}

fn stage_of(suite: &Suite) -> Stage {
    Stage {
        name: suite.name,
        what: suite.what,
        rerun: format!("cargo xtask test --only {}", suite.name),
        work: Box::new(suite.run),
    }
}
