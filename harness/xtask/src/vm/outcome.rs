//! What came of a row: written in the guest, read outside of it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::client::Client;
use crate::failure::Failure;
use crate::tally::Tally;

/// What came of a row.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Outcome {
    pub(super) client: String,
    pub(super) ceremony: String,
    pub(super) seconds: f64,
    /// Why it failed; `None` where it passed.
    pub(super) red: Option<String>,
}

impl Outcome {
    pub(super) fn to_json(&self) -> Value {
        json!({
            "client": self.client,
            "ceremony": self.ceremony,
            "seconds": self.seconds,
            "red": self.red,
        })
    }

    /// A line as the Test Anything Protocol has it; where the row failed, a second one says why.
    pub(super) fn progress(&self) -> String {
        let row = format!("{}: {}", self.client, self.ceremony);
        match &self.red {
            None => format!("ok - {row} ({:.1} s)", self.seconds),
            Some(why) => format!("not ok - {row} ({:.1} s)\n# {row}: {}", self.seconds, why.replace('\n', " ")),
        }
    }

    pub(super) fn tally(&self) -> Tally {
        match self.red {
            None => Tally { passed: 1, ..Tally::default() },
            Some(_) => Tally { failed: 1, ..Tally::default() },
        }
    }

    fn from_json(line: &str) -> Option<Self> {
        let value: Value = serde_json::from_str(line).ok()?;
        let red = match value.get("red")? {
            Value::Null => None,
            why => Some(why.as_str()?.to_owned()),
        };
        Some(Self {
            client: value["client"].as_str()?.to_owned(),
            ceremony: value["ceremony"].as_str()?.to_owned(),
            seconds: value["seconds"].as_f64()?,
            red,
        })
    }
}

/// Where a row's log lies.
pub(super) fn log_of(results: &Path, client: &str, ceremony: &str) -> PathBuf {
    results.join(client).join(in_a_name(ceremony)).with_extension("log")
}

/// A ceremony in a file's name.
pub(super) fn in_a_name(ceremony: &str) -> String {
    ceremony.replace([' ', '/'], "-")
}

/// One outcome for every row there is. A row of which `lines` say nothing has failed: no guest has come to
/// it.
///
/// # Errors
/// When a line is no result.
pub(super) fn of_every_row(clients: &[&'static Client], lines: &str) -> Result<Vec<Outcome>, Failure> {
    let mut found = BTreeMap::new();
    for line in lines.lines() {
        let outcome =
            Outcome::from_json(line).ok_or_else(|| Failure::Found(format!("a guest wrote no result: {line}")))?;
        found.insert((outcome.client.clone(), outcome.ceremony.clone()), outcome);
    }
    let mut outcomes = Vec::new();
    for client in clients {
        for row in client.every_row() {
            let key = (client.name.to_owned(), row.ceremony.to_owned());
            outcomes.push(found.remove(&key).unwrap_or_else(|| Outcome {
                client: key.0,
                ceremony: key.1,
                seconds: 0.0,
                red: Some("no guest came to its end".into()),
            }));
        }
    }
    Ok(outcomes)
}

#[cfg(test)]
mod tests {
    use super::super::client;
    use super::*;

    fn outcome(red: Option<&str>) -> Outcome {
        Outcome { client: "libfido2".into(), ceremony: "a PIN".into(), seconds: 1.5, red: red.map(str::to_owned) }
    }

    #[test]
    fn what_the_guest_writes_is_read() {
        for outcome in [outcome(None), outcome(Some("`x` ended with 1"))] {
            assert_eq!(Outcome::from_json(&outcome.to_json().to_string()), Some(outcome));
        }
        assert_eq!(Outcome::from_json("{\"client\": \"libfido2\"}"), None);
    }

    #[test]
    fn progress_says_at_once_why_a_row_failed() {
        assert_eq!(outcome(None).progress(), "ok - libfido2: a PIN (1.5 s)");
        let red = outcome(Some("`x` exited with 1:\nno key"));
        assert_eq!(red.progress(), "not ok - libfido2: a PIN (1.5 s)\n# libfido2: a PIN: `x` exited with 1: no key");
    }

    #[test]
    fn a_row_without_a_result_has_failed() {
        let clients = client::chosen(&["libfido2".to_owned()]);
        let first = Outcome { ceremony: clients[0].rows[0].ceremony.into(), ..outcome(None) };
        let outcomes = of_every_row(&clients, &first.to_json().to_string()).unwrap();
        assert_eq!(outcomes.len(), clients[0].rows.len());
        assert_eq!(outcomes[0], first);
        assert!(outcomes[1..].iter().all(|outcome| outcome.tally().failed == 1));
    }

    #[test]
    fn rubbish_is_no_result() {
        assert!(of_every_row(&[], "rubbish").is_err());
    }

    #[test]
    fn a_row_has_a_log_of_its_own() {
        let log = log_of(Path::new("/run"), "libfido2", "a PIN, set/changed");
        assert_eq!(log, Path::new("/run/libfido2/a-PIN,-set-changed.log"));
    }
}
