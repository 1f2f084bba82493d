//! What benchmarks measured: a row each.

use std::fmt;

/// One thing that was measured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Row {
    what: String,
    measured: String,
    target: String,
    pub(super) verdict: Verdict,
}

/// Whether a row is what it should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It is.
    Holds,
    /// It is not.
    Missed,
    /// It has no target.
    Listed,
}

impl Row {
    /// The row that a benchmark printed; `None` where the line is something else. A verdict that is neither word is a
    /// missed one.
    pub(super) fn parse(line: &str) -> Option<Self> {
        let mut cells = line.strip_prefix("row\t")?.split('\t').map(str::to_owned);
        let (what, measured) = (cells.next()?, cells.next()?);
        let (target, word) = (cells.next().unwrap_or_default(), cells.next().unwrap_or_default());
        let verdict = match word.as_str() {
            "holds" => Verdict::Holds,
            "" if target.is_empty() => Verdict::Listed,
            _ => Verdict::Missed,
        };
        Some(Self { what, measured, target, verdict })
    }

    /// A row without a target.
    pub(super) fn listed(what: impl Into<String>, measured: impl Into<String>) -> Self {
        Self { what: what.into(), measured: measured.into(), target: String::new(), verdict: Verdict::Listed }
    }

    fn cells(&self) -> [&str; 4] {
        [&self.what, &self.measured, &self.target, self.verdict.word()]
    }
}

impl Verdict {
    const fn word(self) -> &'static str {
        match self {
            Self::Holds => "holds",
            Self::Missed => "MISSED",
            Self::Listed => "",
        }
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [what, measured, target, word] = self.cells();
        match self.verdict {
            Verdict::Listed => write!(f, "{what}: {measured}"),
            _ => write!(f, "{what}: {measured}; target {target}: {word}"),
        }
    }
}

/// The rows under each other, each column as wide as its widest cell.
pub(super) fn table(rows: &[Row]) -> String {
    let lines: Vec<[&str; 4]> =
        std::iter::once(["measured", "", "target", ""]).chain(rows.iter().map(Row::cells)).collect();
    let wide = |column: usize| lines.iter().map(|cells| cells[column].chars().count()).max().unwrap_or(0);
    let [first, second, third, _] = std::array::from_fn(wide);
    let line = |[what, measured, target, word]: &[&str; 4]| {
        format!("{what:first$}  {measured:second$}  {target:third$}  {word}").trim_end().to_owned()
    };
    lines.iter().map(line).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_read_as_benchmarks_print_them() {
        let row = Row::parse("row\tgetAssertion\t0.92 (1 of 2)\tat least 0.90\tholds").expect("a row");
        assert_eq!((row.verdict, row.cells()[1]), (Verdict::Holds, "0.92 (1 of 2)"));
        assert_eq!(Row::parse("row\ta\t0.89\tat least 0.90\tmissed").expect("a row").verdict, Verdict::Missed);
        assert_eq!(Row::parse("row\tsetPIN\t90 µs\t\t").expect("a row").verdict, Verdict::Listed);
        assert_eq!(Row::parse("   Compiling keyrig-device"), None);
    }

    #[test]
    fn a_row_without_a_verdict_misses_its_target() {
        assert_eq!(Row::parse("row\ta\t0.89\tat least 0.90").expect("a row").verdict, Verdict::Missed);
        assert_eq!(Row::parse("row\ta\t0.89\tat least 0.90\tholdss").expect("a row").verdict, Verdict::Missed);
    }

    #[test]
    fn a_table_has_columns() {
        let rows = [
            Row::parse("row\tgetAssertion\t0.92\tat least 0.90\tholds").expect("a row"),
            Row::listed("setPIN", "90 µs"),
        ];
        let expected = "measured             target\ngetAssertion  0.92   at least 0.90  holds\nsetPIN        90 µs";
        assert_eq!(table(&rows), expected);
    }
}
