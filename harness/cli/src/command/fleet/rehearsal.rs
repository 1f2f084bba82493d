//! A command, a key that it is run on, and what it left there.

use std::ffi::OsString;
use std::fmt;
use std::io::stderr;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use keyrig_ctap::profile::Profile;
use keyrig_device::control::{self, Face, Place};
use keyrig_device::plugged::{Hand, Plan, Plugged, Port, plug};
use miette::miette;
use tokio::process::Command;
use tokio::time::timeout;

use keyrig_runner::Provisioned;

use super::expectation::{Left, differences};
use crate::command::plug::{Whose, identity};
use crate::decode;
use crate::failure::{Exit, Failure};

/// What is rehearsed.
pub(super) struct Rehearsal<'a> {
    pub(super) command: &'a [OsString],
    pub(super) expectation: &'a Provisioned,
    /// Whether the key is behind a socket of its own.
    pub(super) socket: bool,
    pub(super) identity: Whose,
    pub(super) hand: &'a Hand,
    pub(super) time_limit: Duration,
    /// Whether what the command prints is kept apart from our own output.
    pub(super) apart: bool,
}

/// How it went with one key.
pub(super) struct Rehearsed {
    pub(super) profile: String,
    pub(super) ended: Ended,
    pub(super) left: Left,
    pub(super) differences: Vec<String>,
}

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ended {
    By(ExitStatus),
    /// It was ended after so long.
    Never(Duration),
}

impl Rehearsed {
    pub(super) fn is_good(&self) -> bool {
        matches!(self.ended, Ended::By(status) if status.success()) && self.differences.is_empty()
    }
}

impl fmt::Display for Ended {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::By(status) => match status.code() {
                Some(code) => write!(f, "ended with {code}"),
                None => write!(f, "was ended ({status})"),
            },
            Self::Never(span) => write!(f, "was ended after {} s", span.as_secs()),
        }
    }
}

impl Rehearsal<'_> {
    /// Runs the command on a new key.
    ///
    /// # Errors
    ///
    /// An environment error where the key cannot be plugged in, or the command cannot be started.
    pub(super) async fn on(&self, profile: Profile) -> Result<Rehearsed, Failure> {
        let id = profile.id.clone();
        // Of this user alone, and gone with the rehearsal.
        let folder = tempfile::tempdir()
            .map_err(|error| Failure::environment(miette!("failed to make a folder for the key's socket: {error}")))?;
        let (port, place) = match self.socket {
            true => {
                let path = folder.path().join("hid");
                let place = format!("socket:{}", path.display());
                (Port::socket(path), place)
            }
            false => (Port::Uhid(identity(self.identity, &id, &profile)?), "hid".to_owned()),
        };
        // Rehearsals of one user may run side by side.
        let name = format!("{id}-{}", std::process::id());
        let control = Place::take(&control::folder(), &name).map_err(|e| Failure::failed_to(Exit::Environment, e))?;
        let listener = control.listen().map_err(|e| Failure::failed_to(Exit::Environment, e))?;
        let Plugged { key, task } = plug(Plan::new(&name, profile, port, self.hand.clone()))
            .map_err(|e| Failure::failed_to(Exit::Environment, e))?;
        control::serve(listener, Face { key: key.clone(), token: control.token().to_owned(), decoder: decode::apart });
        let ended = self.command(&[("KEYRIG_DEVICE", &place), ("KEYRIG_KEY", &name), ("KEYRIG_PROFILE", &id)]).await;
        let gone = |_| Failure::environment(miette!("failed to look at {id}: it is gone"));
        let status = key.status().await.map_err(gone)?;
        let left = Left {
            settings: key.settings().await.map_err(gone)?,
            slots_left: status.room.saturating_sub(u32::try_from(status.discoverable).unwrap_or(u32::MAX)),
            credentials: key.credentials(0, usize::MAX).await.map_err(gone)?,
        };
        // The next one is plugged in where this one was.
        let _ = key.unplug().await;
        let _ = task.await;
        let differences = differences(self.expectation, &left);
        Ok(Rehearsed { profile: id, ended: ended?, left, differences })
    }

    async fn command(&self, told: &[(&str, &str)]) -> Result<Ended, Failure> {
        let [program, arguments @ ..] = self.command else {
            return Err(Failure::usage(miette!("failed to rehearse: there is no command")));
        };
        let mut command = Command::new(program);
        command.args(arguments).envs(told.iter().copied()).kill_on_drop(true);
        if self.apart {
            command.stdout(Stdio::from(stderr()));
        }
        let mut running = command.spawn().map_err(|error| {
            let program = program.to_string_lossy();
            let help = "what comes after -- is a program, by its path or in a folder of $PATH, and its arguments";
            Failure::environment(miette!(help = help, "failed to start {program}: {error}"))
        })?;
        match timeout(self.time_limit, running.wait()).await {
            Ok(ended) => ended
                .map(Ended::By)
                .map_err(|error| Failure::environment(miette!("failed to wait for the command: {error}"))),
            Err(_) => {
                let _ = running.kill().await;
                Ok(Ended::Never(self.time_limit))
            }
        }
    }
}
