//! `keyrig profile list`

use std::io::Write;

use keyrig_ctap::profile::{AttestationFormat, Profile};
use keyrig_device::profiles;
use serde_json::Value;

use crate::failure::{Exit, Failure};
use crate::table::Table;

/// List the embedded profiles
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  keyrig profile list
  keyrig profile list --json")]
pub(super) struct Words {
    /// Print JSON: whole profiles
    #[arg(long)]
    json: bool,
}

impl Words {
    pub(super) fn run(self, out: &mut dyn Write) -> Result<Exit, Failure> {
        if self.json {
            let all: Value = profiles::all().iter().map(super::tree::of).collect();
            writeln!(out, "{all:#}")?;
            return Ok(Exit::Success);
        }
        let mut table = Table::new(&["id", "AAGUID", "transports", "BE BS", "attestation", "name"]);
        for profile in profiles::all() {
            table.row(row(profile));
        }
        table.print(out)?;
        Ok(Exit::Success)
    }
}

fn row(profile: &Profile) -> Vec<String> {
    let bit = |set: bool| if set { "1 " } else { "0 " };
    let attestation = match profile.attestation.format {
        AttestationFormat::None => "none",
        AttestationFormat::PackedSelf => "packed, self",
        AttestationFormat::Packed => "packed, chain",
        other => other.id(),
    };
    let firmware = profile.firmware.as_ref().map_or(String::new(), |firmware| format!(", firmware {firmware}"));
    vec![
        profile.id.clone(),
        profile.aaguid.to_string(),
        profile.transports.join(","),
        format!("{} {}", bit(profile.backup.eligible), bit(profile.backup.state)),
        attestation.into(),
        format!("{}{firmware}", profile.name),
    ]
}
