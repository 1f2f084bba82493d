//! `keyrig run`

use std::io::{Write, stderr};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use keyrig_runner::device::Place;
use keyrig_runner::plan::plan;
use keyrig_runner::{Baseline, Known, Run, Scenario, Seed, Settings, Shard, Suite, Summary, exit};
use miette::miette;

use crate::command::profile::Tolerance;
use crate::devices::{Devices, Named, OneKey};
use crate::failure::{Exit, Failure};
use crate::progress::Progress;
use crate::real_key::{Handling, on_ctrl_c};
use crate::reports::{Reports, Wanted};
use crate::targets::{Chosen, Name};
use crate::vocabulary::{client, embedded, suite};
use crate::{runtime, seed, whole_file};

/// Where deviations are written down that everybody knows of.
const KNOWN: &str = "scenarios/known.yaml";

/// Run scenarios against a relying party
#[derive(clap::Args)]
#[command(after_help = "\
Without --target, each scenario runs on a fresh built-in relying party under the policy it names.

Examples:
  keyrig run
  keyrig run attack
  keyrig run --target builtin:default enterprise
  keyrig run --target staging.yaml scenarios/enterprise
  keyrig run --reporter junit=out.xml --reporter html=out.html
  keyrig run --shard 2/8 --seed 7f3a
  keyrig run --device hid --target builtin:default ceremony
  keyrig run --device hid --client ctap-hid-fido2 --target builtin:default ceremony")]
pub(crate) struct Words {
    /// Scenario files, folders, or ids of embedded scenarios; all embedded ones if left out
    #[arg(value_name = "SCENARIO")]
    scenarios: Vec<String>,
    /// `builtin`, `builtin:<policy>`, or a target file
    #[arg(long, value_name = "TARGET", default_value = "builtin")]
    target: Name,
    /// The authenticator of scenarios that name none: a profile's id or file; or one key for all of them: `hid`,
    /// `hid:<path>`, `nfc:<reader>`, `socket:<path>`
    #[arg(long, value_name = "PROFILE|PLACE")]
    device: Option<Named>,
    /// An attestation root that the built-in relying party trusts beside those of the embedded profiles, PEM: that of a
    /// genuine key
    #[arg(long, value_name = "FILE")]
    trust: Vec<PathBuf>,
    #[command(flatten)]
    handling: Handling,
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
    /// Compare the findings with this list: 0 if they are the same, 1 if not
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,
    /// Write the findings down as such a list
    #[arg(long, value_name = "FILE")]
    write_baseline: Option<PathBuf>,
    /// Write each finding to a file of its own, for `keyrig replay`
    #[arg(long, value_name = "FOLDER")]
    findings: Option<PathBuf>,
    /// Say what would be sent, created and deleted, and send nothing
    #[arg(long)]
    plan: bool,
    /// Let inconclusive and skipped scenarios go
    #[arg(long)]
    allow_inconclusive: bool,
    /// Seconds that one scenario may take
    #[arg(long, value_name = "SECONDS", default_value_t = 120)]
    time_limit: u64,
    #[command(flatten)]
    tolerance: Tolerance,
    /// Also talk to a target on this host, which is not this machine
    #[arg(long = "allow-host", value_name = "HOST")]
    allowed_hosts: Vec<String>,
}

impl Words {
    /// Runs the scenarios and writes the reports.
    pub(crate) fn run(self, out: &mut dyn Write) -> Result<Exit, Failure> {
        let suite = suite(&self.scenarios)?;
        let seed = self.seed.unwrap_or_else(seed::fresh);
        let targets = Chosen::new(&self.target, &self.allowed_hosts, seed.bytes())?.trusting(&self.trust)?;
        let settings = self.settings(seed, &suite, &targets)?;
        let devices = self.devices()?;
        let run = Run { suite: &suite, targets: &targets, devices: devices.source(), settings };
        if run.selected().is_empty() {
            let help = "another --shard or other scenarios have some; `keyrig list` names them all";
            return Err(Failure::usage(miette!(help = help, "failed to run anything: no scenario is selected")));
        }
        if self.plan {
            return print_plan(&run.selected(), &targets, out);
        }
        let baseline = self.baseline.as_deref().map(read_baseline).transpose()?;
        let mut progress = Progress::new("run");
        let mut reports = Reports::open(&self.reports, out)?;
        let summary = runtime()?.block_on(run.execute(&mut |event| progress.beside(&event, || reports.hear(event))));
        reports.close()?;
        self.keep(&summary)?;
        devices.give_back()?;
        let exit = Exit::of_run(exit::code(&summary, self.allow_inconclusive));
        match baseline {
            Some(baseline) => self.compare(&baseline, &summary, exit),
            None => Ok(exit),
        }
    }

