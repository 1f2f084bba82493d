//! `cargo xtask lint`: formatting, clippy and documentation, with warnings denied.

use crate::failure::Failure;
use crate::process;
use crate::stage::{self, Stage};
use crate::tally::Tally;

/// The crates that play a foreign authenticator and foreign clients, and the fuzz targets, have lock files of their own, so cargo's
/// `--workspace` passes them by.
const OUTSIDE: [&str; 3] = [
    "harness/targets/passkey-rs/Cargo.toml",
    "harness/targets/usb-clients/Cargo.toml",
    "authenticator-sim/fuzz/Cargo.toml",
];

/// Runs every check, also after one failed.
///
/// # Errors
/// Names each check that failed and the command that runs it again.
pub(crate) fn run() -> Result<(), Failure> {
    let (_, outcome) = stage::run_all(vec![
        check("fmt", "formatting", &["fmt", "--all", "--check"]),
        check("clippy", "warnings of clippy", &["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]),
        check("doc", "warnings of rustdoc", &["doc", "--workspace", "--no-deps", "--document-private-items"]),
        check(
            "fmt-outside",
            "formatting of the foreign authenticator",
            &["fmt", "--manifest-path", OUTSIDE[0], "--check"],
        ),
        check("fmt-clients", "formatting of the foreign clients", &["fmt", "--manifest-path", OUTSIDE[1], "--check"]),
        check("fmt-fuzz", "formatting of the fuzz targets", &["fmt", "--manifest-path", OUTSIDE[2], "--check"]),
    ]);
    outcome
}

fn check(name: &'static str, what: &'static str, arguments: &'static [&'static str]) -> Stage {
    let work = move || {
        let mut cargo = process::cargo(arguments);
        process::run(cargo.env("RUSTDOCFLAGS", "-D warnings")).map(|()| Tally::default())
    };
    Stage { name, what, rerun: format!("cargo {}", arguments.join(" ")), work: Box::new(work) }
}
