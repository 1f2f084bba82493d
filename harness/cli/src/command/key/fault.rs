use std::io::Write;
use std::time::Duration;

use clap::ValueEnum;
use keyrig_device::plugged::Status;
use keyrig_device::transport::fault::ALL;
use reqwest::Method;
use serde_json::json;

use crate::control::Control;
use crate::failure::{Exit, Failure};
use crate::table::wrap;

/// Let the link fail: the next report that the fault is about is lost, changed, doubled or late
#[derive(clap::Args)]
#[command(after_help = after_help())]
pub(super) struct Words {
    /// Which fault; none to list those that wait
    #[arg(value_name = "FAULT")]
    fault: Option<String>,
    /// Which reports it strikes
    #[arg(long, value_name = "END", value_enum, default_value_t)]
    to: End,
    /// How many of them
    #[arg(long, value_name = "COUNT", default_value_t = 1)]
    times: u32,
    /// How long `stall` holds a report back, in milliseconds
    #[arg(long, value_name = "MS", default_value_t = 2000)]
    hold_ms: u64,
    /// Take back those that wait
    #[arg(long, conflicts_with = "fault")]
    clear: bool,
}

#[derive(Clone, Copy, Default, ValueEnum)]
enum End {
    #[default]
    Host,
    Key,
}

fn after_help() -> String {
    let indent = format!("\n{:20}", "");
    let faults = ALL.iter().map(|fault| format!("\n  {:16}  {}", fault.name, wrap(fault.about, 78).join(&indent)));
    std::iter::once("Faults:".to_owned()).chain(faults).collect()
}

impl Words {
    pub(super) async fn run(self, key: &Control, out: &mut dyn Write) -> Result<Exit, Failure> {
        let status: Status = match (&self.fault, self.clear) {
            (Some(fault), _) => {
                let direction = match self.to {
                    End::Host => "to-host",
                    End::Key => "to-key",
                };
                let body =
                    json!({"fault": fault, "direction": direction, "times": self.times, "hold_ms": self.hold_ms});
                key.tell(Method::POST, "/v1/faults", &body, Duration::ZERO).await?
            }
            (None, true) => key.ask(Method::DELETE, "/v1/faults").await?,
            (None, false) => key.ask(Method::GET, "/v1/status").await?,
        };
        let waiting = if status.faults.is_empty() { "none".to_owned() } else { status.faults.join(", ") };
        writeln!(out, "{}: faults that wait: {waiting}", key.name())?;
        Ok(Exit::Success)
    }
}
