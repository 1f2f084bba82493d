//! `keyrig key`

mod credentials;
mod fault;
mod gesture;
mod life;
mod list;
mod log;
mod set;
mod status;

use std::io::Write;

use clap::Subcommand;
use keyrig_device::plugged::Status;
use reqwest::Method;

use crate::control::Control;
use crate::desk::{self, Leave};
use crate::failure::{Exit, Failure};
use crate::runtime;

/// Control a virtual key that is plugged in: touch it, pull it out, look inside
#[derive(clap::Args)]
#[command(after_help = "\
Where several keys are plugged in, --key says which.

Examples:
  keyrig key list
  keyrig key desk
  keyrig key touch --wait 10s
  keyrig key finger wrong
  keyrig key set backup-state on
  keyrig key fault drop
  keyrig key log --follow")]
pub(super) struct Words {
    /// The key's name, as `keyrig key list` has it; may be left out where there is one only
    #[arg(long, value_name = "NAME", global = true)]
    key: Option<String>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    List(list::Words),
    /// Show it in this terminal: its light, what it asks, its credentials, its log, and keys to touch it by
    Desk,
    Status(status::Words),
    /// Touch it
    Touch(gesture::Wait),
    /// Touch it and stay on it
    LongTouch(gesture::Wait),
    /// Say no to what it asks
    Decline(gesture::Wait),
    Finger(gesture::Finger),
    Pin(gesture::Pin),
    Gestures(gesture::Gestures),
    /// Pull it out of its port; what was under way has no reply
    Remove,
    /// Put it back into its port
    Insert,
    /// Take its power away for a moment
    PowerCycle,
    Set(set::Words),
    Upgrade(life::Upgrade),
    Snapshot(life::Take),
    Restore(life::Restore),
    Fault(fault::Words),
    Credentials(credentials::Words),
    Log(log::Words),
}

impl Words {
    /// Does what the words say.
    pub(crate) fn run(self, out: &mut dyn Write) -> Result<Exit, Failure> {
        runtime::light()?.block_on(async {
            if let Command::List(words) = self.command {
                return words.run(out).await;
            }
            let key = Control::find(self.key.as_deref()).await?;
            self.command.run(&key, out).await
        })
    }
}

impl Command {
    async fn run(self, key: &Control, out: &mut dyn Write) -> Result<Exit, Failure> {
        match self {
            Self::List(words) => words.run(out).await,
            Self::Desk => desk::show(key, Leave::Stays).await,
            Self::Status(words) => words.run(key, out).await,
            Self::Touch(wait) => wait.answer(key, "touch", out).await,
            Self::LongTouch(wait) => wait.answer(key, "long-touch", out).await,
            Self::Decline(wait) => wait.answer(key, "decline", out).await,
            Self::Finger(words) => words.run(key, out).await,
            Self::Pin(words) => words.run(key, out).await,
            Self::Gestures(words) => words.run(key, out).await,
            Self::Remove => port(key, "/v1/remove", out).await,
            Self::Insert => port(key, "/v1/insert", out).await,
            Self::PowerCycle => port(key, "/v1/power-cycle", out).await,
            Self::Set(words) => words.run(key, out).await,
            Self::Upgrade(words) => words.run(key, out).await,
            Self::Snapshot(words) => words.run(key, out).await,
            Self::Restore(words) => words.run(key, out).await,
            Self::Fault(words) => words.run(key, out).await,
            Self::Credentials(words) => words.run(key, out).await,
            Self::Log(words) => words.run(key, out).await,
        }
    }
}

async fn port(key: &Control, path: &str, out: &mut dyn Write) -> Result<Exit, Failure> {
    let status: Status = key.ask(Method::POST, path).await?;
    let place = if status.inserted { "in its port" } else { "out of its port" };
    writeln!(out, "{}: {place}", key.name())?;
    Ok(Exit::Success)
}
