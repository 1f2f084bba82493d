//! Before signing.

use super::Tamper;

pub(super) const ALL: &[&Tamper] = &[];
