//! `keyrig aaguid`

use std::io::Write;

use clap::builder::NonEmptyStringValueParser;
use keyrig_ctap::Aaguid;
use keyrig_ctap::catalogue::{self, Advisory, Certification, Entry, Kind};
use keyrig_ctap::profile::Profile;
use keyrig_device::profiles;
use serde_json::{Value, json};

use crate::failure::{Exit, Failure};

/// Tell what an AAGUID really is, and what public lists mistake it for
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  keyrig aaguid adce0002-35bc-c60a-648b-0b25f1f05503
  keyrig aaguid icloud
  keyrig aaguid \"YubiKey 5 NFC\"
  keyrig aaguid")]
pub(crate) struct Words {
    /// An AAGUID or its first digits, or a name, a part of one, or words of one; all of the catalogue if left out
    #[arg(value_name = "AAGUID|NAME", value_parser = NonEmptyStringValueParser::new())]
    wanted: Option<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl Words {
    /// Prints the entries that fit; none is a finding.
    pub(crate) fn run(self, out: &mut dyn Write) -> Result<Exit, Failure> {
        let found = self.wanted.as_deref().map_or_else(|| catalogue::ALL.iter().collect(), search);
        if self.json {
            let entries: Value = found.iter().map(|entry| to_json(entry)).collect();
            writeln!(out, "{entries:#}")?;
        } else if found.is_empty() {
            writeln!(out, "nothing in the catalogue fits {:?}", self.wanted.unwrap_or_default())?;
        } else {
            found.iter().try_for_each(|entry| print(entry, out))?;
        }
        Ok(if found.is_empty() { Exit::Finding } else { Exit::Success })
    }
}

/// The entries with this AAGUID, however it is written, or with this name; where none has it, those whose names have
/// every word of it.
fn search(wanted: &str) -> Vec<&'static Entry> {
    if let Some(aaguid) = any_aaguid(wanted) {
        return catalogue::find(aaguid).into_iter().collect();
    }
    let wanted = wanted.trim().to_lowercase();
    if wanted.is_empty() {
        return Vec::new();
    }
    let with = |fits: &dyn Fn(&str) -> bool| {
        let any = |entry: &&'static Entry| names(entry).any(|name| fits(&name.to_lowercase()));
        catalogue::ALL.iter().filter(any).collect::<Vec<_>>()
    };
    let digits = |text: &str| text.replace('-', "");
    let first = digits(&wanted);
    let starts = |entry: &&Entry| !first.is_empty() && digits(&entry.aaguid.to_string()).starts_with(&first);
    let by_aaguid: Vec<_> = catalogue::ALL.iter().filter(starts).collect();
    let whole = if by_aaguid.is_empty() { with(&|name| name.contains(&wanted)) } else { by_aaguid };
    if !whole.is_empty() {
        return whole;
    }
    with(&|name| wanted.split_whitespace().all(|word| name.contains(word)))
}

/// An AAGUID as people find it: also in braces, as a URN, and with `0x`.
fn any_aaguid(text: &str) -> Option<Aaguid> {
    let text = text.trim().to_lowercase();
    let bare = text.strip_prefix("urn:uuid:").or_else(|| text.strip_prefix("0x")).unwrap_or(&text);
    bare.trim_start_matches('{').trim_end_matches('}').parse().ok()
}

/// What it is called: by us, on its box, as a profile, and by mistake.
fn names(entry: &'static Entry) -> impl Iterator<Item = &'static str> {
    let on_the_box = profile(entry).map(|profile| profile.name.as_str());
    [entry.name, entry.profile].into_iter().chain(on_the_box).chain(entry.mistaken_for.iter().copied())
}

fn profile(entry: &Entry) -> Option<&'static Profile> {
    profiles::find(entry.profile)
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

fn print(entry: &Entry, out: &mut dyn Write) -> Result<(), Failure> {
    writeln!(out, "{}  {} ({})", entry.aaguid, entry.name, kind(entry.kind))?;
    if let Some(mistakes) = mistakes(entry) {
        writeln!(out, "    public lists call it {mistakes}")?;
    }
    if let Some(certification) = entry.certification {
        writeln!(out, "    {}", certified(certification))?;
    }
    if let Some(profile) = profile(entry) {
        writeln!(out, "    transports {}", profile.transports.join(", "))?;
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
        "firmware": entry.firmware.map(|firmware| json!([version(firmware.first), version(firmware.last)])),
        "transports": profile(entry).map(|profile| &profile.transports),
        "certification": entry.certification.map(status),
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

fn certified(certification: Certification) -> String {
    match certification {
        Certification::None => "not FIDO certified".to_owned(),
        Certification::Level(level) => format!("FIDO certified, level {level}"),
    }
}

/// As the metadata service writes it.
fn status(certification: Certification) -> String {
    match certification {
        Certification::None => "NOT_FIDO_CERTIFIED".to_owned(),
        Certification::Level(level) => format!("FIDO_CERTIFIED_L{level}"),
    }
}

const fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::SecurityKey => "security key",
        Kind::Platform => "platform",
        Kind::Provider => "synced provider",
        Kind::Anonymous => "anonymous",
    }
}
