use std::io::Write;

use keyrig_device::control::Logged;
use keyrig_device::plugged::Happening;
use reqwest::Method;

use crate::control::{Control, Lines};
use crate::failure::{Exit, Failure};

/// Show what happened to it: whole CTAP messages, gestures, power
#[derive(clap::Args)]
pub(super) struct Words {
    /// Go on with what happens, until Ctrl-C or the key is unplugged
    #[arg(long, short)]
    follow: bool,
    /// Print a line of JSON for each entry, with the message taken apart
    #[arg(long)]
    json: bool,
}

impl Words {
    pub(super) async fn run(self, key: &Control, out: &mut dyn Write) -> Result<Exit, Failure> {
        if !self.follow {
            let entries: Vec<Logged> = key.ask(Method::GET, "/v1/log").await?;
            entries.iter().try_for_each(|entry| self.print(entry, out))?;
            return Ok(Exit::Success);
        }
        let mut lines = Lines::of(key.stream("/v1/log/follow").await?);
        // A stream that breaks off is a key that is gone.
        while let Some(line) = lines.next().await {
            if let Some(entry) = line.strip_prefix("data: ").and_then(|data| serde_json::from_str(data).ok()) {
                self.print(&entry, out)?;
                out.flush()?;
            }
        }
        Ok(Exit::Success)
    }

    fn print(&self, logged: &Logged, out: &mut dyn Write) -> Result<(), Failure> {
        if self.json {
            writeln!(out, "{}", serde_json::to_value(logged).expect("an entry is JSON"))?;
            return Ok(());
        }
        let entry = &logged.entry;
        let seconds = entry.at_ms as f64 / 1000.0;
        match &entry.what {
            Happening::Message { channel, .. } => {
                writeln!(out, "{seconds:>9.3}  {} {channel} {}", entry.what.way(), logged.said)?;
            }
            _ => writeln!(out, "{seconds:>9.3}  {}", logged.said)?,
        }
        Ok(())
    }
}
