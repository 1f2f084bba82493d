use std::io::Write;

use keyrig_device::control::Logged;
use keyrig_device::plugged::{Happening, Side};
use reqwest::Method;

use crate::control::Control;
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
        let mut stream = key.stream("/v1/log/follow").await?;
        let mut text: Vec<u8> = Vec::new();
        // A stream that breaks off is a key that is gone.
        while let Ok(Some(chunk)) = stream.chunk().await {
            text.extend_from_slice(&chunk);
            while let Some(end) = text.iter().position(|byte| *byte == b'\n') {
                let line: Vec<u8> = text.drain(..=end).collect();
                let Some(data) = line.strip_prefix(b"data: ") else { continue };
                if let Ok(entry) = serde_json::from_slice(data) {
                    self.print(&entry, out)?;
                    out.flush()?;
                }
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
        writeln!(out, "{:>9.3}  {}", entry.at_ms as f64 / 1000.0, line(&entry.what))?;
        Ok(())
    }
}

/// What happened, in a line.
pub(crate) fn line(what: &Happening) -> String {
    match what {
        Happening::Message { from, channel, command, summary, .. } => {
            let arrow = match from {
                Side::Host => "→",
                Side::Key => "←",
            };
            format!("{arrow} {channel} {} {summary}", command.trim_start_matches("CTAPHID_"))
        }
        Happening::Asks { ask, command } => format!("asks for {ask}, for {command}"),
        Happening::AsksNoMore => "asks no more".to_owned(),
        Happening::Did { deed } => format!("the user: {deed}"),
        Happening::Winks => "winks".to_owned(),
        Happening::Writes { edits: 1 } => "remembers 1 change".to_owned(),
        Happening::Writes { edits } => format!("remembers {edits} changes"),
        Happening::Inserted => "in its port".to_owned(),
        Happening::Removed => "out of its port".to_owned(),
        Happening::PowerCycled => "power went and came back".to_owned(),
        Happening::Changed { how } => format!("changed: {how}"),
    }
}
