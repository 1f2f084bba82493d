//! From a checked tree to a scenario.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use keyrig_ctap::ReasonClass;
use serde_saphyr::Spanned;

use super::entries::{Entries, placed_text};
use super::grammar::{Kind, Vocabulary, check};
use super::mistake::{Mistake, Mistakes};
use super::node::{Node, Placed, parse, range};
use super::read_verb::read_verb;
use super::step::{Driver, Expectation, Step, Verb};
use super::words::{SCENARIO, VERBS};
use super::{Attacker, Basis, Row, Scenario, condition};

/// Reads the scenario in `text`, which `file` holds.
///
/// # Errors
///
/// Every mistake in it.
pub(super) fn read(file: &str, text: &str, known: &Vocabulary) -> Result<Scenario, Mistakes> {
    let wrong = |mistakes| Mistakes::new(file, text, mistakes);
    let root = parse(text).map_err(|mistake| wrong(vec![mistake]))?;
    let mistakes = check(&root, Kind::Map(&SCENARIO), known);
    if !mistakes.is_empty() {
        return Err(wrong(mistakes));
    }
    let mut reader = Reader::new(file);
    let scenario = reader.scenario(&root, file, text);
    match scenario {
        Some(scenario) if reader.mistakes.is_empty() => Ok(scenario),
        _ => Err(wrong(reader.mistakes)),
    }
}

/// What is known half-way through a file.
pub(super) struct Reader<'a> {
    pub(super) file: &'a Path,
    pub(super) devices: BTreeSet<String>,
    pub(super) relying_parties: BTreeSet<String>,
    pub(super) snapshots: BTreeSet<String>,
    pub(super) mistakes: Vec<Mistake>,
}

impl<'a> Reader<'a> {
    fn new(file: &'a str) -> Self {
        let empty = BTreeSet::new;
        Self {
            file: Path::new(file),
            devices: empty(),
            relying_parties: empty(),
            snapshots: empty(),
            mistakes: Vec::new(),
        }
    }

    fn scenario(&mut self, root: &Placed, file: &str, text: &str) -> Option<Scenario> {
        let entries = Entries::of(root);
        let id = entries.placed_text("id")?;
        self.id(&id);
        let steps: Vec<Step> = entries.many("steps").iter().filter_map(|node| self.step(node)).collect();
        Some(Scenario {
            file: file.to_owned(),
            text: Arc::from(text),
            id,
            title: entries.text("title")?,
            source: entries.texts("source"),
            requirement: entries.text("requirement")?,
            basis: basis(&entries.text("basis")?),
            attacker: entries.text("attacker").as_deref().and_then(attacker),
            applies: entries.texts("applies").iter().filter_map(|text| condition::parse(text).ok()).collect(),
            policy: entries.text("policy").unwrap_or_else(|| Scenario::DEFAULT_POLICY.to_owned()),
            row: entries.get("row").and_then(row),
            not_proved: entries.texts("not-proved"),
            steps,
        })
    }

    fn id(&mut self, id: &Spanned<String>) {
        let stem = self.file.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
        if id.value.rsplit('/').next() != Some(stem) {
            let folder = id.value.rsplit_once('/').map(|(folder, _)| format!("{folder}/")).unwrap_or_default();
            let mistake = Mistake::at(range(id), format!("the id has to end like the file's name, in `{stem}`"));
            self.mistakes.push(mistake.help(format!("write `id: {folder}{stem}`")));
        }
    }

    fn step(&mut self, node: &Placed) -> Option<Step> {
        let Node::Map(members) = &node.value else { return None };
        let (name, value) = members.iter().find(|(key, _)| VERBS.keys.iter().any(|verb| verb.name == key.value))?;
        let entries = Entries::of(node);
        let verb = read_verb(self, &name.value, value, Entries::of(value))?;
        let expect = entries.get("expect").map_or(Expectation::Accepted, expectation);
        let by_driver = entries.get("expect-by-driver").map(by_driver).unwrap_or_default();
        let over = entries.get("control");
        let lies = !verb.tampers().is_empty() && matches!(expect, Expectation::Rejected(_));
        let control = (lies || over.is_some()).then(|| self.control(&name.value, value, over)).flatten();
        Some(Step {
            difference: control.as_ref().map(|_| difference(&verb, over)),
            verb,
            expect,
            by_driver,
            control,
            note: entries.text("note"),
            line: name.referenced.line(),
        })
    }

    fn control(&mut self, name: &str, value: &Placed, over: Option<&Placed>) -> Option<Verb> {
        let plugs = |key: &str| over.is_some_and(|over| over.value.get(key).is_some());
        let mut without = vec!["tamper"];
        if plugs("profile") || plugs("aaguid") || plugs("device") {
            without.extend(["profile", "aaguid", "device"]);
        }
        read_verb(self, name, value, Entries::of(value).as_control(over, &without))
    }
}

/// What sets the attack apart from its controls, in words.
fn difference(verb: &Verb, over: Option<&Placed>) -> String {
    let mut words: Vec<String> = verb.tampers().iter().map(|call| call.value.to_string()).collect();
    if let Some(Placed { value: Node::Map(members), .. }) = over {
        words.extend(members.iter().map(|(key, value)| match &value.value {
            Node::Null => format!("{} (the controls have none)", key.value),
            Node::Text(text) => format!("{} (the controls have {text})", key.value),
            other => format!("{} (the controls have {})", key.value, other.to_json()),
        }));
    }
    words.join(", ")
}

fn expectation(node: &Placed) -> Expectation {
    let entries = Entries::of(node);
    match node.value.text() {
        Some("rejected") => Expectation::Rejected(Vec::new()),
        Some(_) => Expectation::Accepted,
        None => match entries.text("client-refuses") {
            Some(name) => Expectation::ClientRefuses(name),
            None => Expectation::Rejected(classes(entries.many("rejected"))),
        },
    }
}

fn by_driver(node: &Placed) -> Vec<(Driver, Expectation)> {
    let entries = Entries::of(node);
    let ends = Driver::ALL.into_iter().map(|(name, driver)| (driver, entries.get(name)));
    ends.filter_map(|(driver, node)| Some((driver, expectation(node?)))).collect()
}

fn classes(nodes: &[Placed]) -> Vec<ReasonClass> {
    nodes.iter().filter_map(placed_text).filter_map(|text| text.value.parse().ok()).collect()
}

fn row(node: &Placed) -> Option<Row> {
    let entries = Entries::of(node);
    Some(Row {
        number: u8::try_from(entries.count("number")?).unwrap_or(u8::MAX),
        signal: entries.text("signal")?,
        pass: entries.text("pass")?,
        fail: entries.text("fail")?,
        not_proved: entries.text("not-proved"),
    })
}

fn basis(text: &str) -> Basis {
    match text {
        "must" => Basis::Must,
        "should" => Basis::Should,
        "rp-specific" => Basis::RpSpecific,
        "hardening" => Basis::Hardening,
        policy => {
            let key = policy.trim_start_matches("policy(").trim_end_matches(')');
            Basis::Policy(key.trim().to_owned())
        }
    }
}

fn attacker(text: &str) -> Option<Attacker> {
    serde_json::from_value(text.into()).ok()
}
