//! `cargo xtask lint`: formatting, clippy and documentation, with warnings denied.

use std::process::Command;

use crate::failure::Failure;
use crate::process;
use crate::stage::{self, Stage};
use crate::system_packages::Need;
use crate::tally::Tally;

/// The crates that play a foreign authenticator and foreign clients, and the fuzz targets, have lock files of their own, so cargo's
/// `--workspace` passes them by.
const OUTSIDE: [&str; 3] = [
    "harness/targets/passkey-rs/Cargo.toml",
    "harness/targets/usb-clients/Cargo.toml",
    "authenticator-sim/fuzz/Cargo.toml",
];

/// The Windows that is compiled for.
const WINDOWS: &str = "x86_64-pc-windows-gnu";

/// What to check.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Only that keyrig compiles for Windows, without warnings of clippy
    #[arg(long)]
    windows: bool,
}

impl Arguments {
    /// What has to be installed for it.
    pub(crate) const fn needs(&self) -> &'static [Need] {
        if self.windows { &[Need::Mingw] } else { &[] }
    }
}

/// Runs every check, also after one failed.
///
/// # Errors
/// Names each check that failed and the command that runs it again.
pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    if arguments.windows {
        return stage::run_until_failure(windows());
    }
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
        check(
            "clippy-fuzz",
            "warnings of clippy for the fuzz targets",
            &["clippy", "--manifest-path", OUTSIDE[2], "--target-dir", "target", "--", "-D", "warnings"],
        ),
    ]);
    outcome
}

fn windows() -> Vec<Stage> {
    let keys = ["clippy", "--package", "keyrig", "--target", WINDOWS, "--", "-D", "warnings"];
    let no_keys =
        ["clippy", "--package", "keyrig", "--no-default-features", "--target", WINDOWS, "--", "-D", "warnings"];
    vec![
        windows_stage("std", "Rust's library for Windows", Command::new("rustup"), &["target", "add", WINDOWS]),
        windows_stage("keys", "warnings of clippy for Windows", process::cargo([""; 0]), &keys),
        windows_stage("no-keys", "the same without keys on USB and on readers", process::cargo([""; 0]), &no_keys),
    ]
}

/// The C library is assembled from what comes with it: an assembler for Windows is not in every distribution.
fn windows_stage(name: &'static str, what: &'static str, mut command: Command, arguments: &[&str]) -> Stage {
    command.args(arguments).env("AWS_LC_SYS_PREBUILT_NASM", "1");
    let work = move || process::run(&mut command).map(|()| Tally::default());
    Stage { name, what, rerun: "cargo xtask lint --windows".to_owned(), work: Box::new(work) }
}

fn check(name: &'static str, what: &'static str, arguments: &'static [&'static str]) -> Stage {
    let work = move || {
        let mut cargo = process::cargo(arguments);
        process::run(cargo.env("RUSTDOCFLAGS", "-D warnings")).map(|()| Tally::default())
    };
    Stage { name, what, rerun: format!("cargo {}", arguments.join(" ")), work: Box::new(work) }
}
