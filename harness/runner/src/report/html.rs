//! A run as one self-contained HTML file.

use std::io::{self, Write};

use askama::Template;
use serde_json::Value;

use super::Reporter;
use super::plain::plain;
use crate::event::Event;
use crate::evidence::{CeremonyReport, StepReport};
use crate::summary::{Case, End, Summary};

/// Writes a run as one HTML file when it ends: no script, no resource beside it.
pub struct Html<W> {
    out: W,
}

impl<W: Write> Html<W> {
    /// Into `out`.
    pub const fn new(out: W) -> Self {
        Self { out }
    }
}

impl<W: Write> Reporter for Html<W> {
    fn hear(&mut self, event: Event<'_>) -> io::Result<()> {
        let Event::RunEnded { summary } = event else { return Ok(()) };
        let page = Page { summary, groups: groups(summary) };
        let html = page.render().map_err(io::Error::other)?;
        self.out.write_all(plain(&html).as_bytes())?;
        self.out.flush()
    }
}

#[derive(Template)]
#[template(path = "report.html")]
struct Page<'a> {
    summary: &'a Summary,
    groups: Vec<(&'a str, Vec<&'a Case>)>,
}

/// The cases by the folder of their ids.
fn groups(summary: &Summary) -> Vec<(&str, Vec<&Case>)> {
    let mut groups: Vec<(&str, Vec<&Case>)> = Vec::new();
    for case in &summary.cases {
        let folder = case.id.split('/').next().unwrap_or_default();
        match groups.iter_mut().find(|(name, _)| *name == folder) {
            Some((_, cases)) => cases.push(case),
            None => groups.push((folder, vec![case])),
        }
    }
    groups
}

/// The word of a case, which also gives it its colour.
fn word(case: &Case) -> &'static str {
    if case.known { "known" } else { case.end.word() }
}

fn is_open(case: &Case) -> bool {
    matches!(&case.end, End::Judged(verdict) if verdict.finding().is_some()) && !case.known
}

fn pretty(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => format!("{other:#}"),
    }
}

/// The client data, or that it cannot be read.
fn client_data(ceremony: &CeremonyReport) -> String {
    ceremony.client_data.as_ref().map_or_else(|| "none, or not JSON".to_owned(), pretty)
}

/// What the authenticator data says, one fact a line.
fn authenticator_data(ceremony: &CeremonyReport) -> Vec<(&'static str, String)> {
    let Some(data) = &ceremony.authenticator_data else { return Vec::new() };
    let mut facts = vec![
        ("flags", format!("{} ({:#04x})", data.flags.join(" "), data.flags_byte)),
        ("signature counter", data.sign_count.to_string()),
        ("RP ID hash", data.rp_id_hash.clone()),
    ];
    facts.extend(data.aaguid.clone().map(|aaguid| ("AAGUID", aaguid)));
    facts.extend(data.credential_id.clone().map(|id| ("credential id", id)));
    facts.extend(ceremony.attestation_format.clone().map(|format| ("attestation format", format)));
    if data.bytes_left_over > 0 {
        facts.push(("bytes left over", data.bytes_left_over.to_string()));
    }
    facts
}

/// What a step sent and got, in one line.
fn line(step: &StepReport) -> String {
    match (&step.reason, &step.class) {
        (Some(reason), Some(class)) => format!("rejected ({class}): {reason}"),
        _ => step.outcome.clone(),
    }
}
