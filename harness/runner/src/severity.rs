//! How bad a finding is: who demands it, and who could use it.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::scenario::{Attacker, Basis};

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// Worth knowing.
    Note,
    /// Makes another attack easier.
    Low,
    /// Breaks what the relying party promises.
    Medium,
    /// Gives access that nobody granted, to somebody near.
    High,
    /// Gives access that nobody granted, to anybody.
    Critical,
}

impl Severity {
    /// Follows from who demands it and who could use it.
    pub const fn of(basis: &Basis, attacker: Option<Attacker>) -> Self {
        let demanded = match basis {
            Basis::Must => 3,
            Basis::Should | Basis::Policy(_) => 2,
            Basis::RpSpecific | Basis::Hardening => 1,
        };
        let reach = match attacker {
            Some(Attacker::Phisher | Attacker::OtherUser) => 2,
            Some(Attacker::Thief | Attacker::Insider) => 1,
            Some(Attacker::AccountOwner) | None => 0,
        };
        match demanded + reach {
            0 | 1 => Self::Note,
            2 => Self::Low,
            3 => Self::Medium,
            4 => Self::High,
            _ => Self::Critical,
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Note => "note",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table() {
        let rows = [
            (Basis::Must, Some(Attacker::Phisher), Severity::Critical),
            (Basis::Must, Some(Attacker::Thief), Severity::High),
            (Basis::Must, None, Severity::Medium),
            (Basis::Policy("aaguid-list".into()), Some(Attacker::Phisher), Severity::High),
            (Basis::Should, Some(Attacker::Thief), Severity::Medium),
            (Basis::Policy("minimum".into()), Some(Attacker::AccountOwner), Severity::Low),
            (Basis::RpSpecific, Some(Attacker::Thief), Severity::Low),
            (Basis::Hardening, Some(Attacker::AccountOwner), Severity::Note),
        ];
        for (basis, attacker, severity) in rows {
            assert_eq!(Severity::of(&basis, attacker), severity, "{basis} {attacker:?}");
        }
    }
}
