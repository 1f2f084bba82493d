//! `keyrig profile diff`

use std::collections::BTreeMap;
use std::io::Write;

use serde_json::json;

use crate::failure::{Exit, Failure};

/// Compare two profiles, member by member; a difference is exit code 1
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  keyrig profile diff yubikey-5-nfc-5.4 yubikey-5-nfc-5.7
  keyrig profile diff yubikey-5-nfc-5.7 my-key.yaml")]
pub(super) struct Words {
    /// A profile's id or file
    #[arg(value_name = "PROFILE")]
    one: String,
    /// Another one
    #[arg(value_name = "OTHER")]
    other: String,
    /// Compare the sources of the claims too
    #[arg(long)]
    sources: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl Words {
    pub(super) fn run(self, out: &mut dyn Write) -> Result<Exit, Failure> {
        let leaves = |name: &str| -> Result<BTreeMap<String, String>, Failure> {
            let leaves = super::tree::leaves(&super::tree::of(&*super::find(name)?));
            Ok(leaves.into_iter().filter(|(path, _)| self.sources || !path.starts_with("sources.")).collect())
        };
        let (one, other) = (leaves(&self.one)?, leaves(&self.other)?);
        let mut paths: Vec<&String> = one.keys().chain(other.keys()).collect();
        paths.sort_unstable();
        paths.dedup();
        paths.retain(|path| one.get(*path) != other.get(*path));
        if self.json {
            let differences: serde_json::Value = paths
                .iter()
                .map(|path| json!({"member": path, "one": one.get(*path), "other": other.get(*path)}))
                .collect();
            writeln!(out, "{differences:#}")?;
        } else {
            for path in &paths {
                writeln!(out, "{path}")?;
                for (sign, side) in [('-', one.get(*path)), ('+', other.get(*path))] {
                    if let Some(value) = side {
                        writeln!(out, "  {sign} {value}")?;
                    }
                }
            }
        }
        Ok(if paths.is_empty() { Exit::Success } else { Exit::Finding })
    }
}
