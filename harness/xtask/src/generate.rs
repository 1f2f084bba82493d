//! `cargo xtask generate`: the schemas, the API description and the udev rules that are made from code and committed.
//!
//! Each is compared by a test beside the code that makes it; the same test writes it when `KEYRIG_GENERATE` is set.

use crate::failure::Failure;
use crate::process;
use crate::stage::{self, Stage};

/// What `cargo xtask generate` takes.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Write nothing; fail when a committed file differs.
    #[arg(long)]
    check: bool,
}

/// What the names of those tests contain.
const TESTS: [&str; 4] = ["schema", "openapi", "udev", "status_report"];

/// Writes every generated file, or with `--check` compares it.
///
/// # Errors
/// With `--check`, names the files that differ.
pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let check = arguments.check;
    let work = move || {
        let mut tests = process::cargo(["test", "--workspace", "--lib", "--no-fail-fast", "--quiet", "--"]);
        tests.args(TESTS);
        if !check {
            tests.env("KEYRIG_GENERATE", "1");
        }
        process::run_tests(&mut tests)
    };
    stage::run_until_failure(vec![Stage {
        name: "generate",
        what: if check { "committed schemas against the code" } else { "schemas, written from the code" },
        rerun: format!("cargo xtask generate{}", if check { " --check" } else { "" }),
        work: Box::new(work),
    }])
}
