//! `cargo xtask vectors`: the tests that compare with published vectors.

use crate::failure::Failure;
use crate::process;
use crate::stage::{self, Stage};

/// Runs every test file whose name ends in `vectors`, and every unit test whose path contains `vector`.
///
/// # Errors
/// When one fails, or none is found.
pub(crate) fn run() -> Result<(), Failure> {
    stage::run_until_failure(vec![
        stage("files", "published vectors against our own bytes", &["--test", "*vectors"]),
        stage("units", "published vectors inside the crates", &["--lib", "--", "vector"]),
    ])
}

fn stage(name: &'static str, what: &'static str, selection: &'static [&'static str]) -> Stage {
    Stage {
        name,
        what,
        rerun: "cargo xtask vectors".into(),
        work: Box::new(move || process::run_tests(process::cargo(["test", "--workspace", "--quiet"]).args(selection))),
    }
}
