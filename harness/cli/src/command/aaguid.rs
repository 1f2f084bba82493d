//! `keyrig aaguid`

use std::io::Write;

use keyrig_ctap::Aaguid;
use keyrig_ctap::catalogue::{self, Advisory, Entry, Kind};
use serde_json::{Value, json};

use crate::failure::{Exit, Failure};

/// Tell what an AAGUID really is, and what public lists mistake it for
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  keyrig aaguid adce0002-35bc-c60a-648b-0b25f1f05503
  keyrig aaguid icloud
  keyrig aaguid")]
pub(crate) struct Words {
    /// An AAGUID, or a part of a name; all of the catalogue if left out
    #[arg(value_name = "AAGUID|NAME")]
    wanted: Option<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl Words {
    /// Prints the entries that fit; none is a finding.
    pub(crate) fn run(self, out: &mut dyn Write) -> Result<Exit, Failure> {
        let wanted = self.wanted.unwrap_or_default();
        let found: Vec<&Entry> = catalogue::ALL.iter().filter(|entry| fits(entry, &wanted)).collect();
        if self.json {
            let entries: Value = found.iter().map(|entry| to_json(entry)).collect();
            writeln!(out, "{entries:#}")?;
        } else if found.is_empty() {
            writeln!(out, "nothing in the catalogue fits {wanted:?}")?;
        } else {
            found.iter().try_for_each(|entry| print(entry, out))?;
        }
        Ok(if found.is_empty() { Exit::Finding } else { Exit::Success })
    }
}

/// The true name of `aaguid` and what it is mistaken for, in one line.
pub(crate) fn describe(aaguid: Aaguid) -> Option<String> {
    catalogue::find(aaguid).map(|entry| match mistakes(entry) {
        None => entry.name.to_string(),
        Some(mistakes) => format!("{}; public lists call it {mistakes}", entry.name),
    })
}

fn mistakes(entry: &Entry) -> Option<String> {
    let quoted: Vec<String> = entry.mistaken_for.iter().map(|name| format!("{name:?}")).collect();
    (!quoted.is_empty()).then(|| quoted.join(", "))
}

fn fits(entry: &Entry, wanted: &str) -> bool {
    if let Ok(aaguid) = wanted.parse::<Aaguid>() {
        return entry.aaguid == aaguid;
    }
    let wanted = wanted.to_lowercase();
    let names = [entry.name, entry.profile].into_iter().chain(entry.mistaken_for.iter().copied());
    entry.aaguid.to_string().starts_with(&wanted) || names.into_iter().any(|name| name.to_lowercase().contains(&wanted))
}

fn print(entry: &Entry, out: &mut dyn Write) -> Result<(), Failure> {
    writeln!(out, "{}  {} ({})", entry.aaguid, entry.name, kind(entry.kind))?;
    if let Some(mistakes) = mistakes(entry) {
        writeln!(out, "    public lists call it {mistakes}")?;
    }
    for (what, other) in [("comes after", entry.predecessor()), ("is followed by", entry.successor())] {
        if let Some(other) = other {
            writeln!(out, "    {what} {}, {}", other.name, other.aaguid)?;
        }
    }
    for advisory in entry.advisories() {
        writeln!(out, "    {} ({}), firmware {}: {}", advisory.id, advisory.cve, affected(advisory), advisory.what)?;
    }
    if !entry.profile.is_empty() {
        writeln!(out, "    profile {}", entry.profile)?;
    }
    writeln!(out, "    source: {}", entry.source)?;
    Ok(())
}

/// The entry as JSON.
pub(crate) fn to_json(entry: &Entry) -> Value {
    json!({
        "aaguid": entry.aaguid,
        "name": entry.name,
        "kind": kind(entry.kind),
        "mistaken_for": entry.mistaken_for,
        "predecessor": entry.predecessor().map(|other| other.aaguid),
        "successor": entry.successor().map(|other| other.aaguid),
        "advisories": entry.advisories().map(advisory_to_json).collect::<Value>(),
        "profile": (!entry.profile.is_empty()).then_some(entry.profile),
        "source": entry.source,
    })
}

fn advisory_to_json(advisory: &Advisory) -> Value {
    json!({ "id": advisory.id, "cve": advisory.cve, "firmware": affected(advisory), "what": advisory.what })
}

/// The firmware that an advisory is about.
pub(crate) fn affected(advisory: &Advisory) -> String {
    let first = advisory.first.map(|first| format!("from {} ", version(first))).unwrap_or_default();
    format!("{first}before {}", version(advisory.fixed))
}

fn version([major, minor, patch]: [u8; 3]) -> String {
    format!("{major}.{minor}.{patch}")
}

const fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::SecurityKey => "security key",
        Kind::Platform => "platform",
        Kind::Provider => "synced provider",
        Kind::Anonymous => "anonymous",
    }
}
