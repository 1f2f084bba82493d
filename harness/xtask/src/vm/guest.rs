//! Inside the guest: a machine is made of a kernel and a tree of files, and the rows are gone through.

use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::time::Instant;

use super::client::{self, Client, Row};
use super::desk::{Desk, Red};
use super::outcome::{self, Outcome};
use super::share::Share;
use crate::failure::Failure;
use crate::process;

/// What `cargo xtask guest` takes; nobody but [`super::boot`] calls it.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Which of the guests this is.
    #[arg(long)]
    number: usize,
    /// Where the results go; the one folder that can be written to.
    #[arg(long)]
    results: PathBuf,
    /// The clients that the guests share.
    #[arg(long = "client", value_parser = client::names())]
    clients: Vec<String>,
    /// Goes through those rows that bear no neighbour, and no others.
    #[arg(long)]
    alone: bool,
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

/// Goes through the rows that no other guest takes.
///
/// # Errors
/// When the guest cannot be set up.
pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    for line in SETTING_UP {
        process::capture(&mut process::shell(line))?;
    }
    let share = Share::at(&arguments.results);
    let mut results = fs::File::create(share.results_of(arguments.number))?;
    for client in client::in_turn(&client::chosen(&arguments.clients)) {
        for row in if arguments.alone { client.alone } else { client.rows } {
            if share.take(client.name, row.ceremony)? {
                let outcome = play(client, row, &share);
                println!("{}", outcome.progress());
                writeln!(results, "{}", outcome.to_json())?;
            }
        }
    }
    Ok(())
}

/// Goes through one row, on a desk of its own.
fn play(client: &Client, row: &Row, share: &Share) -> Outcome {
    let log = outcome::log_of(share.folder(), client.name, row.ceremony);
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
