//! `keyrig devices`

use std::io::Write;

use keyrig_ctap::catalogue::{self, Advisory, Entry};
use keyrig_runner::device::real::Survey;
use keyrig_runner::device::{Interrupt, LOOK, Place};
use miette::miette;
use serde_json::{Value, json};

use super::aaguid::{affected, describe, to_json};
use crate::failure::{Exit, Failure};
use crate::pin::PinFrom;
use crate::real_key::{self, Handling};

/// Say what the keys are that this machine sees, and how they are
#[derive(clap::Args)]
#[command(after_help = "\
Nothing is changed and no touch is needed. With its PIN, a key tells how many credentials it holds;
a wrong PIN costs one of its tries.
Exit code 0 if every key answered, 1 if there is none, 3 if one did not answer.

Examples:
  keyrig devices
  keyrig devices --json
  keyrig devices --device hid:/dev/hidraw3 --pin-from prompt
  keyrig devices --device nfc
  keyrig devices --device socket:/tmp/key.hid")]
pub(super) struct Words {
    /// Only the key at this place: `hid:<path>`, `nfc:<reader>` or `socket:<path>`; every key on USB or on a
    /// reader if left out
    #[arg(long = "device", value_name = "PLACE")]
    places: Vec<Place>,
    /// Where the PIN of the key comes from, one --device given: `prompt`, or `fd:3`
    #[arg(long, value_name = "PLACE", requires = "places")]
    pin_from: Option<PinFrom>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// A key that answered, or why it did not.
struct Found {
    place: Place,
    survey: Result<Survey, Failure>,
}

impl Words {
    /// Asks each key.
    pub(crate) fn run(self, out: &mut dyn Write) -> Result<Exit, Failure> {
        let places = match self.places.as_slice() {
            [] => Place::find().map_err(|e| Failure::environment(miette!("failed to look for keys: {e}")))?,
            given => given.to_vec(),
        };
        if let ([_, _, ..], Some(_)) = (places.as_slice(), self.pin_from) {
            return Err(Failure::usage(miette!("failed to use the PIN: there are {} keys", places.len())));
        }
        let found: Vec<Found> = places.into_iter().map(|place| self.ask(place)).collect();
        if self.json {
            let keys: Value = found.iter().map(Found::to_json).collect();
            writeln!(out, "{keys:#}")?;
        } else if found.is_empty() {
            writeln!(out, "there is no key on USB or on a reader; {LOOK}")?;
        } else {
            found.iter().try_for_each(|key| key.print(out))?;
        }
        Ok(match found.iter().any(|key| key.survey.is_err()) {
            true => Exit::Environment,
            false if found.is_empty() => Exit::Finding,
            false => Exit::Success,
        })
    }

    fn ask(&self, place: Place) -> Found {
        let survey = match self.pin_from {
            Some(_) => Handling { pin_from: self.pin_from, destructive: false }.open(&place, Interrupt::default()),
            None => real_key::open(&place, Interrupt::default()),
        };
        Found { place, survey: survey.map(|mut key| key.survey()) }
    }
}

impl Found {
    fn print(&self, out: &mut dyn Write) -> Result<(), Failure> {
        let survey = match &self.survey {
            Ok(survey) => survey,
            Err(failure) => {
                writeln!(out, "{}\n    {}", self.place, failure.report)?;
                return Ok(());
            }
        };
        writeln!(out, "{}  {}", survey.place, survey.product)?;
        let mut line = |name: &str, text: String| writeln!(out, "    {name:<12} {text}");
        line("AAGUID", aaguid(survey))?;
        line("firmware", firmware(survey))?;
        line("speaks", format!("{} over {}", survey.versions.join(", "), survey.transports.join(", ")))?;
        line("PIN", pin(survey))?;
        line("credentials", credentials(survey))?;
        if survey.always_verifies {
            line("always", "verifies its user".to_owned())?;
        }
        if let Some(on) = survey.enterprise_attestation {
            line("enterprise", format!("attestation is {}", if on { "on" } else { "off" }))?;
        }
        let entry = survey.aaguid.and_then(catalogue::find);
        let known = three(survey.firmware_version);
        let concerns = |advisory: &&Advisory| {
            known.is_none_or(|known| known < advisory.fixed && advisory.first.is_none_or(|first| known >= first))
        };
        for advisory in entry.into_iter().flat_map(Entry::advisories).filter(concerns) {
            line(
                "advisory",
                format!("{} ({}), firmware {}: {}", advisory.id, advisory.cve, affected(advisory), advisory.what),
            )?;
        }
        if let Some(next) = entry.and_then(Entry::successor) {
            line("followed by", format!("{}, {}", next.name, next.aaguid))?;
        }
        Ok(())
    }

    fn to_json(&self) -> Value {
        match &self.survey {
            Ok(survey) => {
                let mut json = json!(survey);
                json["catalogue"] = survey.aaguid.and_then(catalogue::find).map(to_json).unwrap_or_default();
                json
            }
            Err(failure) => json!({"place": self.place.to_string(), "error": failure.report.to_string()}),
        }
    }
}

fn aaguid(survey: &Survey) -> String {
    match survey.aaguid {
        Some(aaguid) => {
            format!("{aaguid}: {}", describe(aaguid).unwrap_or_else(|| "not in the catalogue".to_owned()))
        }
        None => "none: it speaks U2F only, and its certificate alone tells the model".to_owned(),
    }
}

/// A number above two bytes holds three, as the makers do it whose keys tell one.
fn three(version: Option<u64>) -> Option<[u8; 3]> {
    match version?.to_be_bytes() {
        [0, 0, 0, 0, 0, major, minor, patch] if major > 0 => Some([major, minor, patch]),
        _ => None,
    }
}

fn firmware(survey: &Survey) -> String {
    match (three(survey.firmware_version), survey.firmware_version, &survey.device_version) {
        (Some([major, minor, patch]), ..) => format!("{major}.{minor}.{patch}"),
        (None, Some(number), _) => number.to_string(),
        (None, None, Some(version)) => format!("not told; the device calls itself {version}"),
        (None, None, None) => "not told".to_owned(),
    }
}

fn pin(survey: &Survey) -> String {
    let pin = &survey.pin;
    match pin.set {
        None => "it takes none".to_owned(),
        Some(false) => format!("none is set; {} characters at least", pin.min_length),
        Some(true) => {
            let left = pin.retries.map_or_else(String::new, |left| format!("; {left} tries are left"));
            let change = if pin.must_change { "; it has to be changed" } else { "" };
            format!("set; {} characters at least{left}{change}", pin.min_length)
        }
    }
}

fn credentials(survey: &Survey) -> String {
    match (survey.credentials.used, survey.credentials.free) {
        (Some(used), Some(free)) => format!("{used} discoverable, and room for {free}"),
        (None, Some(free)) => format!("room for {free} discoverable ones"),
        (Some(used), None) => format!("{used} discoverable"),
        (None, None) if survey.aaguid.is_none() => {
            "none is discoverable, and it makes as many others as are asked".to_owned()
        }
        (None, None) => "not told; with its PIN, it may tell".to_owned(),
    }
}
