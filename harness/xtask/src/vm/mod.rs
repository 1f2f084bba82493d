//! `cargo xtask vm`: outside clients, unmodified, and a key of ours that the operating system sees.
//!
//! Few machines that build software have a kernel with uhid. So this one starts another, Debian's, in an emulator, over
//! the same files; `guest` plugs keys in there and lets clients go through their ceremonies. Two guests share the rows:
//! each takes the next that nobody has taken. What bears no neighbour waits for a third, which is alone.

mod boot;
mod client;
mod desk;
pub(crate) mod guest;
mod key;
mod outcome;
mod page;
mod programs;
mod share;
mod table;
mod verdict;

use std::path::PathBuf;
use std::thread;

use crate::failure::Failure;
use crate::keyrig;
use crate::stage::{self, Stage};
use crate::system_packages::{self, Need};
use crate::tally::Tally;
use crate::workspace;

use client::Client;

/// What `cargo xtask vm` takes.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Only these clients.
    #[arg(long = "client", value_name = "CLIENT", value_parser = client::names())]
    clients: Vec<String>,
}

/// What the lane needs, whoever the client is.
const NEEDS: &[Need] = &[Need::Busybox, Need::Kernel, Need::Kmod, Need::Python, Need::Qemu, Need::Script, Need::Udev];

/// Starts the guests, lets each client go through its ceremonies, and prints a table client × ceremony.
///
/// # Errors
/// When a row fails, or a guest does not start.
pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let clients = client::chosen(&arguments.clients);
    let work = move || lane(&clients);
    let (_, outcome) = stage::run_all(vec![Stage {
        name: "vm",
        what: "outside clients and a key that the operating system sees",
        rerun: "cargo xtask vm".into(),
        work: Box::new(work),
    }]);
    outcome
}

/// The rows of every client.
///
/// # Errors
/// As [`run`].
pub(crate) fn every_client() -> Result<Tally, Failure> {
    let clients = client::chosen(&[]);
    let is_ci = std::env::var("CI").is_ok_and(|value| value == "true");
    skipped_unless(is_ci, clients.iter().map(|client| client.every_row().count()).sum(), lane(&clients))
}

/// A machine that cannot start a guest skips the rows and says why; in CI that is a failure.
fn skipped_unless(is_ci: bool, rows: usize, outcome: Result<Tally, Failure>) -> Result<Tally, Failure> {
    match outcome {
        Err(Failure::Environment(why)) if !is_ci => {
            println!("skipped, as this machine cannot start a guest: {why}");
            Ok(Tally { skipped: rows, ..Tally::default() })
        }
        done => done,
    }
}

/// Where the guests leave what they found: the results, and a log a row.
pub(crate) fn results() -> PathBuf {
    workspace::target().join("vm")
}

fn lane(clients: &[&'static Client]) -> Result<Tally, Failure> {
    let clock = std::time::Instant::now();
    let part = |name: &str| println!("{name} (at {})", stage::seconds(clock.elapsed()));
    let mut needs = NEEDS.to_vec();
    needs.extend(clients.iter().flat_map(|client| client.needs));
    system_packages::provide(&needs)?;
    part("packages are there");
    // Emulated, the key as it is released is fast enough; and where one build has nothing for a core to do, the other has.
    thread::scope(|scope| {
        let key = scope.spawn(keyrig::build_release);
        clients.iter().try_for_each(|client| (client.prepare)())?;
        part("clients are there");
        key.join().expect("whoever builds does not panic")
    })?;
    part("the key is built; the guests start");
    let outcomes = boot::rows_of(clients)?;
    part("the guests have ended");
    println!("\n{}", table::of(&outcomes));
    println!("what each client said: {}", results().display());
    Ok(outcomes.iter().map(outcome::Outcome::tally).fold(Tally::default(), |mut sum, tally| {
        sum += tally;
        sum
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_machine_cannot_start_is_skipped_but_not_in_ci() {
        let cannot = || Err(Failure::Environment("packages are missing".into()));
        assert_eq!(skipped_unless(false, 7, cannot()).unwrap(), Tally { skipped: 7, ..Tally::default() });
        assert!(skipped_unless(true, 7, cannot()).is_err());
    }

    #[test]
    fn what_was_found_is_never_skipped() {
        for is_ci in [false, true] {
            assert!(skipped_unless(is_ci, 7, Err(Failure::Found("a row".into()))).is_err());
            let red = Tally { failed: 1, ..Tally::default() };
            assert_eq!(skipped_unless(is_ci, 7, Ok(red)).unwrap(), red);
        }
    }
}
