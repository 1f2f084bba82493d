//! `keyrig run`

use std::io::Write;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use keyrig_runner::client::ClientProfile;
use keyrig_runner::{Known, Run, Seed, Settings, Shard, Suite, exit};

use crate::devices::Devices;
use crate::failure::{Exit, Failure};
use crate::nearest::unknown;
use crate::progress::Progress;
use crate::reports::{Reports, Wanted};
use crate::targets::{Chosen, Name};
use crate::vocabulary::{embedded, suite};
use crate::{runtime, seed};

/// Where deviations are written down that everybody knows of.
const KNOWN: &str = "scenarios/known.yaml";

/// Run scenarios against a relying party
#[derive(clap::Args)]
#[command(after_help = "\
Without --target, each scenario runs on a fresh built-in relying party under the policy that it names.

Examples:
  keyrig run
  keyrig run attack
  keyrig run --target builtin:default enterprise
  keyrig run --target staging.yaml scenarios/enterprise
  keyrig run --reporter junit=out.xml --reporter html=out.html
  keyrig run --shard 2/8 --seed 7f3a")]
pub(crate) struct Words {
    /// Scenario files, folders, or ids of embedded scenarios; all embedded ones if left out
    #[arg(value_name = "SCENARIO")]
    scenarios: Vec<String>,
    /// `builtin`, `builtin:<policy>`, or a target file
    #[arg(long, value_name = "TARGET", default_value = "builtin")]
    target: Name,
    /// The authenticator of scenarios that name none: a profile's id or file
    #[arg(long, value_name = "PROFILE")]
    device: Option<String>,
    /// The client between page and authenticator
    #[arg(long, value_name = "CLIENT", default_value = "l3")]
    client: String,
    /// The seed of keys, lies and random numbers; a fresh one if left out
    #[arg(long, value_name = "SEED")]
    seed: Option<Seed>,
    /// Run one part of the scenarios: the second of eight is 2/8
    #[arg(long, value_name = "PART/PARTS")]
    shard: Option<Shard>,
    /// Write a report: terminal, json, junit or html; to standard output without a file
    #[arg(long = "reporter", value_name = "KIND[=FILE]")]
    reports: Vec<Wanted>,
    /// Deviations that are known; scenarios/known.yaml if it is there
    #[arg(long, value_name = "FILE")]
    known: Option<PathBuf>,
    /// Say what would be sent, created and deleted, and send nothing
    #[arg(long)]
    plan: bool,
    /// Let inconclusive and skipped scenarios go
    #[arg(long)]
    allow_inconclusive: bool,
    /// Seconds that one scenario may take
    #[arg(long, value_name = "SECONDS", default_value_t = 120)]
    time_limit: u64,
    /// Also talk to a target on this host, which is not this machine
    #[arg(long = "allow-host", value_name = "HOST")]
    allowed_hosts: Vec<String>,
}

impl Words {
    /// Runs the scenarios and writes the reports.
    pub(crate) fn run(self, out: &mut dyn Write) -> Result<Exit, Failure> {
        let suite = suite(&self.scenarios)?;
        let seed = self.seed.unwrap_or_else(seed::fresh);
        let targets = Chosen::new(&self.target, &self.allowed_hosts, seed.bytes())?;
        let settings = self.settings(seed, &suite, &targets)?;
        let devices = Devices::new(self.device.as_deref())?;
        let run = Run { suite: &suite, targets: &targets, devices: &devices, settings };
        let mut progress = Progress::new("run");
        let mut reports = Reports::open(&self.reports, out)?;
        let summary = runtime()?.block_on(run.execute(&mut |event| progress.beside(&event, || reports.hear(event))));
        reports.close()?;
        Ok(Exit::of_run(exit::code(&summary, self.allow_inconclusive)))
    }

    fn settings(&self, seed: Seed, suite: &Suite, targets: &Chosen) -> Result<Settings, Failure> {
        if ClientProfile::find(&self.client).is_none() {
            let known = ClientProfile::all().iter().map(|client| client.id.as_str());
            return Err(unknown("client", &self.client, known, "keyrig list clients"));
        }
        Ok(Settings {
            target: self.target.to_string(),
            client: self.client.clone(),
            shard: self.shard,
            exact_reasons: targets.is_builtin(),
            shared_target: !targets.is_builtin(),
            known: self.known(suite)?,
            time_limit: Duration::from_secs(self.time_limit),
            policy: self.target.policy(),
            ..Settings::new(seed, SystemTime::now())
        })
    }

    fn known(&self, suite: &Suite) -> Result<Known, Failure> {
        let implied = Some(PathBuf::from(KNOWN)).filter(|path| path.is_file());
        let Some(path) = self.known.clone().or(implied) else { return Ok(Known::default()) };
        let embedded = embedded()?;
        Known::load(&path, embedded.ids().chain(suite.ids())).map_err(Failure::usage)
    }
}
