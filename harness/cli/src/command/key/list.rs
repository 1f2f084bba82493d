use std::io::Write;

use keyrig_device::plugged::Status;
use reqwest::Method;

use crate::control::Control;
use crate::failure::{Exit, Failure};
use crate::table::Table;

/// List the keys that this user has plugged in
#[derive(clap::Args)]
pub(super) struct Words {
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl Words {
    pub(super) async fn run(self, out: &mut dyn Write) -> Result<Exit, Failure> {
        let mut there: Vec<Status> = Vec::new();
        for name in Control::names() {
            // One that was killed, or ends just now, is not there.
            if let Ok(key) = Control::open(&name)
                && let Ok(status) = key.ask(Method::GET, "/v1/status").await
            {
                there.push(status);
            }
        }
        if self.json {
            writeln!(out, "{:#}", serde_json::to_value(&there).expect("a status is JSON"))?;
            return Ok(Exit::Success);
        }
        if there.is_empty() {
            writeln!(out, "no key is plugged in; `keyrig plug <profile>` does so")?;
            return Ok(Exit::Success);
        }
        let mut table = Table::new(&["key", "product", "firmware", "port", "asks", "credentials"]);
        for status in there {
            table.row(vec![
                status.name,
                status.product,
                status.firmware.unwrap_or_default(),
                if status.inserted { "in" } else { "out" }.to_owned(),
                status.prompt.map(|prompt| prompt.ask).unwrap_or_default(),
                status.credentials.to_string(),
            ]);
        }
        table.print(out)?;
        Ok(Exit::Success)
    }
}
