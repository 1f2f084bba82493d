use std::io::Write;

use keyrig_device::plugged::{Led, Prompted, Status};
use reqwest::Method;

use crate::control::Control;
use crate::failure::{Exit, Failure};

/// Tell how the key is
#[derive(clap::Args)]
pub(super) struct Words {
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl Words {
    pub(super) async fn run(self, key: &Control, out: &mut dyn Write) -> Result<Exit, Failure> {
        let status: Status = key.ask(Method::GET, "/v1/status").await?;
        if self.json {
            writeln!(out, "{:#}", serde_json::to_value(&status).expect("a status is JSON"))?;
            return Ok(Exit::Success);
        }
        for (name, value) in rows(&status) {
            writeln!(out, "{name:13} {value}")?;
        }
        Ok(Exit::Success)
    }
}

fn rows(status: &Status) -> Vec<(&'static str, String)> {
    let yes = |is| if is { "yes" } else { "no" };
    let firmware = status.firmware.as_ref().map(|firmware| format!(", firmware {firmware}")).unwrap_or_default();
    let light = match status.led {
        Led::Off => "off: it is out of its port",
        Led::On => "on",
        Led::Blinking => "blinking",
    };
    let mut rows = vec![
        ("key", status.name.clone()),
        ("product", format!("{}{firmware}", status.product)),
        ("profile", status.profile.clone()),
        ("AAGUID", status.aaguid.clone()),
        ("light", light.to_owned()),
    ];
    if let Some(Prompted { ask, command }) = &status.prompt {
        rows.push(("asks", format!("{ask}, for {command}")));
    }
    rows.push(("gestures", status.gestures.clone()));
    rows.push(("backup", format!("eligible: {}, state: {}", yes(status.backup_eligible), yes(status.backup_state))));
    let pin = if status.pin_is_set { format!("set, {} tries left", status.pin_retries) } else { "not set".to_owned() };
    rows.push(("PIN", pin));
    rows.push((
        "credentials",
        format!("{}, {} of them discoverable; room for {}", status.credentials, status.discoverable, status.room),
    ));
    if !status.faults.is_empty() {
        rows.push(("faults", status.faults.join(", ")));
    }
    rows
}
