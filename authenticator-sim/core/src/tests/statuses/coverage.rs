//! The committed table of situations and statuses, beside what requests and replies showed.

use std::collections::BTreeMap;
use std::format;
use std::println;
use std::string::{String, ToString};
use std::vec::Vec;

use keyrig_ctap::cbor::{Fields, Tree};
use keyrig_ctap::ctaphid::{self, ErrorCode};
use keyrig_ctap::{Command, Status};
use serde_json::Value;

use super::{ALL, elsewhere};

const TABLE: &str = include_str!("table.json");
const REPORT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/STATUS-COVERAGE.md");

/// A situation, and what the bytes of a request and of its reply say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Observation {
    situation: String,
    command: String,
    subcommand: Option<u64>,
    status: String,
}

impl Observation {
    pub(super) fn of(situation: &str, request: &[u8], reply: &[u8]) -> Self {
        let command = request.first().map(|byte| Command(*byte));
        Self {
            situation: situation.into(),
            command: command.map_or("no command".into(), |command| command.to_string()),
            subcommand: command.and_then(|command| subcommand(command, &request[1..])),
            status: Status(reply[0]).to_string(),
        }
    }

    pub(super) fn of_ctaphid(situation: &str, command: ctaphid::Command, code: ErrorCode) -> Self {
        let name = command.to_string();
        let command = if name.starts_with("CTAPHID") { name } else { format!("CTAPHID {name}") };
        Self { situation: situation.into(), command, subcommand: None, status: code.to_string() }
    }
}

/// The subcommand, where the command has some and the request can be read.
fn subcommand(command: Command, parameters: &[u8]) -> Option<u64> {
    let key = match command {
        Command::CLIENT_PIN | Command::BIO_ENROLLMENT | Command::BIO_ENROLLMENT_PREVIEW => 2,
        Command::CONFIG | Command::CREDENTIAL_MANAGEMENT | Command::CREDENTIAL_MANAGEMENT_PREVIEW => 1,
        _ => return None,
    };
    let tree = Tree::parse(parameters).ok()?;
    Fields::of(&tree.root, "request").ok()?.optional_uint(key, "subCommand").ok()?
}

/// A row of the table: what is to be observed, and who says so.
struct Mandate {
    expected: Observation,
    source: String,
}

fn table() -> Vec<Mandate> {
    let rows: Vec<Value> = serde_json::from_str(TABLE).expect("table.json is a list of rows");
    let text = |row: &Value, member: &str| row[member].as_str().unwrap_or_else(|| panic!("{row}: {member}")).into();
    let mandate = |row: &Value| Mandate {
        expected: Observation {
            situation: text(row, "situation"),
            command: text(row, "command"),
            subcommand: row["subcommand"].as_u64(),
            status: text(row, "status"),
        },
        source: text(row, "source"),
    };
    rows.iter().map(mandate).collect()
}

fn observed() -> Vec<Observation> {
    let rows = ALL.iter().copied().flatten();
    let with_defect = rows.map(|row| {
        let (request, reply) = row.run(true).key.last;
        Observation::of(row.situation, &request, &reply)
    });
    with_defect.chain(elsewhere::observed()).collect()
}

/// What is in one and not in the other, or differs; each finding says so.
fn differences(mandates: &[Mandate], observed: &[Observation]) -> Vec<String> {
    let mut seen: BTreeMap<&str, &Observation> = BTreeMap::new();
    let mut findings = Vec::new();
    for observation in observed {
        if seen.insert(&observation.situation, observation).is_some() {
            findings.push(format!("two observations are called \"{}\"", observation.situation));
        }
    }
    for Mandate { expected, .. } in mandates {
        match seen.remove(expected.situation.as_str()) {
            None => findings.push(format!("\"{}\" is in the table and was not observed", expected.situation)),
            Some(observation) if observation != expected => {
                findings.push(format!("the table has {expected:?}, observed was {observation:?}"));
            }
            Some(_) => {}
        }
    }
    findings.extend(seen.values().map(|stranger| format!("the table lacks {stranger:?}")));
    findings
}

/// The report, written from the observations alone.
fn report(mandates: &[Mandate], observed: &[Observation]) -> String {
    let source = |situation: &str| {
        let row = mandates.iter().find(|mandate| mandate.expected.situation == situation);
        row.map_or("", |mandate| mandate.source.as_str()).to_string()
    };
    let mut commands: BTreeMap<&str, Vec<&Observation>> = BTreeMap::new();
    observed.iter().for_each(|each| commands.entry(&each.command).or_default().push(each));
    let mut text = format!(
        "# Statuses observed\n\nWritten by `cargo xtask generate` from what requests were answered with, byte for byte. \
         `cargo xtask test` compares\nit, and fails where a row of `src/tests/statuses/table.json` was not observed.\n\n\
         {} of {} situations observed.\n",
        observed.len(),
        mandates.len()
    );
    for (command, observations) in commands {
        text.push_str(&format!(
            "\n## {command}\n\n| situation | subcommand | status | source |\n| --- | --- | --- | --- |\n"
        ));
        for Observation { situation, subcommand, status, .. } in observations {
            let subcommand = subcommand.map_or("".into(), |number| format!("{number:#04x}"));
            text.push_str(&format!("| {situation} | {subcommand} | `{status}` | {} |\n", source(situation)));
        }
    }
    text
}

#[test]
fn every_row_of_the_table_is_observed_and_nothing_else() {
    let (mandates, observed) = (table(), observed());
    let findings = differences(&mandates, &observed);
    println!("statuses: {} situations in the table, {} observed", mandates.len(), observed.len());
    assert!(findings.is_empty(), "{}", findings.join("\n"));
}

#[test]
fn the_status_report_of_what_was_observed_is_the_committed_one() {
    let text = report(&table(), &observed());
    if std::env::var_os("KEYRIG_GENERATE").is_some() {
        std::fs::write(REPORT, &text).unwrap();
    }
    let committed = std::fs::read_to_string(REPORT).unwrap_or_default();
    assert!(committed == text, "STATUS-COVERAGE.md is out of date: `cargo xtask generate` writes it");
    println!("{text}");
}

#[test]
fn a_row_that_is_missing_strange_or_different_is_found() {
    let (mandates, honest) = (table(), observed());
    assert_eq!(differences(&mandates, &honest), Vec::<String>::new());
    let mut unobserved = honest.clone();
    let gone = unobserved.remove(7);
    assert_eq!(differences(&mandates, &unobserved).len(), 1, "{gone:?}");
    let mut strange = honest.clone();
    strange.push(Observation { situation: "a thing of its own".into(), ..honest[0].clone() });
    assert_eq!(differences(&mandates, &strange).len(), 1);
    let mut different = honest.clone();
    different[3].status = Status::OTHER.to_string();
    assert_eq!(differences(&mandates, &different).len(), 1);
    let mut elsewhere = honest;
    elsewhere[3].command = Command::RESET.to_string();
    assert_eq!(differences(&mandates, &elsewhere).len(), 1);
}
