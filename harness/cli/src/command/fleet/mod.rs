//! `keyrig fleet`

mod expectation;
mod rehearsal;

use std::ffi::OsString;
use std::io::Write;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Subcommand, ValueEnum};
use keyrig_device::plugged::Hand;
use keyrig_runner::Provisioned;
use serde_json::{Value, json};

use super::plug::Whose;
use super::profile::Tolerance;
use crate::failure::{Exit, Failure};
use crate::runtime;
use rehearsal::{Rehearsal, Rehearsed};

/// Rehearse on many keys what is to be done to real ones
#[derive(clap::Args)]
pub(super) struct Words {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Plug(Plug),
}

/// Plug a new key of each profile in, one by one, run a command on it, and look at what it left
#[derive(clap::Args)]
#[command(after_help = "\
The command is run once for each profile, while that key is plugged in and no other of these. It
finds in $KEYRIG_DEVICE where the key is, `hid` or `socket:<path>`, and in $KEYRIG_PROFILE what it
is. A key is new each time, and touched whenever it asks. Where a script asks for it to be pulled
out, `keyrig key --key $KEYRIG_KEY remove` does that, and `insert` puts it back.

The file of --expect says what is to be left; what it does not name may be anything:

  pin-is-set: true
  pin-must-change: true
  min-pin-length: 6
  always-uv: false
  enterprise-attestation: true
  slots-left: 99
  credentials:
    - {rp-id: corp.example.com, user-name: alice, user-handle: \"616c696365\", discoverable: true}

Exit code 0 if each command ended with 0 and left what is expected, 1 if not, 3 if a key or the
command did not start.

Examples:
  keyrig fleet plug yubikey-5-nfc-5.7 yubikey-5-nfc-5.7.4 --expect provisioned.yaml \\
    -- ./provision.sh
  keyrig fleet plug security-key-nfc-5.7 --pin-is-set true --link socket -- keyrig devices")]
struct Plug {
    /// Profiles, by id or file
    #[arg(value_name = "PROFILE", required = true)]
    profiles: Vec<String>,
    /// What is to be left
    #[arg(long, value_name = "FILE")]
    expect: Option<PathBuf>,
    /// Whether a PIN is to be set
    #[arg(long, value_name = "BOOL")]
    pin_is_set: Option<bool>,
    /// Whether the PIN is to be changed before anything else
    #[arg(long, value_name = "BOOL")]
    pin_must_change: Option<bool>,
    /// The fewest code points that a new PIN is to have
    #[arg(long, value_name = "NUMBER")]
    min_pin_length: Option<u64>,
    /// Whether the user is to be verified for everything
    #[arg(long, value_name = "BOOL")]
    always_uv: Option<bool>,
    /// Whether enterprise attestation is to be turned on
    #[arg(long, value_name = "BOOL")]
    enterprise_attestation: Option<bool>,
    /// Discoverable credentials that there is to be room for
    #[arg(long, value_name = "NUMBER")]
    slots_left: Option<u32>,
    /// What carries the reports
    #[arg(long, value_enum, default_value_t)]
    link: Link,
    /// What the operating system is told: a neutral device, or the product's own name and numbers
    #[arg(long, value_name = "WHOSE", value_enum, default_value_t)]
    identity: Whose,
    /// Who answers when a key asks: always, or a script as `keyrig plug` takes it
    #[arg(long, value_name = "WHO", default_value = "always")]
    gestures: Hand,
    /// Seconds that the command may take with each key
    #[arg(long, value_name = "SECONDS", default_value_t = 120)]
    time_limit: u64,
    #[command(flatten)]
    tolerance: Tolerance,
    /// Print JSON; what the command prints goes to standard error then
    #[arg(long)]
    json: bool,
    /// What is run
    #[arg(last = true, required = true, value_name = "COMMAND")]
    command: Vec<OsString>,
}

#[derive(Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum Link {
    /// Everything on this machine sees the key
    #[default]
    Uhid,
    /// Only who connects to a socket of raw 64-byte reports sees it
    Socket,
}

impl Words {
    /// Rehearses.
    pub(crate) fn run(self, out: &mut dyn Write) -> Result<Exit, Failure> {
        let Command::Plug(words) = self.command;
        words.run(out)
    }
}

impl Plug {
    fn run(self, out: &mut dyn Write) -> Result<Exit, Failure> {
        self.identity.suits(self.link == Link::Uhid)?;
        let expectation = self.expectation()?;
        let profiles = self.profiles.iter().map(|name| self.tolerance.find(name)).collect::<Result<Vec<_>, _>>()?;
        let rehearsal = Rehearsal {
            command: &self.command,
            expectation: &expectation,
            socket: self.link == Link::Socket,
            identity: self.identity,
            hand: &self.gestures,
            time_limit: Duration::from_secs(self.time_limit),
            apart: self.json,
        };
        let runtime = runtime()?;
        let mut rehearsed = Vec::new();
        for profile in profiles {
            let one = runtime.block_on(rehearsal.on(profile.into_owned()))?;
            if !self.json {
                print(&one, out)?;
            }
            rehearsed.push(one);
        }
        if self.json {
            let all: Value = rehearsed.iter().map(to_json).collect();
            writeln!(out, "{all:#}")?;
        }
        Ok(if rehearsed.iter().all(Rehearsed::is_good) { Exit::Success } else { Exit::Finding })
    }

    /// The file's, and over it what was said on the command line.
    fn expectation(&self) -> Result<Provisioned, Failure> {
        let file =
            self.expect.as_deref().map(Provisioned::load).transpose().map_err(Failure::usage)?.unwrap_or_default();
        Ok(Provisioned {
            pin_is_set: self.pin_is_set.or(file.pin_is_set),
            pin_must_change: self.pin_must_change.or(file.pin_must_change),
            min_pin_length: self.min_pin_length.or(file.min_pin_length),
            always_uv: self.always_uv.or(file.always_uv),
            enterprise_attestation: self.enterprise_attestation.or(file.enterprise_attestation),
            slots_left: self.slots_left.or(file.slots_left),
            ..file
        })
    }
}

fn print(one: &Rehearsed, out: &mut dyn Write) -> Result<(), Failure> {
    let word = if one.is_good() { "good" } else { "NOT GOOD" };
    writeln!(out, "{word:<8}  {}: the command {}", one.profile, one.ended)?;
    for difference in &one.differences {
        writeln!(out, "            {difference}")?;
    }
    out.flush()?;
    Ok(())
}

fn to_json(one: &Rehearsed) -> Value {
    json!({
        "profile": one.profile,
        "good": one.is_good(),
        "command": one.ended.to_string(),
        "left": one.left,
        "differences": one.differences,
    })
}
