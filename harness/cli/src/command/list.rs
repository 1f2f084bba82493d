//! `keyrig list`

use std::io::Write;

use clap::ValueEnum;
use keyrig_ctap::ReasonClass;
use keyrig_device::profiles;
use keyrig_relying_party::Policy;
use keyrig_runner::client::ClientProfile;
use keyrig_runner::device::{Interrupt, Place};
use keyrig_runner::tamper;
use serde_json::{Value, json};

use crate::devices::Sketch;
use crate::failure::{Exit, Failure};
use crate::real_key::open;
use crate::table::Table;
use crate::vocabulary::suite;

/// List what there is: scenarios, tampers, profiles, clients, policies, reasons
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  keyrig list
  keyrig list tampers
  keyrig list scenarios scenarios/enterprise --json
  keyrig list --device hid")]
pub(crate) struct Words {
    /// What to list
    #[arg(value_enum, default_value_t = What::Scenarios)]
    what: What,
    /// Scenario files or folders; the embedded ones if left out
    #[arg(value_name = "PATH")]
    paths: Vec<String>,
    /// Say of each scenario whether the key at this place can run it: `hid`, `hid:<path>`, `nfc:<reader>`, `socket:<path>`
    #[arg(long, value_name = "PLACE")]
    device: Option<Place>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// What can be listed.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum What {
    /// What a relying party has to do
    Scenarios,
    /// The lies that clients and authenticators can tell
    Tampers,
    /// Authenticators
    Profiles,
    /// The clients between page and authenticator
    Clients,
    /// Policies of the built-in relying party
    Policies,
    /// Why a relying party refuses
    Reasons,
}

/// Names of columns, and rows of as many cells.
struct Listing {
    columns: &'static [&'static str],
    rows: Vec<Vec<String>>,
}

impl Words {
    /// Prints the list.
    pub(crate) fn run(self, out: &mut dyn Write) -> Result<Exit, Failure> {
        let listing = match self.what {
            What::Scenarios => scenarios(&self.paths, self.device.as_ref())?,
            What::Tampers => tampers(),
            What::Profiles => authenticators(),
            What::Clients => clients(),
            What::Policies => policies(),
            What::Reasons => reasons(),
        };
        if self.json {
            writeln!(out, "{:#}", listing.to_json())?;
        } else {
            let mut table = Table::new(listing.columns);
            listing.rows.into_iter().for_each(|row| table.row(row));
            table.print(out)?;
        }
        Ok(Exit::Success)
    }
}

impl Listing {
    fn to_json(&self) -> Value {
        let object = |row: &Vec<String>| -> Value {
            self.columns.iter().zip(row).map(|(name, cell)| ((*name).to_owned(), json!(cell))).collect()
        };
        self.rows.iter().map(object).collect()
    }
}

fn scenarios(paths: &[String], device: Option<&Place>) -> Result<Listing, Failure> {
    let chosen = suite(paths)?;
    if let Some(place) = device {
        let sketch = Sketch::of(&open(place, Interrupt::default())?);
        let rows = chosen.scenarios.iter().map(|scenario| {
            let can = sketch.skips(scenario).map_or_else(|| "can be run".to_owned(), |why| format!("skipped({why})"));
            vec![scenario.id().to_owned(), can, scenario.title.clone()]
        });
        return Ok(Listing { columns: &["id", "with this key", "title"], rows: rows.collect() });
    }
    let rows = chosen.scenarios.iter().map(|scenario| {
        let attacker = scenario.attacker.map_or_else(|| "-".to_owned(), |attacker| attacker.to_string());
        vec![
            scenario.id().to_owned(),
            scenario.basis.to_string(),
            attacker,
            scenario.policy.clone(),
            scenario.title.clone(),
        ]
    });
    Ok(Listing { columns: &["id", "basis", "attacker", "policy", "title"], rows: rows.collect() })
}

fn tampers() -> Listing {
    let rows = tamper::all().iter().map(|tamper| {
        let ceremonies: Vec<&str> = tamper.ceremonies.iter().map(|ceremony| ceremony.as_str()).collect();
        vec![tamper.id.to_owned(), ceremonies.join(", "), tamper.summary.to_owned()]
    });
    Listing { columns: &["id", "ceremonies", "summary"], rows: rows.collect() }
}

fn authenticators() -> Listing {
    let rows = profiles::all().iter().map(|profile| {
        let firmware = profile.firmware.as_ref().map_or(String::new(), |firmware| format!(", firmware {firmware}"));
        vec![profile.id.clone(), profile.aaguid.to_string(), format!("{}{firmware}", profile.name)]
    });
    Listing { columns: &["id", "aaguid", "name"], rows: rows.collect() }
}

fn clients() -> Listing {
    let rows = ClientProfile::all().iter().map(|client| vec![client.id.clone(), client.name.clone()]);
    Listing { columns: &["id", "name"], rows: rows.collect() }
}

fn policies() -> Listing {
    let first_comment = |name: &str| {
        let text = Policy::builtin_text(name).unwrap_or_default();
        text.lines().next().unwrap_or_default().trim_start_matches(['#', ' ']).to_owned()
    };
    let rows = Policy::builtin_names().map(|name| vec![name.to_owned(), first_comment(name)]);
    Listing { columns: &["id", "about"], rows: rows.collect() }
}

fn reasons() -> Listing {
    let rows = ReasonClass::ALL.iter().map(|class| vec![class.to_string(), class.describe().to_owned()]);
    Listing { columns: &["id", "about"], rows: rows.collect() }
}
