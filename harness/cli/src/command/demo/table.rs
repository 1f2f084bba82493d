//! The table of expected behaviour, as measured.

use std::collections::BTreeMap;
use std::io::{self, Write};

use keyrig_runner::Summary;
use keyrig_runner::evidence::StepReport;
use keyrig_runner::summary::{Case, End};
use keyrig_runner::verdict::Verdict;
use serde_json::{Value, json};

use crate::table::Table;

/// One row and what two runs showed of it.
pub(super) struct Row<'a> {
    number: u8,
    signal: &'a str,
    default: Option<&'a Case>,
    hardened: Option<&'a Case>,
}

/// The rows, by number.
pub(super) fn rows<'a>(default: &'a Summary, hardened: &'a Summary) -> Vec<Row<'a>> {
    let mut rows: BTreeMap<u8, Row<'a>> = BTreeMap::new();
    for (case, is_hardened) in default.cases.iter().map(|c| (c, false)).chain(hardened.cases.iter().map(|c| (c, true)))
    {
        let Some(of) = &case.row else { continue };
        let new = || Row { number: of.number, signal: &of.signal, default: None, hardened: None };
        let row = rows.entry(of.number).or_insert_with(new);
        *(if is_hardened { &mut row.hardened } else { &mut row.default }) = Some(case);
    }
    rows.into_values().collect()
}

impl Row<'_> {
    /// Whether both cells were measured: a pass or a failure.
    pub(super) fn is_measured(&self) -> bool {
        let judged = |case: Option<&Case>| {
            let verdict = case.and_then(|case| case.end.verdict());
            matches!(verdict, Some(Verdict::Pass { .. } | Verdict::Fail { .. }))
        };
        judged(self.default) && judged(self.hardened)
    }

    /// Whether the hardened rollout passes.
    pub(super) fn holds(&self) -> bool {
        let verdict = self.hardened.and_then(|case| case.end.verdict());
        matches!(verdict, Some(Verdict::Pass { .. }))
    }

    fn not_proved(&self) -> &str {
        let row = self.hardened.or(self.default).and_then(|case| case.row.as_ref());
        row.and_then(|row| row.not_proved.as_deref()).unwrap_or("-")
    }

    fn to_json(&self) -> Value {
        json!({
            "number": self.number,
            "signal": self.signal,
            "default": cell(self.default),
            "hardened": cell(self.hardened),
            "not_proved": self.not_proved(),
            "scenario": self.hardened.or(self.default).map(|case| case.id.as_str()),
        })
    }
}

/// Writes the table for people.
pub(super) fn print(rows: &[Row<'_>], out: &mut dyn Write) -> io::Result<()> {
    let heading = ["#", "signal", "default rollout", "this hardening", "not proved here"];
    let mut table = Table::new(&heading).wrapping(&[2, 30, 20, 20, 48]);
    for row in rows {
        let number = row.number.to_string();
        table.row(vec![number, row.signal.into(), cell(row.default), cell(row.hardened), row.not_proved().into()]);
    }
    table.print(out)
}

/// The table for programs.
pub(super) fn to_json(rows: &[Row<'_>]) -> Value {
    rows.iter().map(Row::to_json).collect()
}

/// Writes the requests behind each cell.
pub(super) fn print_evidence(rows: &[Row<'_>], out: &mut dyn Write) -> io::Result<()> {
    for row in rows {
        for (column, case) in [("default rollout", row.default), ("this hardening", row.hardened)] {
            let Some(case) = case else { continue };
            writeln!(out, "\nrow {}, {column}: {} ({}, {})", row.number, cell(Some(case)), case.id, case.end.word())?;
            case.steps.iter().try_for_each(|step| print_step(step, out))?;
        }
    }
    Ok(())
}

fn print_step(step: &StepReport, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "  {}. {} ({}): {}", step.number, step.action, step.role, step.outcome)?;
    for exchange in &step.exchanges {
        let status = exchange.status.map_or_else(|| "no answer".to_owned(), |status| status.to_string());
        let reason = exchange.response.as_ref().and_then(|body| body.get("reason")).and_then(Value::as_str);
        let reason = reason.map_or(String::new(), |reason| format!(" {reason}"));
        writeln!(out, "       {} {} -> {status}{reason}", exchange.method, exchange.url)?;
    }
    Ok(())
}

/// What a run showed, in the words of the row.
fn cell(case: Option<&Case>) -> String {
    let Some(case) = case else { return "not run".into() };
    match (&case.end, &case.row) {
        (End::Judged(Verdict::Pass { .. }), Some(row)) => row.pass.clone(),
        (End::Judged(Verdict::Fail { finding }), Some(row)) => match &finding.measured_class {
            Some(class) => format!("{}, but as {class}", row.pass),
            None => row.fail.clone(),
        },
        (end, _) => format!("not measured: {}", end.why()),
    }
}
