//! The findings that a target is expected to have, exactly: `expect-default.yaml`.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use crate::scenario::grammar::{Key, Kind, Shape, Vocabulary, check};
use crate::scenario::mistake::{Mistake, Mistakes};
use crate::scenario::node::{Node, parse, range};
use crate::scenario::written::written;
use crate::summary::{End, Summary};
use crate::verdict::Verdict;

/// The findings that a target is expected to have: scenarios, and how the step that decides ends.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Baseline {
    findings: BTreeMap<String, String>,
}

/// Where a run and a baseline differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Difference {
    /// A finding that nobody expected.
    New {
        /// The scenario.
        scenario: String,
        /// How the step that decides ended.
        measured: String,
    },
    /// A finding that was expected, and what came instead.
    Gone {
        /// The scenario.
        scenario: String,
        /// What came instead.
        instead: String,
    },
    /// A finding with another end.
    Changed {
        /// The scenario.
        scenario: String,
        /// The end that was expected.
        expected: String,
        /// The end that was measured.
        measured: String,
    },
}

const BASELINE: Shape = Shape {
    name: "list of expected findings",
    doc: "The findings that a target is expected to have, exactly.",
    keys: &[Key::must("findings", Kind::List(&Kind::Map(&ENTRY)), "The findings, by scenario.")],
};

const ENTRY: Shape = Shape {
    name: "expected finding",
    doc: "A scenario that fails, and how.",
    keys: &[
        Key::must("scenario", Kind::Text, "The scenario's id."),
        Key::must("measured", Kind::Text, "How the step that decides ends: `accepted`, `rejected(origin)`."),
    ],
};

impl Baseline {
    /// The JSON Schema of the file.
    pub fn schema() -> serde_json::Value {
        crate::scenario::schema_of(&BASELINE, "keyrig expected findings")
    }

    /// The findings of a run.
    pub fn of(summary: &Summary) -> Self {
        let findings = summary.cases.iter().filter_map(|case| {
            let finding = case.end.verdict()?.finding()?;
            Some((case.id.clone(), end(&finding.measured)))
        });
        Self { findings: findings.collect() }
    }

    /// Reads the list in `path`; `ids` are the scenarios that exist.
    ///
    /// # Errors
    ///
    /// Every mistake in it.
    pub fn load<'a>(path: &Path, ids: impl IntoIterator<Item = &'a str>) -> Result<Self, Mistakes> {
        Self::read(&path.display().to_string(), &written(path)?, ids)
    }

    /// Reads the list in `text`, which `file` holds; `ids` are the scenarios that exist.
    ///
    /// # Errors
    ///
    /// Every mistake in it.
    pub fn read<'a>(file: &str, text: &str, ids: impl IntoIterator<Item = &'a str>) -> Result<Self, Mistakes> {
        let wrong = |mistakes| Mistakes::new(file, text, mistakes);
        let root = parse(text).map_err(|mistake| wrong(vec![mistake]))?;
        let mut mistakes = check(&root, Kind::Map(&BASELINE), &Vocabulary::default());
        let ids: Vec<&str> = ids.into_iter().collect();
        let Some(Node::List(nodes)) = root.value.get("findings").map(|node| &node.value) else {
            return Err(wrong(mistakes));
        };
        let mut findings = BTreeMap::new();
        for node in nodes {
            let (Some(id), Some(measured)) = (node.value.get("scenario"), node.value.get("measured")) else { continue };
            let (Some(name), Some(measured)) = (id.value.text(), measured.value.text()) else { continue };
            if !ids.contains(&name) {
                mistakes.push(Mistake::no_scenario(range(id), name, &ids));
            }
            if findings.insert(name.to_owned(), measured.to_owned()).is_some() {
                mistakes.push(Mistake::at(range(id), format!("`{name}` is named twice")));
            }
        }
        if mistakes.is_empty() { Ok(Self { findings }) } else { Err(wrong(mistakes)) }
    }

    /// Where `summary` differs, scenarios that it did not run included.
    pub fn compare(&self, summary: &Summary) -> Vec<Difference> {
        let measured = Self::of(summary).findings;
        let mut differences = Vec::new();
        for (scenario, expected) in &self.findings {
            let scenario = scenario.clone();
            match measured.get(&scenario) {
                Some(measured) if measured == expected => {}
                Some(measured) => {
                    let (expected, measured) = (expected.clone(), measured.clone());
                    differences.push(Difference::Changed { scenario, expected, measured });
                }
                None => {
                    let instead = instead(summary, &scenario);
                    differences.push(Difference::Gone { scenario, instead });
                }
            }
        }
        let new = measured.into_iter().filter(|(scenario, _)| !self.findings.contains_key(scenario));
        differences.extend(new.map(|(scenario, measured)| Difference::New { scenario, measured }));
        differences
    }
}

impl fmt::Display for Baseline {
    /// The file.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "findings:")?;
        for (scenario, measured) in &self.findings {
            writeln!(f, "  - {{scenario: {scenario}, measured: \"{measured}\"}}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::New { scenario, measured } => write!(f, "{scenario}: a finding that nobody expected ({measured})"),
            Self::Gone { scenario, instead } => write!(f, "{scenario}: expected as a finding, but {instead}"),
            Self::Changed { scenario, expected, measured } => {
                write!(f, "{scenario}: expected {expected}, but it was {measured}")
            }
        }
    }
}

/// An outcome without the target's words.
fn end(measured: &str) -> String {
    measured.split(": ").next().unwrap_or(measured).to_owned()
}

fn instead(summary: &Summary, scenario: &str) -> String {
    match summary.cases.iter().find(|case| case.id == scenario).map(|case| &case.end) {
        None => "it was not run".to_owned(),
        Some(End::Trouble(why)) => format!("there was trouble: {why}"),
        Some(End::Judged(Verdict::Pass { .. })) => "it passes".to_owned(),
        Some(End::Judged(verdict)) => format!("it is {verdict}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;

    const IDS: [&str; 3] = ["attack/c-fail", "enterprise/g-known", "attack/a-pass"];

    #[test]
    fn a_written_baseline_is_what_the_run_showed() {
        let summary = fixture::summary();
        let text = Baseline::of(&summary).to_string();
        let baseline = Baseline::read("expect.yaml", &text, IDS).expect("its own form");
        assert_eq!(baseline.compare(&summary), []);
    }

    #[test]
    fn every_difference_is_named() {
        let text = "findings:
  - {scenario: attack/a-pass, measured: accepted}
  - {scenario: attack/c-fail, measured: \"rejected(key)\"}\n";
        let baseline = Baseline::read("expect.yaml", text, IDS).expect("valid");
        let words: Vec<String> = baseline.compare(&fixture::summary()).iter().map(ToString::to_string).collect();
        assert_eq!(
            words,
            [
                "attack/a-pass: expected as a finding, but it passes",
                "attack/c-fail: expected rejected(key), but it was accepted",
                "enterprise/g-known: a finding that nobody expected (accepted)",
            ]
        );
    }

    #[test]
    fn mistakes_have_a_place() {
        let text = "findings:\n  - {scenario: attack/c-fial, measured: accepted}\n";
        let plain = Baseline::read("expect.yaml", text, IDS).expect_err("no such scenario").plain();
        let wanted = "expect.yaml:2:16: there is no scenario `attack/c-fial` (did you mean `attack/c-fail`?)";
        assert_eq!(plain, wanted);
    }
}
