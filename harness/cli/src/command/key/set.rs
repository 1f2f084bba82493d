use std::io::Write;
use std::time::Duration;

use clap::ValueEnum;
use keyrig_device::plugged::Status;
use reqwest::Method;
use serde_json::json;

use crate::control::Control;
use crate::failure::{Exit, Failure};

/// Change what it says of every credential, and of those to come
#[derive(clap::Args)]
pub(super) struct Words {
    /// What: `backup-eligible` is BE, `backup-state` is BS
    #[arg(value_enum)]
    what: What,
    /// On or off
    #[arg(value_enum)]
    value: Value,
}

#[derive(Clone, Copy, ValueEnum)]
enum What {
    BackupEligible,
    BackupState,
}

#[derive(Clone, Copy, PartialEq, ValueEnum)]
enum Value {
    On,
    Off,
}

impl Words {
    pub(super) async fn run(self, key: &Control, out: &mut dyn Write) -> Result<Exit, Failure> {
        let member = match self.what {
            What::BackupEligible => "eligible",
            What::BackupState => "state",
        };
        let body = json!({member: self.value == Value::On});
        let status: Status = key.tell(Method::PATCH, "/v1/backup", &body, Duration::ZERO).await?;
        let word = |is| if is { "on" } else { "off" };
        let (eligible, state) = (word(status.backup_eligible), word(status.backup_state));
        writeln!(out, "{}: backup eligible {eligible}, backup state {state}", key.name())?;
        Ok(Exit::Success)
    }
}
