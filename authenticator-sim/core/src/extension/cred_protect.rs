//! `credProtect` (CTAP 2.3 §12.1).

use keyrig_ctap::cbor::{Node, expect_uint};

use crate::reason::Reason;
use crate::state::Protection;

pub(super) const ID: &str = "credProtect";

/// A level; the specification names no status for others, `INVALID_PARAMETER` is usual.
pub(super) fn read(node: &Node<'_>) -> Result<Protection, Reason> {
    Protection::from_number(expect_uint(node, ID)?).ok_or(Reason::ExtensionValue)
}
