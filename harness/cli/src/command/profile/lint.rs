//! `keyrig profile lint`

use std::borrow::Cow;
use std::io::Write;

use keyrig_ctap::profile::Profile;
use keyrig_device::profiles::{self, Severity};

use crate::failure::{Exit, Failure};

/// Check profiles against the specification, and tell what getInfo is cut to
#[derive(clap::Args)]
#[command(after_help = "\
What a profile's getInfo claims and the emulator does not implement is cut from its answers, and
printed here; a contradiction within a profile is a finding.

Examples:
  keyrig profile lint
  keyrig profile lint my-key.yaml")]
pub(super) struct Words {
    /// Profiles' ids or files; all embedded ones if left out
    #[arg(value_name = "PROFILE")]
    names: Vec<String>,
}

impl Words {
    pub(super) fn run(self, out: &mut dyn Write) -> Result<Exit, Failure> {
        let chosen: Vec<Cow<'static, Profile>> = match self.names.as_slice() {
            [] => profiles::all().iter().map(Cow::Borrowed).collect(),
            names => names.iter().map(|name| super::find(name)).collect::<Result<_, _>>()?,
        };
        let mut exit = Exit::Success;
        for profile in &chosen {
            writeln!(out, "{}", profile.id)?;
            for finding in profiles::lint(profile) {
                writeln!(out, "  {finding}")?;
                if finding.severity == Severity::Error {
                    exit = Exit::Finding;
                }
            }
        }
        Ok(exit)
    }
}
