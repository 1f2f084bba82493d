//! `cargo xtask vectors`: the tests that compare with published vectors.

use crate::failure::Failure;
use crate::process;
use crate::stage::{self, Stage};

/// Runs every test of the workspace whose path contains `vector`.
///
/// # Errors
/// When one fails, or none is found.
pub(crate) fn run() -> Result<(), Failure> {
    let arguments = ["test", "--workspace", "--quiet", "--", "vector"];
    stage::run_until_failure(vec![Stage {
        name: "vectors",
        what: "published vectors against our own bytes",
        rerun: "cargo xtask vectors".into(),
        work: Box::new(move || process::run_tests(&mut process::cargo(arguments))),
    }])
}
