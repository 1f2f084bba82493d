//! `cargo xtask bench`: the authenticator beside the raw operation, and how long the demo's scenarios take.

use std::time::Instant;

use crate::failure::Failure;
use crate::keyrig;
use crate::process;
use crate::stage::{self, Stage};
use crate::tally::Tally;

/// Runs the benchmarks of keyrig-device and times the demo.
///
/// # Errors
/// Names the stages that failed; the benchmarks fail where a ratio misses its target.
pub(crate) fn run() -> Result<(), Failure> {
    let (_, outcome) = stage::run_all(vec![
        Stage {
            name: "authenticator",
            what: "ceremonies beside the raw operation, PINs, full stores, memory",
            rerun: "cargo bench --package keyrig-device".into(),
            work: Box::new(|| {
                let mut bench = process::cargo(["bench", "--package", "keyrig-device", "--no-fail-fast"]);
                process::run(&mut bench).map(|()| Tally::default())
            }),
        },
        Stage {
            name: "demo",
            what: "how long the demo's scenarios take",
            rerun: "cargo xtask bench".into(),
            work: Box::new(|| {
                let mut demo = keyrig::command(&["demo"])?;
                let begun = Instant::now();
                process::capture(&mut demo)?;
                println!("the demo's scenarios take {}", stage::seconds(begun.elapsed()));
                Ok(Tally::default())
            }),
        },
    ]);
    outcome
}
