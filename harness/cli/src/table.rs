//! Columns for people.

use std::io::{self, Write};

/// Rows under a heading; columns are as wide as they must be, or as they may be.
pub(crate) struct Table {
    rows: Vec<Vec<String>>,
    limits: Vec<usize>,
    ruled: bool,
}

impl Table {
    /// A table with this heading and no rows.
    pub(crate) fn new(heading: &[&str]) -> Self {
        Self { rows: vec![heading.iter().map(|text| (*text).to_owned()).collect()], limits: Vec::new(), ruled: false }
    }

    /// The same table with cells that wrap at these widths, and a rule under the heading.
    #[must_use]
    pub(crate) fn wrapping(self, limits: &[usize]) -> Self {
        Self { limits: limits.to_vec(), ruled: true, ..self }
    }

    /// Adds a row.
    pub(crate) fn row(&mut self, cells: Vec<String>) {
        self.rows.push(cells);
    }

    /// Writes the table.
    pub(crate) fn print(&self, out: &mut dyn Write) -> io::Result<()> {
        let rows: Vec<Vec<Vec<String>>> = self.rows.iter().map(|row| self.wrapped(row)).collect();
        let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
        let width = |column: usize| {
            let lines = rows.iter().filter_map(|row| row.get(column)).flatten();
            lines.map(|line| line.chars().count()).max().unwrap_or(0)
        };
        let widths: Vec<usize> = (0..columns).map(width).collect();
        for (i, row) in rows.iter().enumerate() {
            let height = row.iter().map(Vec::len).max().unwrap_or(0);
            for line in 0..height {
                let cell = |column: usize| row.get(column).and_then(|lines| lines.get(line)).map_or("", String::as_str);
                let cells: Vec<String> =
                    widths.iter().enumerate().map(|(column, width)| format!("{:<width$}", cell(column))).collect();
                writeln!(out, "{}", cells.join("  ").trim_end())?;
            }
            if i == 0 && self.ruled {
                let rule: Vec<String> = widths.iter().map(|width| "─".repeat(*width)).collect();
                writeln!(out, "{}", rule.join("  "))?;
            }
        }
        Ok(())
    }

    fn wrapped(&self, row: &[String]) -> Vec<Vec<String>> {
        let limit = |column: usize| self.limits.get(column).copied().unwrap_or(usize::MAX);
        row.iter().enumerate().map(|(column, cell)| wrap(cell, limit(column))).collect()
    }
}

/// Lines of at most `limit` characters, broken between words; a longer word has a line of its own.
pub(crate) fn wrap(text: &str, limit: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let last = lines.last_mut().expect("there is always one");
        if last.is_empty() {
            last.push_str(word);
        } else if last.chars().count() + 1 + word.chars().count() <= limit {
            last.push(' ');
            last.push_str(word);
        } else {
            lines.push(word.to_owned());
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_wrap_and_columns_line_up() {
        let mut table = Table::new(&["a", "b"]).wrapping(&[3, 5]);
        table.row(vec!["x".into(), "one two three".into()]);
        let mut out = Vec::new();
        table.print(&mut out).unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), "a  b\n─  ─────\nx  one\n   two\n   three\n");
    }
}
