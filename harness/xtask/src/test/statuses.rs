//! Each situation for which CTAP mandates a status, as requests and replies showed it.

use super::Suite;
use crate::process;

pub(super) const SUITE: Suite = Suite {
    name: "statuses",
    what: "every row of the table of statuses is observed in CTAP bytes",
    needs: &[],
    run: || {
        let mut test = process::cargo(["test", "--quiet", "--workspace", "--lib", "coverage::"]);
        process::run_tests(test.args(["--", "--nocapture"]))
    },
};
