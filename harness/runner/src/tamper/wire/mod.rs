//! After signing.

mod answer;

use super::Tamper;


pub(super) const ALL: &[&Tamper] = &[];
pub use answer::Answer;
