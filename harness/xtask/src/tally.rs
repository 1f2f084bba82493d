//! How many checks passed, failed and were skipped, read from what test runners print.

use std::fmt;
use std::ops::AddAssign;

/// How many checks passed, failed and were skipped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) passed: usize,
    pub(crate) failed: usize,
    pub(crate) skipped: usize,
}

impl Tally {
    /// What one line of output adds: cargo's `test result:` lines, and TAP's `ok`, `not ok` and `# SKIP`.
    pub(crate) fn of_line(line: &str) -> Tally {
        match line.strip_prefix("test result: ") {
            Some(result) => Tally::of_cargo(result),
            None => Tally::of_tap(line),
        }
    }

    /// Whether anything was checked at all.
    pub(crate) fn is_empty(&self) -> bool {
        *self == Tally::default()
    }

    fn of_cargo(result: &str) -> Tally {
        let count = |word: &str| {
            result
                .split([';', '.'])
                .filter_map(|part| part.trim().strip_suffix(word))
                .find_map(|number| number.trim().parse().ok())
                .unwrap_or(0)
        };
        Tally { passed: count("passed"), failed: count("failed"), skipped: count("ignored") }
    }

    fn of_tap(line: &str) -> Tally {
        let mut tally = Tally::default();
        if line.starts_with("ok ") && line.contains("# SKIP") {
            tally.skipped = 1;
        } else if line.starts_with("ok ") {
            tally.passed = 1;
        } else if line.starts_with("not ok ") {
            tally.failed = 1;
        }
        tally
    }
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Tally) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} passed, {} failed, {} skipped", self.passed, self.failed, self.skipped)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cargo_lines_are_counted() {
        let line = "test result: FAILED. 12 passed; 3 failed; 1 ignored; 0 measured; 9 filtered out; finished in 0.31s";
        assert_eq!(Tally::of_line(line), Tally { passed: 12, failed: 3, skipped: 1 });
    }

    #[test]
    fn tap_lines_are_counted() {
        assert_eq!(Tally::of_line("ok 1 - signs in"), Tally { passed: 1, ..Tally::default() });
        assert_eq!(Tally::of_line("not ok 2 - refused"), Tally { failed: 1, ..Tally::default() });
        assert_eq!(Tally::of_line("ok 3 - phone # SKIP no radio"), Tally { skipped: 1, ..Tally::default() });
    }

    #[test]
    fn other_lines_count_nothing() {
        for line in ["", "test cbor::tests::depth ... ok", "ok", "running 12 tests", "not okay"] {
            assert!(Tally::of_line(line).is_empty(), "{line}");
        }
    }
}
