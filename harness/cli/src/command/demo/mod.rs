//! `keyrig demo`

mod table;

use std::io::Write;
use std::path::PathBuf;
use std::time::SystemTime;

use keyrig_relying_party::Policy;
use keyrig_runner::report::Kind;
use keyrig_runner::{Run, Seed, Settings, Suite, Summary};
use serde_json::json;

use crate::devices::Devices;
use crate::failure::{Exit, Failure};
use crate::progress::Progress;
use crate::reports::Reports;
use crate::targets::{Builtin, Chosen, policy};
use crate::vocabulary::embedded;
use crate::{runtime, seed};

/// Measure the rollout guide's nine rows of expected behaviour: a default rollout beside a hardened one
#[derive(clap::Args)]
#[command(after_help = "\
Exit code 0 if every cell was measured and the hardened rollout does what the guide expects.

Examples:
  keyrig demo
  keyrig demo --evidence
  keyrig demo --hardened my-policy.yaml")]
pub(crate) struct Words {
    /// Name the requests behind each cell
    #[arg(long)]
    evidence: bool,
    /// The policy of the hardened rollout: a name or a file
    #[arg(long, value_name = "POLICY", default_value = "hardened")]
    hardened: String,
    /// The seed of keys and random numbers; a fresh one if left out
    #[arg(long, value_name = "SEED")]
    seed: Option<Seed>,
    /// Where the reports are written
    #[arg(long, value_name = "FOLDER", default_value = "target/keyrig")]
    reports: PathBuf,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl Words {
    /// Runs the nine rows twice and prints the table.
    pub(crate) fn run(self, out: &mut dyn Write) -> Result<Exit, Failure> {
        let mut rows = embedded()?;
        rows.scenarios.retain(|scenario| scenario.row.is_some());
        let seed = self.seed.unwrap_or_else(seed::fresh);
        let default = self.measure(&rows, "default", policy("default")?, seed)?;
        let hardened = self.measure(&rows, "hardened", policy(&self.hardened)?, seed)?;
        let table = table::rows(&default, &hardened);
        if self.json {
            writeln!(out, "{:#}", json!({"seed": seed.to_string(), "rows": table::to_json(&table)}))?;
        } else {
            table::print(&table, out)?;
            if self.evidence {
                table::print_evidence(&table, out)?;
            }
            writeln!(out, "\nseed {seed}")?;
            writeln!(out, "reports in {}", self.reports.display())?;
        }
        let all = !table.is_empty() && table.iter().all(|row| row.is_measured() && row.holds());
        Ok(if all { Exit::Success } else { Exit::Finding })
    }

    fn measure(&self, rows: &Suite, name: &str, policy: Policy, seed: Seed) -> Result<Summary, Failure> {
        let targets = Chosen::Builtin(Builtin::under(policy, seed.bytes()));
        let settings = Settings { target: format!("builtin:{name}"), ..Settings::new(seed, SystemTime::now()) };
        let devices = Devices::new()?;
        let run = Run { suite: rows, targets: &targets, devices: &devices, settings };
        let file = |kind: Kind, ending: &str| (kind, self.reports.join(format!("{name}.{ending}")));
        let files = [file(Kind::Html, "html"), file(Kind::Json, "json"), file(Kind::Junit, "xml")];
        let mut reports = Reports::to_files(&files)?;
        let mut progress = Progress::new(name);
        let summary = runtime()?.block_on(run.execute(&mut |event| progress.beside(&event, || reports.hear(event))));
        reports.close()?;
        Ok(summary)
    }
}
