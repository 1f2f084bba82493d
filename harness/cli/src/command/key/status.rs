use std::io::Write;

use keyrig_device::control::View;
use keyrig_device::plugged::Led;
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
        let view: View = key.ask(Method::GET, "/v1/view").await?;
        if self.json {
            writeln!(out, "{:#}", serde_json::to_value(&view.status).expect("a status is JSON"))?;
            return Ok(Exit::Success);
        }
        let light = match view.status.led {
            Led::Off => "off",
            Led::On => "on",
            Led::Blinking => "blinking",
        };
        let product = format!("{} · {}", view.status.product, view.generation);
        for (name, value) in [("Product", product.as_str()), ("Light", light), ("Asks", &view.asks)] {
            writeln!(out, "{name:13} {value}")?;
        }
        for fact in &view.facts {
            writeln!(out, "{:13} {}", fact.name, fact.value)?;
        }
        writeln!(out, "{:13} {}", "Credentials", view.status.credentials)?;
        Ok(Exit::Success)
    }
}