    /// Where the key is, if it is not emulated.
    fn place(&self) -> Option<&Place> {
        match &self.device {
            Some(Named::Place(place)) => Some(place),
            Some(Named::Profile(_)) | None => None,
        }
    }

    fn devices(&self) -> Result<Plugged, Failure> {
        Ok(match &self.device {
            Some(Named::Place(place)) => Plugged::Real(Box::new(OneKey::new(self.handling.open(place, on_ctrl_c())?))),
            Some(Named::Profile(profile)) => {
                Plugged::Emulated(Box::new(Devices::of(self.tolerance.find(profile)?.into_owned())))
            }
            None => Plugged::Emulated(Box::new(Devices::new()?)),
        })
    }

    /// Writes what later runs compare with or tell again.
    fn keep(&self, summary: &Summary) -> Result<(), Failure> {
        if let Some(path) = &self.write_baseline {
            let heading =
                format!("# The findings of `keyrig run --target {}`; --write-baseline writes them.", self.target);
            write(path, &format!("{heading}\n{}", Baseline::of(summary)))?;
        }
        let Some(folder) = &self.findings else { return Ok(()) };
        for finding in summary.cases.iter().filter_map(|case| case.end.verdict()?.finding()) {
            let text = serde_json::to_string_pretty(finding).expect("a finding is plain data");
            write(&folder.join(format!("{}.json", finding.scenario.replace('/', "-"))), &text)?;
        }
        Ok(())
    }

    /// Findings that the list has are none; whatever else the run showed counts.
    fn compare(&self, baseline: &Baseline, summary: &Summary, exit: Exit) -> Result<Exit, Failure> {
        let differences = baseline.compare(summary);
        if !differences.is_empty() {
            let mut told = stderr().lock();
            differences.iter().try_for_each(|difference| writeln!(told, "{difference}"))?;
            return Ok(exit.max(Exit::Finding));
        }
        let mut others = summary.clone();
        others.cases.retain(|case| case.end.verdict().is_none_or(|verdict| verdict.finding().is_none()));
        Ok(match others.cases.is_empty() {
            true => Exit::Success,
            false => Exit::of_run(exit::code(&others, self.allow_inconclusive)),
        })
    }

    fn settings(&self, seed: Seed, suite: &Suite, targets: &Chosen) -> Result<Settings, Failure> {
        Ok(Settings {
            target: self.target.to_string(),
            client: client(&self.client, self.place())?.id.clone(),
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

/// The authenticators of a run.
enum Plugged {
    Emulated(Box<Devices>),
    Real(Box<OneKey>),
}

impl Plugged {
    fn source(&self) -> &dyn keyrig_runner::Devices {
        match self {
            Self::Emulated(devices) => &**devices,
            Self::Real(key) => &**key,
        }
    }

    /// A real key is left as it was found.
    fn give_back(&self) -> Result<(), Failure> {
        match self {
            Self::Emulated(_) => Ok(()),
            Self::Real(key) => key.give_back(),
        }
    }
}

fn print_plan(scenarios: &[&Scenario], targets: &Chosen, out: &mut dyn Write) -> Result<Exit, Failure> {
    for scenario in scenarios {
        let file = targets.describe(&scenario.policy).map_err(Failure::environment)?;
        writeln!(out, "{}", plan(scenario, &file))?;
    }
    Ok(Exit::Success)
}

fn read_baseline(path: &Path) -> Result<Baseline, Failure> {
    let embedded = embedded()?;
    Baseline::load(path, embedded.ids()).map_err(Failure::usage)
}

fn write(path: &Path, text: &str) -> Result<(), Failure> {
    whole_file::prepare(path)
        .and_then(|()| whole_file::write(path, text.as_bytes()))
        .map_err(|e| Failure::environment(miette!("failed to write {}: {e}", path.display())))
}
