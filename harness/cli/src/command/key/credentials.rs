use std::io::Write;

use clap::Subcommand;
use keyrig_device::control::Listed;
use keyrig_device::plugged::Status;
use reqwest::Method;

use crate::control::Control;
use crate::failure::{Exit, Failure};
use crate::table::Table;

/// Look at its credentials, or delete one
#[derive(clap::Args)]
pub(super) struct Words {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// List them, without their secrets
    List {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Delete one
    Delete {
        /// Its id in hexadecimal, or how it begins
        #[arg(value_name = "ID")]
        id: String,
    },
}

impl Words {
    pub(super) async fn run(self, key: &Control, out: &mut dyn Write) -> Result<Exit, Failure> {
        let credentials: Vec<Listed> = key.ask(Method::GET, "/v1/credentials").await?;
        match self.command {
            Command::List { json: true } => {
                writeln!(out, "{:#}", serde_json::to_value(&credentials).expect("a credential is JSON"))?;
            }
            Command::List { json: false } => table(&credentials).print(out)?,
            Command::Delete { id } => {
                let mut meant = credentials.iter().filter(|one| !id.is_empty() && one.credential.id.starts_with(&id));
                let whole = match (meant.next(), meant.next()) {
                    (Some(only), None) => &only.credential.id,
                    _ => &id,
                };
                let status: Status = key.ask(Method::DELETE, &format!("/v1/credentials/{whole}")).await?;
                writeln!(out, "{}: deleted; it has {} credentials", key.name(), status.credentials)?;
            }
        }
        Ok(Exit::Success)
    }
}

fn table(credentials: &[Listed]) -> Table {
    let mut table = Table::new(&["id", "RP ID", "user", "discoverable", "BE", "BS", "counter"]);
    let yes = |is: bool| if is { "yes" } else { "no" }.to_owned();
    for Listed { credential: one, place, who, .. } in credentials {
        table.row(vec![
            one.id.chars().take(16).collect(),
            place.clone(),
            who.clone(),
            yes(one.discoverable),
            yes(one.backup_eligible),
            yes(one.backup_state),
            one.sign_count.to_string(),
        ]);
    }
    table
}
