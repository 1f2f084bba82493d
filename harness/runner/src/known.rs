//! Deviations that somebody knows of and accepts for a time, each with its reason: `known.yaml`.

use std::path::Path;

use crate::day::Day;
use crate::scenario::grammar::{Key, Kind, Shape, Vocabulary, check};
use crate::scenario::mistake::{Mistake, Mistakes};
use crate::scenario::node::{Node, parse, range};
use crate::scenario::written::written;
use crate::summary::{Case, End, KnownState, KnownUse};
use crate::verdict::Verdict;

/// The list of known deviations.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Known {
    entries: Vec<Entry>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Entry {
    scenario: String,
    target: Option<String>,
    reason: String,
    expires: Day,
}

const KNOWN: Shape = Shape {
    name: "list of known deviations",
    doc: "Deviations that are accepted for a time.",
    keys: &[Key::may("known", Kind::List(&Kind::Map(&ENTRY)), "The deviations.")],
};

const ENTRY: Shape = Shape {
    name: "known deviation",
    doc: "A scenario that fails, and why that is accepted.",
    keys: &[
        Key::must("scenario", Kind::Text, "The scenario's id."),
        Key::may("target", Kind::Text, "The target as it is named on the command line; every one if absent."),
        Key::must("reason", Kind::Text, "Why it is accepted, and who decided so."),
        Key::must("expires", Kind::Day, "The last day on which it is accepted."),
    ],
};

impl Known {
    /// The JSON Schema of the file.
    pub fn schema() -> serde_json::Value {
        crate::scenario::schema_of(&KNOWN, "keyrig known deviations")
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
        if root.value == Node::Null {
            return Ok(Self::default());
        }
        let mut mistakes = check(&root, Kind::Map(&KNOWN), &Vocabulary::default());
        let ids: Vec<&str> = ids.into_iter().collect();
        let nodes = match root.value.get("known").map(|node| &node.value) {
            Some(Node::List(nodes)) => nodes.as_slice(),
            _ => &[],
        };
        let mut entries = Vec::new();
        for node in nodes {
            let text = |key: &str| node.value.get(key).and_then(|value| value.value.text()).map(str::to_owned);
            if let Some(id) = node.value.get("scenario")
                && let Some(name) = id.value.text()
                && !ids.contains(&name)
            {
                mistakes.push(Mistake::no_scenario(range(id), name, &ids));
            }
            let expires = text("expires").and_then(|text| Day::parse(&text).ok());
            if let (Some(scenario), Some(reason), Some(expires)) = (text("scenario"), text("reason"), expires) {
                entries.push(Entry { scenario, target: text("target"), reason, expires });
            }
        }
        if mistakes.is_empty() { Ok(Self { entries }) } else { Err(wrong(mistakes)) }
    }

    /// Whether the failure of `scenario` is accepted on `today`.
    pub(crate) fn allows(&self, scenario: &str, target: &str, today: Day) -> bool {
        self.about(target).any(|entry| entry.scenario == scenario && today <= entry.expires)
    }

    /// Which entries about `target` hold.
    pub(crate) fn uses(&self, cases: &[Case], target: &str, today: Day) -> Vec<KnownUse> {
        let state = |entry: &Entry| match cases.iter().find(|case| case.id == entry.scenario) {
            None => KnownState::NotRun,
            Some(_) if today > entry.expires => KnownState::Expired,
            Some(Case { end: End::Judged(Verdict::Fail { .. }), .. }) => KnownState::Holds,
            Some(_) => KnownState::Stale,
        };
        self.about(target)
            .map(|entry| KnownUse {
                scenario: entry.scenario.clone(),
                reason: entry.reason.clone(),
                expires: entry.expires.to_string(),
                state: state(entry),
            })
            .collect()
    }

    fn about(&self, target: &str) -> impl Iterator<Item = &Entry> {
        self.entries.iter().filter(move |entry| entry.target.as_deref().is_none_or(|about| about == target))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;

    const TEXT: &str = "known:
  - {scenario: attack/c-fail, reason: ticket 7, expires: 2027-01-31}
  - {scenario: attack/a-pass, reason: ticket 8, expires: 2027-01-31}
  - {scenario: attack/d-open, target: other, reason: ticket 9, expires: 2027-01-31}\n";

    fn day(text: &str) -> Day {
        Day::parse(text).expect("a day")
    }

    #[test]
    fn an_entry_holds_until_its_day_and_goes_stale() {
        let known =
            Known::read("known.yaml", TEXT, ["attack/c-fail", "attack/a-pass", "attack/d-open"]).expect("valid");
        assert!(known.allows("attack/c-fail", "builtin", day("2027-01-31")));
        assert!(!known.allows("attack/c-fail", "builtin", day("2027-02-01")));
        assert!(!known.allows("attack/d-open", "builtin", day("2026-12-01")));
        let cases = fixture::summary().cases;
        let states = |today| -> Vec<KnownState> {
            known.uses(&cases, "builtin", day(today)).iter().map(|known| known.state).collect()
        };
        assert_eq!(states("2026-12-01"), [KnownState::Holds, KnownState::Stale]);
        assert_eq!(states("2027-02-01"), [KnownState::Expired, KnownState::Expired]);
    }

    #[test]
    fn mistakes_have_a_place_and_an_empty_file_has_none() {
        let plain = Known::read("known.yaml", TEXT, ["attack/a-pass", "attack/d-open"]).expect_err("unknown").plain();
        assert!(plain.starts_with("known.yaml:2:16: there is no scenario `attack/c-fail`"), "{plain}");
        let plain =
            Known::read("known.yaml", "known:\n  - {scenario: x, expires: soon}\n", ["x"]).expect_err("two").plain();
        assert!(plain.contains("`reason` is missing") && plain.contains("`soon` is not a day"), "{plain}");
        assert_eq!(Known::read("known.yaml", "# nothing yet\n", ["x"]).map_err(|m| m.plain()), Ok(Known::default()));
    }
}
