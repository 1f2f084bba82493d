//! How a refusal cites its source.

use std::fmt;

/// A step of WebAuthn L3 (CR 2026-05-26): where it stands and how it begins.
///
/// The numbers of §7.1 and §7.2 moved between drafts, so they stand in the documentation only; the first words stay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// The section, such as "7.1".
    pub section: &'static str,
    /// The first words of the step, or the rule where the section has no steps.
    pub words: &'static str,
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "WebAuthn L3 §{}: {}", self.section, self.words)
    }
}
