//! Outside clients, unmodified, and a key of ours that the operating system of a guest machine sees.

use super::Suite;
use crate::vm;

/// Its needs are looked at when it runs: a machine that has them not runs the other suites all the same.
pub(super) const SUITE: Suite = Suite {
    name: "vm",
    what: "outside clients in a guest machine use keys that its operating system sees",
    needs: &[],
    run: vm::every_client,
};
