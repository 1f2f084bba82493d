use std::io::Write;
use std::time::Duration;

use clap::ValueEnum;
use keyrig_device::plugged::{Prompted, Status};
use reqwest::Method;
use serde_json::json;

use crate::control::Control;
use crate::failure::{Exit, Failure};

/// How long to wait for the key to ask.
#[derive(clap::Args)]
pub(super) struct Wait {
    /// Wait for the key to ask, this long at most: 500ms, 10s
    #[arg(long, value_name = "TIME", value_parser = span, default_value = "0s")]
    wait: Duration,
}

/// Put a finger on it: the right one, or another
#[derive(clap::Args)]
pub(super) struct Finger {
    /// Which
    #[arg(value_enum)]
    which: Which,
    #[command(flatten)]
    wait: Wait,
}

/// Enter the code that the key itself asks for: the right one, or another. A PIN that a program asks for is typed there
#[derive(clap::Args)]
pub(super) struct Pin {
    /// Which
    #[arg(value_enum)]
    which: Which,
    #[command(flatten)]
    wait: Wait,
}

#[derive(Clone, Copy, ValueEnum)]
enum Which {
    Good,
    Wrong,
}

/// Say who answers from now on
#[derive(clap::Args)]
pub(super) struct Gestures {
    /// always, person, or a script, as `keyrig plug --help` has it
    #[arg(value_name = "WHO")]
    who: String,
}

impl Wait {
    pub(super) async fn answer(&self, key: &Control, gesture: &str, out: &mut dyn Write) -> Result<Exit, Failure> {
        let body = json!({"gesture": gesture, "wait_ms": u64::try_from(self.wait.as_millis()).unwrap_or(u64::MAX)});
        let answered: Prompted = key.tell(Method::POST, "/v1/gestures", &body, self.wait).await?;
        writeln!(out, "{}: {gesture}, for {}", key.name(), answered.command)?;
        Ok(Exit::Success)
    }
}

impl Finger {
    pub(super) async fn run(self, key: &Control, out: &mut dyn Write) -> Result<Exit, Failure> {
        self.wait.answer(key, self.which.deed(), out).await
    }
}

impl Pin {
    pub(super) async fn run(self, key: &Control, out: &mut dyn Write) -> Result<Exit, Failure> {
        self.wait.answer(key, self.which.deed(), out).await
    }
}

impl Gestures {
    pub(super) async fn run(self, key: &Control, out: &mut dyn Write) -> Result<Exit, Failure> {
        let body = json!({"gestures": self.who});
        let status: Status = key.tell(Method::PUT, "/v1/gestures", &body, Duration::ZERO).await?;
        writeln!(out, "{}: gestures: {}", key.name(), status.gestures)?;
        Ok(Exit::Success)
    }
}

impl Which {
    const fn deed(self) -> &'static str {
        match self {
            Self::Good => "good-finger",
            Self::Wrong => "wrong-finger",
        }
    }
}

fn span(text: &str) -> Result<Duration, String> {
    let number = |digits: &str| digits.parse::<u32>().ok().map(u64::from);
    match (text.strip_suffix("ms").and_then(number), text.strip_suffix('s').and_then(number)) {
        (Some(ms), _) => Ok(Duration::from_millis(ms)),
        (None, Some(seconds)) => Ok(Duration::from_secs(seconds)),
        (None, None) => Err("write it as 500ms or 10s".into()),
    }
}
