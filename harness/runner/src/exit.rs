//! Exit codes: what a shell learns of a run. The highest wins.

use crate::summary::{Case, End, KnownState, Summary};
use crate::verdict::Verdict;

/// Every selected scenario passed, is not applicable, or failed exactly as the list of known deviations says.
pub const HELD: u8 = 0;
/// A finding, or something inconclusive or skipped, or a known deviation that does not hold any more.
pub const FOUND: u8 = 1;
/// Wrong usage or a wrong file, or no scenario was run.
pub const USAGE: u8 = 2;
/// Trouble in the tool or around it.
pub const ENVIRONMENT: u8 = 3;

/// The exit code of a run; `allow_inconclusive` lets inconclusive and skipped scenarios go.
pub fn code(summary: &Summary, allow_inconclusive: bool) -> u8 {
    let known = summary.known.iter().map(|known| match known.state {
        KnownState::Holds | KnownState::NotRun => HELD,
        KnownState::Stale | KnownState::Expired => FOUND,
    });
    let none = if summary.cases.is_empty() { USAGE } else { HELD };
    summary.cases.iter().map(|case| of_case(case, allow_inconclusive)).chain(known).fold(none, u8::max)
}

fn of_case(case: &Case, allow_inconclusive: bool) -> u8 {
    match &case.end {
        End::Trouble(_) => ENVIRONMENT,
        End::Judged(Verdict::Pass { .. } | Verdict::NotApplicable { .. }) => HELD,
        End::Judged(Verdict::Fail { .. }) if case.known => HELD,
        End::Judged(Verdict::Fail { .. }) => FOUND,
        End::Judged(Verdict::Inconclusive { .. } | Verdict::Skipped { .. }) if allow_inconclusive => HELD,
        End::Judged(Verdict::Inconclusive { .. } | Verdict::Skipped { .. }) => FOUND,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;
    use crate::summary::KnownUse;

    fn with(cases: &[&str]) -> Summary {
        let mut summary = fixture::summary();
        summary.cases.retain(|case| cases.contains(&case.id.as_str()));
        summary.known.clear();
        summary
    }

    #[test]
    fn the_highest_wins() {
        let rows: [(&[&str], u8, u8); 8] = [
            (&["attack/a-pass", "attack/b-weak", "ceremony/f-other"], HELD, HELD),
            (&["attack/a-pass", "enterprise/g-known"], HELD, HELD),
            (&["attack/a-pass", "attack/c-fail"], FOUND, FOUND),
            (&["attack/d-open"], FOUND, HELD),
            (&["ceremony/e-skipped"], FOUND, HELD),
            (&["attack/c-fail", "enterprise/h-trouble"], ENVIRONMENT, ENVIRONMENT),
            (&["enterprise/h-trouble"], ENVIRONMENT, ENVIRONMENT),
            (&[], USAGE, USAGE),
        ];
        for (cases, strict, relaxed) in rows {
            let summary = with(cases);
            assert_eq!((code(&summary, false), code(&summary, true)), (strict, relaxed), "{cases:?}");
        }
    }

    #[test]
    fn a_known_deviation_is_found_once_it_is_stale_or_expired() {
        let known = fixture::summary().known.remove(0);
        let cases = [
            (KnownState::Holds, HELD),
            (KnownState::NotRun, HELD),
            (KnownState::Stale, FOUND),
            (KnownState::Expired, FOUND),
        ];
        for (state, expected) in cases {
            let summary = Summary { known: vec![KnownUse { state, ..known.clone() }], ..with(&["attack/a-pass"]) };
            assert_eq!(code(&summary, false), expected, "{state:?}");
        }
    }

    #[test]
    fn what_stays_open_is_found_where_a_failure_is_known() {
        for case in ["attack/d-open", "ceremony/e-skipped"] {
            let mut summary = with(&[case]);
            summary.cases[0].known = true;
            assert_eq!(code(&summary, false), FOUND, "{case}");
        }
    }
}
