//! `keyrig profile export`

use std::io::Write;
use std::path::PathBuf;

use keyrig_ctap::profile::Profile;
use keyrig_device::profiles;
use miette::miette;

use crate::failure::{Exit, Failure};
use crate::whole_file;

/// Write what a relying party needs: the test roots that the profiles' attestations lead to
#[derive(clap::Args)]
#[command(after_help = "\
The certificates are ours: no maker's key is behind them. Trust them only where you test.

Examples:
  keyrig profile export --roots
  keyrig profile export --roots --output roots.pem yubikey-5-nfc-5.7 icloud-keychain-managed")]
pub(super) struct Words {
    /// Write the trust anchors as PEM
    #[arg(long, required = true)]
    roots: bool,
    /// Write to this file in place of standard output
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Profiles' ids or files; all embedded ones if left out
    #[arg(value_name = "PROFILE")]
    names: Vec<String>,
}

impl Words {
    pub(super) fn run(self, out: &mut dyn Write) -> Result<Exit, Failure> {
        let chosen: Vec<Profile> = match self.names.as_slice() {
            [] => profiles::all().to_vec(),
            names => names
                .iter()
                .map(|name| super::find(name).map(std::borrow::Cow::into_owned))
                .collect::<Result<_, _>>()?,
        };
        let pem = profiles::roots_pem(&chosen);
        if pem.is_empty() {
            return Err(Failure::usage(rootless(&self.names)));
        }
        match &self.output {
            None => out.write_all(pem.as_bytes())?,
            Some(path) => whole_file::write(path, pem.as_bytes())
                .map_err(|e| Failure::environment(miette!("failed to write {}: {e}", path.display())))?,
        }
        Ok(Exit::Success)
    }
}

/// An empty file would be taken for an answer.
fn rootless(names: &[String]) -> miette::Report {
    miette!(
        help = "a relying party needs no root for them: `keyrig profile show PROFILE` says how each attests",
        "failed to export roots: no attestation of {} leads to one",
        names.join(" and ")
    )
}
