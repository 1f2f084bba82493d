//! Inside the guest: a machine is made of a kernel and a tree of files, and the rows are gone through.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Instant;

use super::client::{self, Client, Row};
use super::desk::{Desk, Red};
use super::outcome::{self, Outcome};
use crate::failure::Failure;
use crate::process;

/// What `cargo xtask guest` takes; nobody but [`super::boot`] calls it.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Where the results go; the one folder that can be written to.
    #[arg(long)]
    results: PathBuf,
    /// Only these clients.
    #[arg(long = "client", value_parser = client::names())]
    clients: Vec<String>,
}

/// What a tree of files lacks to be a machine: folders to write to, a kernel that makes keys, whoever tells programs
/// of them, and a network of its own.
const SETTING_UP: &[&str] = &[
    "mount -t tmpfs tmpfs /run",
    "mkdir -p /run/home /run/sshd /run/lock /run/user/0",
    "modprobe uhid",
    "/lib/systemd/systemd-udevd --daemon",
    "udevadm trigger",
    "ip link set lo up",
    // An account that is locked may not sign in by any means.
    "sed 's/^root:[^:]*:/root:*:/' /etc/shadow > /run/shadow && mount --bind /run/shadow /etc/shadow",
];

/// Goes through the rows of the chosen clients.
///
/// # Errors
/// When the guest cannot be set up.
pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    for line in SETTING_UP {
        process::capture(&mut process::shell(line))?;
    }
    for client in client::chosen(&arguments.clients) {
        for row in client.rows {
            let outcome = play(client, row, &arguments.results);
            println!("{}", outcome.progress());
            record(&arguments.results, &outcome)?;
        }
    }
    Ok(())
}

/// Goes through one row, on a desk of its own.
fn play(client: &Client, row: &Row, results: &Path) -> Outcome {
    let log = outcome::log_of(results, client.name, row.ceremony);
    let begun = Instant::now();
    let came_of_it = Desk::clear(&log).and_then(|mut desk| {
        (row.play)(&mut desk)?;
        desk.has_seen_a_client()
    });
    Outcome {
        client: client.name.to_owned(),
        ceremony: row.ceremony.to_owned(),
        seconds: begun.elapsed().as_secs_f64(),
        red: came_of_it.err().map(|Red(why)| why),
    }
}

fn record(results: &Path, outcome: &Outcome) -> Result<(), Failure> {
    let mut file = fs::File::options().create(true).append(true).open(results.join(outcome::FILE))?;
    writeln!(file, "{}", outcome.to_json())?;
    Ok(())
}
