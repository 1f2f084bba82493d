//! The chores of this repository, one verb each: `cargo xtask <verb>`.
//!
//! Depends on nothing that needs a system library, so that it builds wherever Rust does and can then install, or ask
//! for, what the other crates and the foreign oracles need.

mod bench;
mod bridge;
mod demo;
mod failure;
mod fuzz;
mod generate;
mod keyrig;
mod lint;
mod network;
mod node;
mod process;
mod python;
mod stage;
mod system_packages;
mod tally;
mod test;
mod turn;
mod vectors;
mod vm;
mod workspace;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// The chores of this repository, one verb each.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Build keyrig and measure the rollout guide's nine rows; reports go to target/keyrig/.
    Demo(demo::Arguments),
    /// Test everything there is to test: the crates, the foreign oracles, the reports in a browser.
    Test(test::Arguments),
    /// Check formatting, clippy and documentation, with warnings denied.
    Lint(lint::Arguments),
    /// Run only the tests that compare with published vectors.
    Vectors,
    /// Time the authenticator beside the raw signature and beside other authenticators, and the demo's scenarios.
    Bench,
    /// Give every parser arbitrary bytes, guided by coverage.
    Fuzz(fuzz::Arguments),
    /// Write what is committed and made from code: schemas, the API description, udev rules.
    Generate(generate::Arguments),
    /// Let outside clients use keys of ours that a guest machine sees; what they say goes to target/vm/.
    Vm(vm::Arguments),
    /// What `vm` runs inside the guest machine.
    #[command(hide = true)]
    Guest(vm::guest::Arguments),
}

fn main() -> ExitCode {
    match run(Arguments::parse().verb) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            if !matches!(failure, failure::Failure::Told) {
                eprintln!("error: {failure}");
            }
            ExitCode::from(failure.exit_code())
        }
    }
}

/// Every verb builds something, so what that needs comes first, with all that the chosen tests need, which is one line to
/// type; in the guest, all is there.
fn run(verb: Verb) -> Result<(), failure::Failure> {
    let build = system_packages::BUILD;
    match &verb {
        Verb::Guest(_) => {}
        Verb::Test(arguments) => system_packages::provide(&[build, &test::needs(arguments)].concat())?,
        Verb::Lint(arguments) => system_packages::provide(&[build, arguments.needs()].concat())?,
        _ => system_packages::provide(build)?,
    }
    match verb {
        Verb::Demo(arguments) => demo::run(&arguments),
        Verb::Test(arguments) => test::run(&arguments),
        Verb::Lint(arguments) => lint::run(&arguments),
        Verb::Vectors => vectors::run(),
        Verb::Bench => bench::run(),
        Verb::Fuzz(arguments) => fuzz::run(&arguments),
        Verb::Generate(arguments) => generate::run(&arguments),
        Verb::Vm(arguments) => vm::run(&arguments),
        Verb::Guest(arguments) => vm::guest::run(&arguments),
    }
}
