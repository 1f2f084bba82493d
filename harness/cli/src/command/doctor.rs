//! `keyrig doctor`

use std::io::Write;

use clap::builder::PossibleValuesParser;
use keyrig_device::doctor::{ALL, Examined, Finding, Linux, examine};
use serde_json::{Value, json};

use crate::failure::{Exit, Failure};

/// Check what keys need of this machine, and say what to type for what is missing
#[derive(clap::Args)]
#[command(after_help = "\
Nothing is changed. Exit code 0 if nothing is in the way, 3 if something is.

Examples:
  keyrig doctor
  keyrig doctor uhid rules
  keyrig doctor --json")]
pub(super) struct Words {
    /// Only these checks; all if left out
    #[arg(value_name = "CHECK", value_parser = PossibleValuesParser::new(ALL.iter().map(|check| check.name)))]
    checks: Vec<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl Words {
    /// Makes the checks.
    pub(crate) fn run(self, out: &mut dyn Write) -> Result<Exit, Failure> {
        let examined = examine(&Linux::here(), &self.checks);
        if self.json {
            let found: Value = examined.iter().map(to_json).collect();
            writeln!(out, "{found:#}")?;
        } else {
            examined.iter().try_for_each(|examined| print(examined, out))?;
        }
        let fine = examined.iter().all(|examined| matches!(examined.finding, Finding::Fine(_)));
        Ok(if fine { Exit::Success } else { Exit::Environment })
    }
}

fn print(examined: &Examined, out: &mut dyn Write) -> Result<(), Failure> {
    let name = examined.check.name;
    match &examined.finding {
        Finding::Fine(what) => writeln!(out, "fine        {name:<10} {what}")?,
        Finding::InTheWay { what, remedy } => {
            writeln!(out, "in the way  {name:<10} {what}; needed to {}", examined.check.needed_to)?;
            writeln!(out, "            type       {remedy}")?;
        }
    }
    Ok(())
}

fn to_json(examined: &Examined) -> Value {
    let (fine, what, remedy) = match &examined.finding {
        Finding::Fine(what) => (true, what, None),
        Finding::InTheWay { what, remedy } => (false, what, Some(remedy)),
    };
    let check = examined.check;
    json!({"check": check.name, "needed_to": check.needed_to, "fine": fine, "found": what, "type": remedy})
}
