//! What in a profile contradicts itself, the specifications or the catalogue, and what is not implemented.

mod attestation;
mod get_info;
mod identity;
mod implementation;
mod quirks;
mod sources;
mod user_verification;

use std::fmt;

use keyrig_ctap::profile::Profile;

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The profile contradicts itself or a specification.
    Error,
    /// Probably not what was meant.
    Warning,
    /// True of the product, but not of this emulator.
    NotImplemented,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::NotImplemented => "not implemented",
        })
    }
}

/// One thing to know about a profile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// How bad it is.
    pub severity: Severity,
    /// The member it is about, as in the file: `get_info.options`.
    pub member: String,
    /// What it is, and what demands otherwise.
    pub message: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}: {}", self.severity, self.member, self.message)
    }
}

/// Everything to know about `profile`, the worst first.
pub fn lint(profile: &Profile) -> Vec<Finding> {
    let mut findings = Findings::default();
    for check in [
        identity::check,
        user_verification::check,
        attestation::check,
        get_info::check,
        quirks::check,
        sources::check,
        implementation::check,
    ] {
        check(profile, &mut findings);
    }
    findings.0.sort_by_key(|finding| finding.severity);
    findings.0
}

#[derive(Default)]
struct Findings(Vec<Finding>);

impl Findings {
    fn add(&mut self, severity: Severity, member: &str, message: impl Into<String>) {
        self.0.push(Finding { severity, member: member.to_owned(), message: message.into() });
    }

    /// An error at `member` where `wrong`.
    fn error_if(&mut self, wrong: bool, member: &str, message: impl Into<String>) {
        if wrong {
            self.add(Severity::Error, member, message);
        }
    }

    /// A warning at `member` for each of `words` that is not known, with the nearest one that is.
    fn unknown<'a>(&mut self, member: &str, words: impl IntoIterator<Item = &'a str>, known: &[&str]) {
        for word in words {
            if !known.contains(&word) {
                let hint = super::nearest::nearest(word, known.iter().copied());
                let hint = hint.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
                self.add(Severity::Warning, member, format!("`{word}` is not a name that is known{hint}"));
            }
        }
    }
}

#[cfg(test)]
mod tests;
