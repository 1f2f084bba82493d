use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::ValueEnum;
use keyrig_device::control::Snapshot;
use keyrig_device::plugged::Status;
use keyrig_device::profiles;
use miette::miette;
use reqwest::Method;
use serde_json::json;

use crate::command::profile::Tolerance;
use crate::control::Control;
use crate::decode::hex;
use crate::failure::{Exit, Failure};

/// Make it another product: a firmware update, or a replacement
#[derive(clap::Args)]
pub(super) struct Upgrade {
    /// A profile's id or file
    #[arg(value_name = "PROFILE")]
    profile: String,
    /// What it keeps: everything, the numbers of the device, or nothing
    #[arg(long, value_name = "WHAT", value_enum, default_value_t)]
    keep: Keep,
    #[command(flatten)]
    tolerance: Tolerance,
}

#[derive(Clone, Copy, Default, ValueEnum)]
enum Keep {
    #[default]
    Everything,
    Device,
    Nothing,
}

/// Write everything that it remembers to a file, private keys too
#[derive(clap::Args)]
pub(super) struct Take {
    /// The file, which is made for you alone
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

/// Let it remember what a snapshot has, and nothing else
#[derive(clap::Args)]
pub(super) struct Restore {
    /// A file that `keyrig key snapshot` wrote
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

impl Upgrade {
    pub(super) async fn run(self, key: &Control, out: &mut dyn Write) -> Result<Exit, Failure> {
        let profile = self.tolerance.find(&self.profile)?;
        let keep = match self.keep {
            Keep::Everything => "everything",
            Keep::Device => "device",
            Keep::Nothing => "nothing",
        };
        let body = match profiles::find(&self.profile) {
            Some(embedded) => json!({"profile": embedded.id, "keep": keep}),
            None => json!({"definition": *profile, "keep": keep}),
        };
        let status: Status = key.tell(Method::POST, "/v1/upgrade", &body, Duration::ZERO).await?;
        let firmware = status.firmware.map(|firmware| format!(" {firmware}")).unwrap_or_default();
        writeln!(out, "{}: a {}{firmware} with {} credentials", key.name(), status.product, status.credentials)?;
        Ok(Exit::Success)
    }
}

impl Take {
    pub(super) async fn run(self, key: &Control, out: &mut dyn Write) -> Result<Exit, Failure> {
        let taken: Snapshot = key.ask(Method::GET, "/v1/snapshot").await?;
        let bytes = bytes_of(&taken.snapshot).unwrap_or_default();
        let mut file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&self.file)
            .map_err(|e| in_the_way(&self.file, &e))?;
        file.write_all(&bytes).map_err(|e| in_the_way(&self.file, &e))?;
        writeln!(out, "{}: {} bytes in {}, private keys too", key.name(), bytes.len(), self.file.display())?;
        Ok(Exit::Success)
    }
}

impl Restore {
    pub(super) async fn run(self, key: &Control, out: &mut dyn Write) -> Result<Exit, Failure> {
        let bytes = keyrig_files::bytes(&self.file, keyrig_files::LONGEST_TEXT).map_err(|e| {
            let help = "name a file that `keyrig key snapshot` wrote";
            Failure::usage(miette!(help = help, "failed to read the snapshot {}: {e}", self.file.display()))
        })?;
        let body = json!({"snapshot": hex(&bytes)});
        let status: Status = key.tell(Method::POST, "/v1/restore", &body, Duration::ZERO).await?;
        writeln!(out, "{}: restored, {} credentials", key.name(), status.credentials)?;
        Ok(Exit::Success)
    }
}

fn in_the_way(path: &Path, error: &std::io::Error) -> Failure {
    let help = "name a file in a folder of yours; one that is there is not written over";
    Failure::usage(miette!(help = help, "failed to write the snapshot {}: {error}", path.display()))
}

/// The bytes that lowercase hexadecimal digits say.
fn bytes_of(digits: &str) -> Option<Vec<u8>> {
    let pairs = digits.as_bytes().chunks(2);
    pairs.map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()).collect()
}
