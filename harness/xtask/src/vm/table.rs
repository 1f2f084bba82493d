//! Client × ceremony, for people.

use std::fmt::Write;
use std::path::Path;

use super::outcome::{self, Outcome};
use super::results;

/// Lines of a log that are shown beside a row that failed.
const SHOWN: usize = 15;

/// The table, and after it why each row failed that did, with the end of its client's own log.
pub(super) fn of(outcomes: &[Outcome]) -> String {
    with_logs(outcomes, &results())
}

/// Whether a line on the guest's console is about a row.
pub(super) fn is_progress(line: &str) -> bool {
    ["ok - ", "not ok - ", "# "].iter().any(|beginning| line.starts_with(beginning))
}

fn with_logs(outcomes: &[Outcome], results: &Path) -> String {
    let width = |heading: &str, of: fn(&Outcome) -> &str| {
        outcomes.iter().map(|outcome| of(outcome).len()).fold(heading.len(), usize::max)
    };
    let client = width("client", |outcome| &outcome.client);
    let ceremony = width("ceremony", |outcome| &outcome.ceremony);
    let mut text = format!("{:client$}  {:ceremony$}  result      time\n", "client", "ceremony");
    for outcome in outcomes {
        let word = if outcome.red.is_none() { "passed" } else { "FAILED" };
        let Outcome { client: name, ceremony: what, seconds, .. } = outcome;
        let _ = writeln!(text, "{name:client$}  {what:ceremony$}  {word}  {seconds:>6.1} s");
    }
    for outcome in outcomes {
        let Some(why) = &outcome.red else { continue };
        let log = outcome::log_of(results, &outcome.client, &outcome.ceremony);
        let _ = writeln!(text, "\n{}, {}: {why}", outcome.client, outcome.ceremony);
        let said = std::fs::read_to_string(&log).unwrap_or_else(|error| format!("{}: {error}", log.display()));
        let lines: Vec<&str> = said.lines().collect();
        for line in &lines[lines.len().saturating_sub(SHOWN)..] {
            let _ = writeln!(text, "    {line}");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_that_failed_says_why() {
        let passed = Outcome { client: "a".into(), ceremony: "signs in".into(), seconds: 2.0, red: None };
        let failed = Outcome { red: Some("it ended with 1".into()), ceremony: "goes".into(), ..passed.clone() };
        let text = with_logs(&[passed, failed], Path::new("/nowhere"));
        assert!(text.contains("a       signs in  passed     2.0 s"), "{text}");
        assert!(text.contains("a       goes      FAILED"), "{text}");
        assert!(text.contains("a, goes: it ended with 1\n    /nowhere/a/goes.log: "), "{text}");
    }

    #[test]
    fn lines_about_rows_are_told_from_the_others() {
        assert!(is_progress("ok - libfido2: a PIN (1.0 s)"));
        assert!(is_progress("not ok - libfido2: a PIN (1.0 s)"));
        assert!(is_progress("# libfido2: a PIN: no key"));
        assert!(!is_progress("okay"));
    }
}
