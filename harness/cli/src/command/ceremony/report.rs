//! What a ceremony by hand prints.

use std::io::Write;

use keyrig_runner::ceremony::Record;
use serde_json::json;

use super::Stage;
use super::expectation::{Expected, answer};
use crate::command::aaguid::describe;
use crate::failure::{Exit, Failure};

/// Prints what happened and whether it was expected; the exit code says the latter.
pub(super) fn print(
    stage: &Stage<'_>,
    record: &Record,
    expected: &Expected,
    out: &mut dyn Write,
) -> Result<Exit, Failure> {
    if stage.scene.json {
        let told = json!({
            "target": stage.target().file().name,
            "authenticator": stage.device.describe(),
            "seed": stage.seed.to_string(),
            "notes": notes(stage),
            "expected": expected.to_string(),
            "as_expected": expected.is_met(record),
            "record": record,
        });
        writeln!(out, "{told:#}")?;
        return Ok(expected.exit(record));
    }
    let device = stage.device.describe();
    let file = stage.target().file();
    let user = record.user.as_deref().unwrap_or("a discoverable credential");
    writeln!(out, "{} of {user} at {} ({})", record.ceremony.as_str(), file.name, file.url)?;
    writeln!(out, "  authenticator  {} ({})", device.name, device.id)?;
    if let Some(aaguid) = device.aaguid {
        writeln!(
            out,
            "  AAGUID         {aaguid}{}",
            describe(aaguid).map_or(String::new(), |name| format!(": {name}"))
        )?;
    }
    writeln!(out, "  client         {}, at {}", record.client, stage.scene.origin.as_deref().unwrap_or(&file.origin))?;
    for note in notes(stage) {
        writeln!(out, "  note           {note}")?;
    }
    for difference in &record.fields {
        let (path, honest, sent) = (&difference.path, &difference.honest, &difference.sent);
        writeln!(out, "  lie            {path}: {sent} in place of {honest}")?;
    }
    if let Some((status, body)) = answer(record) {
        writeln!(out, "  answer         {status} {body}")?;
    }
    if let Some(results) = record.credential.get("clientExtensionResults").filter(|_| stage.scene.extensions.is_some())
    {
        writeln!(out, "  extensions     {results}")?;
    }
    writeln!(out, "  outcome        {}", record.outcome)?;
    if let Some(session) = &record.session {
        writeln!(out, "  session        {}", if session.alive { "there is one" } else { "there is none" })?;
    }
    writeln!(out, "  seed           {}", stage.seed)?;
    let verdict = if expected.is_met(record) { "as expected" } else { "NOT as expected" };
    writeln!(out, "{verdict}: {expected}")?;
    Ok(expected.exit(record))
}

fn notes(stage: &Stage<'_>) -> Vec<String> {
    let mut notes = Vec::new();
    if stage.scene.aaguid.is_some() {
        notes
            .push("--aaguid: no attestation is given; attachment and conveyance in the options are ignored".to_owned());
    }
    notes
}
