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
        let credentials = view.status.credentials.to_string();
        let first = [("product", product.as_str()), ("light", light), ("asks", &view.asks)];
        let facts = view.facts.iter().map(|fact| (fact.name.as_str(), fact.value.as_str()));
        for (name, value) in first.into_iter().chain(facts).chain([("credentials", credentials.as_str())]) {
            let is_short = name.chars().all(char::is_uppercase);
            let name = if is_short { name.to_owned() } else { name.to_lowercase() };
            writeln!(out, "{name:13} {value}")?;
        }
        Ok(Exit::Success)
    }
}
