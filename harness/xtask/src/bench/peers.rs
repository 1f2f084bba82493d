//! Other authenticators beside ours. Each is a program that does ceremonies on demand and says how long they took; they
//! are asked in turns, so that a busy machine slows all alike.

use std::io::Write;
use std::process::{ChildStdin, Command};
use std::time::Duration;

use super::rows::Row;
use crate::failure::Failure;
use crate::process::{self, Running};
use crate::system_packages::{self, Need};
use crate::{python, workspace};

/// Both with ES256, one account and one credential, attestation `none`.
const CEREMONIES: [&str; 2] = ["registration", "authentication"];

/// Rounds for each ceremony, after one that is not counted.
const ROUNDS: usize = 31;

/// A program that does ceremonies on demand.
struct Peer {
    name: &'static str,
    /// Ceremonies in a round, so that one takes some milliseconds.
    times: u32,
    running: Running,
    questions: ChildStdin,
}

/// How long each of the others takes, divided by how long ours takes. Nobody has a target.
///
/// # Errors
/// When one of the programs cannot be made or ends before it was asked everything.
pub(super) fn measure() -> Result<Vec<Row>, Failure> {
    system_packages::provide(&[Need::Python])?;
    let mut ours = Peer::start("keyrig", 200, &mut ours())?;
    let mut others = [
        Peer::start("passkey-authenticator", 50, &mut passkey_rs())?,
        Peer::start("soft-webauthn", 10, &mut soft_webauthn()?)?,
    ];
    let mut rows = Vec::new();
    for ceremony in CEREMONIES {
        let mut rounds = Vec::new();
        for _ in 0..=ROUNDS {
            let own = ours.time(ceremony)?;
            let theirs = others.iter_mut().map(|peer| peer.time(ceremony)).collect::<Result<Vec<_>, _>>()?;
            rounds.push((own, theirs));
        }
        rounds.remove(0);
        for (index, peer) in others.iter().enumerate() {
            let pairs = rounds.iter().map(|(own, theirs)| (theirs[index], *own)).collect();
            let (theirs, own) = middle(pairs);
            let ratio = theirs.as_secs_f64() / own.as_secs_f64();
            let what = format!("{ceremony}: {} / keyrig", peer.name);
            let row = Row::listed(what, format!("{ratio:.1} ({theirs:.1?} to {own:.1?})"));
            println!("    {row}");
            rows.push(row);
        }
    }
    Ok(rows)
}

/// The pair whose ratio stands in the middle of all.
fn middle(mut pairs: Vec<(Duration, Duration)>) -> (Duration, Duration) {
    let ratio = |(one, other): &(Duration, Duration)| one.as_secs_f64() / other.as_secs_f64();
    pairs.sort_by(|a, b| ratio(a).total_cmp(&ratio(b)));
    pairs[pairs.len() / 2]
}

fn ours() -> Command {
    process::cargo(["bench", "--quiet", "--package", "keyrig-device", "--bench", "on_demand"])
}

fn passkey_rs() -> Command {
    let manifest = "harness/targets/passkey-rs/Cargo.toml";
    let mut command = process::cargo(["run", "--release", "--quiet", "--locked", "--manifest-path", manifest]);
    command.env("CARGO_TARGET_DIR", workspace::output().join("passkey-rs"));
    command
}

fn soft_webauthn() -> Result<Command, Failure> {
    let folder = workspace::root().join("harness/targets/soft-webauthn");
    let requirements = std::fs::read_to_string(folder.join("requirements.txt"))?;
    let mut command = Command::new(python::environment("soft-webauthn", &requirements)?);
    command.arg(folder.join("ceremonies.py"));
    Ok(command)
}

impl Peer {
    /// Starts the program and waits until it has done one ceremony: it may have to be built.
    fn start(name: &'static str, times: u32, command: &mut Command) -> Result<Peer, Failure> {
        let (running, questions) = Running::start_to_ask(command)?;
        let mut peer = Peer { name, times: 1, running, questions };
        peer.time(CEREMONIES[0])?;
        Ok(Peer { times, ..peer })
    }

    /// The mean time of one ceremony in a round.
    fn time(&mut self, ceremony: &str) -> Result<Duration, Failure> {
        let ended = || Failure::Found(format!("{} ended before it did a {ceremony}", self.name));
        writeln!(self.questions, "{ceremony} {}", self.times).map_err(|_| ended())?;
        let answer = self.running.next_line()?.ok_or_else(ended)?;
        let nanoseconds: u64 = answer.parse().map_err(|_| {
            Failure::Found(format!("{} answered `{answer}` where a time in nanoseconds was due", self.name))
        })?;
        Ok(Duration::from_nanos(nanoseconds) / self.times)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::process::shell;

    #[test]
    fn a_peer_is_asked_and_answers() {
        let mut peer = Peer::start("clock", 4, &mut shell("while read -r name times; do echo $((times * 500)); done"))
            .expect("the shell answers");
        assert_eq!(peer.time("registration").expect("the shell answers"), Duration::from_nanos(500));
    }

    #[test]
    fn a_peer_that_ends_or_babbles_is_told_of() {
        let failure = |script| Peer::start("clock", 1, &mut shell(script)).err().expect("no time came").to_string();
        assert!(failure("read -r line").contains("clock ended before it did a registration"));
        assert!(failure("read -r line; echo soon").contains("answered `soon`"));
    }

    #[test]
    fn a_disturbed_round_does_not_decide() {
        let pair = |theirs, own| (Duration::from_micros(theirs), Duration::from_micros(own));
        assert_eq!(middle(vec![pair(900, 10), pair(20, 10), pair(20, 500)]), pair(20, 10));
    }
}
