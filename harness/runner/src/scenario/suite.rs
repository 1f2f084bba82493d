//! Sets of scenarios: the embedded one, or what lies at some paths.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use miette::Diagnostic;
use thiserror::Error;

use super::grammar::Vocabulary;
use super::mistake::{Mistake, Mistakes};
use super::node::range;
use super::written::written;
use super::{Scenario, read};

include!(concat!(env!("OUT_DIR"), "/embedded_scenarios.rs"));

/// A set of scenarios, sorted by id.
#[derive(Clone, Debug, Default)]
pub struct Suite {
    /// Sorted by id.
    pub scenarios: Vec<Scenario>,
}

/// Why scenarios could not be loaded: one entry a file.
#[derive(Debug, Error, Diagnostic)]
#[error("failed to load the scenarios: {} with mistakes", files(.0.len()))]
pub struct LoadError(#[related] pub Vec<Mistakes>);

fn files(number: usize) -> String {
    match number {
        1 => "one file".to_owned(),
        many => format!("{many} files"),
    }
}

impl Suite {
    /// The scenarios that are built in.
    ///
    /// # Errors
    ///
    /// [`LoadError`], where `known` lacks a name that they use.
    pub fn embedded(known: &Vocabulary) -> Result<Self, LoadError> {
        Self::read(EMBEDDED.iter().map(|(file, text)| ((*file).to_owned(), Ok((*text).to_owned()))), known)
    }

    /// The scenarios at `paths`: files, or folders with all that is below them.
    ///
    /// # Errors
    ///
    /// [`LoadError`] with every mistake of every file.
    pub fn load<P: AsRef<Path>>(paths: &[P], known: &Vocabulary) -> Result<Self, LoadError> {
        let found = paths.iter().flat_map(|path| scenario_files(path.as_ref()));
        let texts = found.map(|file| {
            let text = written(&file);
            (file.display().to_string(), text)
        });
        Self::read(texts, known)
    }

    /// One scenario from its text.
    ///
    /// # Errors
    ///
    /// Every mistake in it.
    pub fn parse(file: &str, text: &str, known: &Vocabulary) -> Result<Scenario, Mistakes> {
        read::read(file, text, known)
    }

    /// The scenario called `id`.
    pub fn find(&self, id: &str) -> Option<&Scenario> {
        self.scenarios.iter().find(|scenario| scenario.id() == id)
    }

    /// The ids.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.scenarios.iter().map(Scenario::id)
    }

    fn read(
        texts: impl Iterator<Item = (String, Result<String, Mistakes>)>,
        known: &Vocabulary,
    ) -> Result<Self, LoadError> {
        let mut scenarios: Vec<Scenario> = Vec::new();
        let mut wrong = Vec::new();
        for (file, text) in texts {
            match text.and_then(|text| read::read(&file, &text, known)) {
                Ok(scenario) => scenarios.push(scenario),
                Err(mistakes) => wrong.push(mistakes),
            }
        }
        scenarios.sort_by(|a, b| a.id().cmp(b.id()));
        wrong.extend(duplicates(&scenarios));
        if wrong.is_empty() { Ok(Self { scenarios }) } else { Err(LoadError(wrong)) }
    }
}

/// Files whose id another file has too.
fn duplicates(scenarios: &[Scenario]) -> Vec<Mistakes> {
    let mut first: BTreeMap<&str, &Scenario> = BTreeMap::new();
    let mut wrong = Vec::new();
    for scenario in scenarios {
        match first.get(scenario.id()) {
            None => {
                first.insert(scenario.id(), scenario);
            }
            Some(other) => {
                let place = format!("{}:{}", other.file, other.id.referenced.line());
                let mistake = Mistake::at(range(&scenario.id), format!("the id `{}` is taken", scenario.id()))
                    .help(format!("{place} has it; choose another"));
                wrong.push(Mistakes::new(&scenario.file, &scenario.text, vec![mistake]));
            }
        }
    }
    wrong
}

/// Files that are not scenarios although they lie among them.
const NOT_SCENARIOS: &[&str] = &["known.yaml", "expect-default.yaml"];

fn scenario_files(path: &Path) -> Vec<PathBuf> {
    if !path.is_dir() {
        return vec![path.to_owned()];
    }
    let mut files = Vec::new();
    let mut entries: Vec<PathBuf> =
        std::fs::read_dir(path).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    entries.sort();
    for entry in entries {
        let name = entry.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let is_scenario = name.ends_with(".yaml") && !NOT_SCENARIOS.contains(&name);
        if entry.is_dir() || is_scenario {
            files.extend(scenario_files(&entry));
        }
    }
    files
}
