//! `cargo xtask test`: everything there is to test.

mod algorithms;
mod attestation;
mod crates;
mod key_page;
mod metadata;
mod nfc;
mod passkey_rs;
mod python_fido2;
mod reports;
mod simplewebauthn;
mod soft_webauthn;
mod statuses;
mod vectors;
mod vm;

use crate::failure::Failure;
use crate::stage::{self, Stage};
use crate::system_packages::{self, Need};
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
    &crates::SUITE,
    &key_page::SUITE,
    &metadata::SUITE,
    &nfc::SUITE,
    &passkey_rs::SUITE,
    &python_fido2::SUITE,
    &reports::SUITE,
    &simplewebauthn::SUITE,
    &soft_webauthn::SUITE,
    &statuses::SUITE,
    &vectors::SUITE,
    &vm::SUITE,
];

/// Runs the chosen stages, all by default, and ends with one line that sums up what they counted.
///
/// # Errors
/// Names each stage that failed; before any stage runs, the packages that are missing.
pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let chosen = |suite: &&&Suite| arguments.only.is_empty() || arguments.only.iter().any(|name| name == suite.name);
    let suites: Vec<&Suite> = ALL.iter().filter(chosen).copied().collect();
    let mut needs: Vec<Need> = suites.iter().flat_map(|suite| suite.needs).copied().collect();
    needs.dedup();
    system_packages::provide(&needs)?;

    let (sum, outcome) = stage::run_all(suites.into_iter().map(stage_of).collect());
    let outcome = outcome.map_err(|failure| {
        eprintln!("error: {failure}");
        Failure::Told
    });
    println!("\n{sum}");
    outcome
}

fn stage_of(suite: &Suite) -> Stage {
    Stage {
        name: suite.name,
        what: suite.what,
        rerun: format!("cargo xtask test --only {}", suite.name),
        work: Box::new(suite.run),
    }
}
