//! `cargo xtask demo`: the rollout guide's nine rows, measured.

use crate::failure::Failure;
use crate::keyrig;
use crate::process;
use crate::stage::{self, Stage};
use crate::tally::Tally;

/// What `cargo xtask demo` takes.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Handed on to `keyrig demo`, such as --evidence.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    keyrig: Vec<String>,
}

/// Builds keyrig and runs its demo; the reports are written under target/keyrig/.
///
/// # Errors
/// Names the stage that failed.
pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let handed_on = arguments.keyrig.clone();
    stage::run_until_failure(vec![
        Stage {
            name: "build",
            what: "the binary keyrig (a few minutes the first time)",
            rerun: "cargo build --workspace --bin keyrig".into(),
            work: Box::new(|| keyrig::build().map(|_| Tally::default())),
        },
        Stage {
            name: "demo",
            what: "the built-in relying party as a default rollout and as a hardened one",
            rerun: "cargo xtask demo".into(),
            work: Box::new(move || {
                let mut demo = keyrig::command(&["demo"])?;
                process::run(demo.args(handed_on)).map(|()| Tally::default())
            }),
        },
    ])
}
