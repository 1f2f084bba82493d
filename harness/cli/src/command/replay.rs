//! `keyrig replay`

use std::io::Write;
use std::path::PathBuf;
use std::time::SystemTime;

use keyrig_runner::replay::Again;
use keyrig_runner::{Replay, Run, Settings};
use miette::miette;

use crate::devices::Devices;
use crate::failure::{Exit, Failure};
use crate::progress::Progress;
use crate::reports::Reports;
use crate::targets::{Chosen, Name};
use crate::vocabulary::{client, vocabulary};
use crate::{runtime, seed};

/// Tell the lie of a finding again, with a fresh challenge
#[derive(clap::Args)]
#[command(after_help = "\
Keys and lies are those of the finding; the target's challenge is new.
Exit code 1 if it is still a finding, 0 if it is none any more.

Examples:
  keyrig replay findings/attack-origin-subdomain.json
  keyrig replay report.json attack/origin-subdomain
  keyrig replay --target staging.yaml finding.json")]
pub(crate) struct Words {
    /// A finding of `keyrig run --findings`, or a JSON report
    #[arg(value_name = "FINDING")]
    file: PathBuf,
    /// Which scenario's finding, where the report has several
    #[arg(value_name = "SCENARIO")]
    scenario: Option<String>,
    /// `builtin:<policy>`, or a target file; the finding's policy if left out
    #[arg(long, value_name = "TARGET")]
    target: Option<Name>,
    /// Also talk to a target on this host, which is not this machine
    #[arg(long = "allow-host", value_name = "HOST")]
    allowed_hosts: Vec<String>,
}

impl Words {
    /// Runs the finding's scenario and compares.
    pub(crate) fn run(self, out: &mut dyn Write) -> Result<Exit, Failure> {
        let replay = Replay::load(&self.file, self.scenario.as_deref(), &vocabulary()).map_err(Failure::usage)?;
        let target = self.target(&replay)?;
        let targets = Chosen::new(&target, &self.allowed_hosts, seed::fresh().bytes())?;
        let devices = Devices::new()?;
        let settings = Settings {
            target: target.to_string(),
            policy: target.policy(),
            client: client(&replay.finding.client, None)?.id.clone(),
            exact_reasons: targets.is_builtin(),
            shared_target: !targets.is_builtin(),
            ..Settings::new(replay.seed, SystemTime::now())
        };
        let run = Run { suite: &replay.suite, targets: &targets, devices: &devices, settings };
        let mut progress = Progress::new("replay");
        let mut reports = Reports::open(&[], out)?;
        let summary = runtime()?.block_on(run.execute(&mut |event| progress.beside(&event, || reports.hear(event))));
        reports.close()?;
        let (word, exit) = match replay.compare(&summary) {
            Some(Again::Same) => ("the same finding again".to_owned(), Exit::Finding),
            Some(Again::Different(what)) => (format!("another finding now: {what}"), Exit::Finding),
            Some(Again::Gone(verdict)) => (format!("no finding any more: {verdict}"), Exit::Success),
            None => ("no verdict".to_owned(), Exit::Environment),
        };
        writeln!(out, "\n{word}")?;
        Ok(exit)
    }

    fn target(&self, replay: &Replay) -> Result<Name, Failure> {
        let found = || replay.finding.target.policy.clone().map(Name::Builtin);
        self.target.clone().or_else(found).ok_or_else(|| {
            let help = "name the target file with --target";
            let name = &replay.finding.target.name;
            Failure::usage(miette!(help = help, "failed to find the target {name:?}: it is not the built-in one"))
        })
    }
}
