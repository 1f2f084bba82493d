//! `keyrig profile show`

use std::io::Write;

use keyrig_device::profiles::lint;

use crate::command::aaguid::describe;
use crate::failure::{Exit, Failure};

/// Show one profile: what the product can do, and where each claim comes from
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  keyrig profile show yubikey-5-nfc-5.7
  keyrig profile show --json icloud-keychain")]
pub(super) struct Words {
    /// A profile's id or file
    #[arg(value_name = "PROFILE")]
    name: String,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl Words {
    pub(super) fn run(self, out: &mut dyn Write) -> Result<Exit, Failure> {
        let profile = super::find(&self.name)?;
        let tree = super::tree::of(&profile);
        if self.json {
            writeln!(out, "{tree:#}")?;
            return Ok(Exit::Success);
        }
        let leaves = super::tree::leaves(&tree);
        let width = leaves.iter().map(|(path, _)| path.len()).max().unwrap_or(0);
        for (path, value) in &leaves {
            writeln!(out, "{path:width$}  {value}")?;
            if path == "aaguid"
                && let Some(name) = describe(profile.aaguid)
            {
                writeln!(out, "{:width$}  {name}", "")?;
            }
        }
        let findings = lint(&profile);
        if !findings.is_empty() {
            writeln!(out, "\nlint")?;
        }
        findings.iter().try_for_each(|finding| writeln!(out, "  {finding}"))?;
        Ok(Exit::Success)
    }
}
