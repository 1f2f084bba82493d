//! Published vectors: that each kind comes out, as often as there are vectors.

use super::Suite;
use crate::vectors;

pub(super) const SUITE: Suite = Suite {
    name: "vectors",
    what: "published vectors come out byte for byte, and each kind of them as often as there are",
    needs: &[],
    run: vectors::reproduce,
};
