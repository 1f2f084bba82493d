//! `keyrig explain`

use std::io::Write;

use keyrig_ctap::{Aaguid, ReasonClass};
use keyrig_runner::client::ClientProfile;
use keyrig_runner::scenario::{Expectation, Scenario, Suite};
use keyrig_runner::tamper::{self, Argument, Tamper};

use super::aaguid::describe;
use crate::failure::{Exit, Failure};
use crate::nearest::unknown;
use crate::table::wrap;
use crate::vocabulary::embedded;

/// Explain a scenario, a tamper, a reason, a client or a verdict, by its id
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  keyrig explain enterprise/expected-2-tier-0-icloud
  keyrig explain authenticator/clear-uv
  keyrig explain aaguid-blocked
  keyrig explain inconclusive")]
pub(crate) struct Words {
    /// What to explain
    id: String,
    /// Print a scenario's file instead
    #[arg(long)]
    file: bool,
}

/// What each verdict means.
const VERDICTS: [(&str, &str); 5] = [
    (
        "pass",
        "The relying party did what the requirement asks. `reason named` is the strong form; `by difference` means \
              that it refused the attack without a readable reason, between two controls that it accepted.",
    ),
    (
        "fail",
        "The relying party did not do what the requirement asks. The finding holds all that a stranger needs to \
              believe it; `keyrig replay <finding>` tells the same lie again.",
    ),
    ("inconclusive", "Nothing was shown: a control was refused, the target asked for patience, or did not answer."),
    ("skipped", "It was not tried, for the reason that is given."),
    (
        "not-applicable",
        "It is not about this target: a verb is missing, or the options did not ask for what is tested.",
    ),
];

impl Words {
    /// Prints every explanation of the id; most have one.
    pub(crate) fn run(self, out: &mut dyn Write) -> Result<Exit, Failure> {
        let id = self.id.as_str();
        let all = embedded()?;
        let mut found = false;
        if let Some(scenario) = all.find(id) {
            found = true;
            if self.file {
                write!(out, "{}", scenario.text)?;
            } else {
                explain_scenario(scenario, out)?;
            }
        }
        if let Some(tamper) = tamper::find(id) {
            found = true;
            explain_tamper(tamper, &all, out)?;
        }
        if let Some((word, meaning)) = VERDICTS.iter().find(|(word, _)| *word == id) {
            found = true;
            writeln!(out, "verdict {word}")?;
            paragraph("", meaning, out)?;
        }
        if let Ok(class) = id.parse::<ReasonClass>() {
            separate(found, out)?;
            found = true;
            explain_reason(class, &all, out)?;
        }
        if let Some(client) = ClientProfile::find(id) {
            found = true;
            writeln!(out, "client {}: {}\nsource: {}", client.id, client.name, client.source)?;
        }
        if let Some(name) = id.parse::<Aaguid>().ok().and_then(describe) {
            found = true;
            writeln!(out, "AAGUID {id}: {name}")?;
        }
        if found { Ok(Exit::Success) } else { Err(nothing(id, &all)) }
    }
}

fn nothing(id: &str, all: &Suite) -> Failure {
    let reasons = ReasonClass::ALL.iter().map(|class| class.as_str());
    let known = all.ids().chain(tamper::all().iter().map(|tamper| tamper.id)).chain(reasons);
    unknown("explanation of", id, known, "keyrig list <what>")
}

/// An empty line where something stands above.
fn separate(above: bool, out: &mut dyn Write) -> std::io::Result<()> {
    if above { writeln!(out) } else { Ok(()) }
}

fn explain_scenario(scenario: &Scenario, out: &mut dyn Write) -> Result<(), Failure> {
    writeln!(out, "scenario {}", scenario.id())?;
    paragraph("", &scenario.title, out)?;
    writeln!(out)?;
    paragraph("demanded by ", &scenario.requirement, out)?;
    paragraph("basis       ", &scenario.basis.to_string(), out)?;
    if let Some(attacker) = scenario.attacker {
        paragraph("attacker    ", &attacker.to_string(), out)?;
    }
    for condition in &scenario.applies {
        paragraph("applies if  ", &condition.to_string(), out)?;
    }
    paragraph("policy      ", &scenario.policy, out)?;
    paragraph("covers      ", &scenario.source.join(", "), out)?;
    if let Some(row) = &scenario.row {
        paragraph("row         ", &format!("{} {}: {:?} or {:?}", row.number, row.signal, row.pass, row.fail), out)?;
    }
    writeln!(out, "\nsteps")?;
    for (i, step) in scenario.steps.iter().enumerate() {
        let lies: Vec<String> = step.verb.tampers().iter().map(|call| call.value.to_string()).collect();
        let lies = if lies.is_empty() { String::new() } else { format!(" with {}", lies.join(", ")) };
        writeln!(out, "{:>3}  {}{lies}: {}", i + 1, step.verb.name(), step.expect)?;
        if step.control.is_some() {
            writeln!(out, "     between two controls that have to be accepted")?;
        }
        if let Some(note) = &step.note {
            paragraph("     ", note, out)?;
        }
    }
    for open in &scenario.not_proved {
        paragraph("\nnot proved  ", open, out)?;
    }
    writeln!(out, "\n{}", scenario.file)?;
    Ok(())
}

fn explain_tamper(tamper: &Tamper, all: &Suite, out: &mut dyn Write) -> Result<(), Failure> {
    let ceremonies: Vec<&str> = tamper.ceremonies.iter().map(|ceremony| ceremony.as_str()).collect();
    writeln!(out, "tamper {}", tamper.id)?;
    paragraph("", tamper.summary, out)?;
    paragraph("ceremonies  ", &ceremonies.join(", "), out)?;
    match tamper.argument {
        Argument::None => {}
        Argument::Optional(name) => paragraph("value       ", &format!("{name}, which may be left out"), out)?,
        Argument::Required(name) => paragraph("value       ", name, out)?,
    }
    let tells = |scenario: &&Scenario| {
        let mut calls = scenario.steps.iter().flat_map(|step| step.verb.tampers());
        calls.any(|call| call.value.tamper.id == tamper.id)
    };
    used_by(all.scenarios.iter().filter(tells), out)
}

fn explain_reason(class: ReasonClass, all: &Suite, out: &mut dyn Write) -> Result<(), Failure> {
    writeln!(out, "reason {class}")?;
    paragraph("", class.describe(), out)?;
    let expects = |scenario: &&Scenario| {
        let mut expected = scenario.steps.iter().map(|step| &step.expect);
        expected.any(|expect| matches!(expect, Expectation::Rejected(classes) if classes.contains(&class)))
    };
    used_by(all.scenarios.iter().filter(expects), out)
}

fn used_by<'a>(scenarios: impl Iterator<Item = &'a Scenario>, out: &mut dyn Write) -> Result<(), Failure> {
    for (i, scenario) in scenarios.enumerate() {
        if i == 0 {
            writeln!(out, "\nscenarios")?;
        }
        writeln!(out, "  {}  {}", scenario.id(), scenario.title)?;
    }
    Ok(())
}

/// Wrapped text after a label; further lines are indented by the label's width.
fn paragraph(label: &str, text: &str, out: &mut dyn Write) -> Result<(), Failure> {
    let width = label.trim_start_matches('\n').chars().count();
    for (i, line) in wrap(text, 100 - width).into_iter().enumerate() {
        if i == 0 {
            writeln!(out, "{label}{line}")?;
        } else {
            writeln!(out, "{:width$}{line}", "")?;
        }
    }
    Ok(())
}
