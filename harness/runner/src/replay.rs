//! Telling a lie again: the same scenario, keys and target policy as in a finding, with a fresh challenge.

use std::path::Path;

use miette::Diagnostic;
use thiserror::Error;

use crate::finding::Finding;
use crate::run::Seed;
use crate::scenario::{Mistakes, Suite, Vocabulary};
use crate::summary::{End, Summary};
use crate::verdict::Verdict;

/// A finding, ready to be played again.
#[derive(Clone, Debug)]
pub struct Replay {
    /// What was found.
    pub finding: Finding,
    /// The scenario that found it, and no other.
    pub suite: Suite,
    /// The seed that it was found with.
    pub seed: Seed,
}

/// Why a finding cannot be played again.
#[derive(Debug, Error, Diagnostic)]
pub enum ReplayError {
    /// The file cannot be read.
    #[error("failed to read {path}: {why}")]
    Unreadable {
        /// The file.
        path: String,
        /// Why.
        why: String,
    },
    /// It is no finding.
    #[error("failed to read {path}: {why}")]
    #[diagnostic(help("a finding is a member `finding` of a JSON report, or that member in a file of its own"))]
    NoFinding {
        /// The file.
        path: String,
        /// Why.
        why: String,
    },
    /// Its scenario is none any more.
    #[error("failed to read the finding's scenario")]
    #[diagnostic(transparent)]
    Scenario(#[from] Mistakes),
}

/// What came of telling the lie again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Again {
    /// The same as in the finding.
    Same,
    /// It is a finding still, but another one: what was measured now.
    Different(String),
    /// It is none any more: the verdict.
    Gone(String),
}

impl Replay {
    /// Reads a finding from `path`: a file of its own, or a JSON report with the one that `scenario` found, or with
    /// only one.
    ///
    /// # Errors
    ///
    /// [`ReplayError`].
    pub fn load(path: &Path, scenario: Option<&str>, known: &Vocabulary) -> Result<Self, ReplayError> {
        let name = path.display().to_string();
        let unreadable = |why: std::io::Error| ReplayError::Unreadable { path: name.clone(), why: why.to_string() };
        let text = keyrig_files::text_within(path, keyrig_files::LONGEST_RECORD).map_err(unreadable)?;
        Self::read(&name, &text, scenario, known)
    }

    /// The same from a text that `path` holds.
    ///
    /// # Errors
    ///
    /// [`ReplayError`].
    pub fn read(path: &str, text: &str, scenario: Option<&str>, known: &Vocabulary) -> Result<Self, ReplayError> {
        let none = |why: String| ReplayError::NoFinding { path: path.to_owned(), why };
        let finding = match serde_json::from_str::<Finding>(text) {
            Ok(finding) if finding.format == Finding::FORMAT => finding,
            Ok(finding) => return Err(none(format!("it has the form {}, not {}", finding.format, Finding::FORMAT))),
            Err(error) => match serde_json::from_str::<Summary>(text) {
                Ok(summary) => from_report(summary, scenario).map_err(none)?,
                Err(_) => return Err(none(error.to_string())),
            },
        };
        let seed: Seed = finding.seed.parse().map_err(none)?;
        let scenario = Suite::parse(&finding.scenario_file, &finding.scenario_text, known)?;
        Ok(Self { suite: Suite { scenarios: vec![scenario] }, seed, finding })
    }

    /// Compares a run of [`Replay::suite`] with the finding; `None` where the run came to no verdict.
    pub fn compare(&self, summary: &Summary) -> Option<Again> {
        let case = summary.cases.first()?;
        match &case.end {
            End::Trouble(_) => None,
            End::Judged(Verdict::Fail { finding }) => {
                let same = finding.step == self.finding.step
                    && finding.measured_class == self.finding.measured_class
                    && kind(&finding.measured) == kind(&self.finding.measured);
                Some(if same { Again::Same } else { Again::Different(finding.summary.clone()) })
            }
            End::Judged(verdict) => Some(Again::Gone(verdict.to_string())),
        }
    }
}

/// The finding of `scenario`, or the only one.
fn from_report(summary: Summary, scenario: Option<&str>) -> Result<Finding, String> {
    let findings = summary.cases.into_iter().filter_map(|case| match case.end {
        End::Judged(Verdict::Fail { finding }) => Some(*finding),
        _ => None,
    });
    let mut findings: Vec<Finding> =
        findings.filter(|finding| scenario.is_none_or(|id| id == finding.scenario)).collect();
    match (findings.len(), scenario) {
        (1, _) => Ok(findings.remove(0)),
        (0, Some(id)) => Err(format!("the report has no finding of {id}")),
        (0, None) => Err("the report has no finding".to_owned()),
        (many, _) => {
            let ids: Vec<&str> = findings.iter().map(|finding| finding.scenario.as_str()).collect();
            Err(format!("the report has {many} findings; name one: {}", ids.join(", ")))
        }
    }
}

/// An outcome without the target's words, which may have a time in them.
fn kind(outcome: &str) -> &str {
    outcome.split(": ").next().unwrap_or(outcome)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;

    fn known() -> Vocabulary {
        Vocabulary::new(["bare"], ["hardened"])
    }

    #[test]
    fn a_finding_is_read_from_its_own_file_or_from_a_report() {
        let report = serde_json::to_string(&fixture::summary()).expect("JSON");
        let ambiguous = Replay::read("r.json", &report, None, &known()).expect_err("two findings");
        assert!(ambiguous.to_string().contains("2 findings; name one: attack/c-fail, enterprise/g-known"));
        let replay = Replay::read("r.json", &report, Some("attack/c-fail"), &known()).expect("named");
        assert_eq!(replay.suite.scenarios[0].id(), "attack/c-fail");
        assert_eq!(replay.seed.to_string(), "00ff".repeat(16));
        let alone = serde_json::to_string(&replay.finding).expect("JSON");
        assert!(Replay::read("f.json", &alone, None, &known()).is_ok());
        for wrong in ["", "{}", "[1]", &alone.replace("keyrig-finding/1", "keyrig-finding/0")] {
            assert!(
                matches!(Replay::read("f.json", wrong, None, &known()), Err(ReplayError::NoFinding { .. })),
                "{wrong}"
            );
        }
        let other = Replay::read("r.json", &report, Some("attack/none"), &known()).expect_err("no such finding");
        assert!(other.to_string().contains("no finding of attack/none"));
    }

    #[test]
    fn the_same_end_is_the_same_finding() {
        let report = serde_json::to_string(&fixture::summary()).expect("JSON");
        let replay = Replay::read("r.json", &report, Some("attack/c-fail"), &known()).expect("named");
        let mut summary = fixture::summary();
        summary.cases.retain(|case| case.id == "attack/c-fail");
        assert_eq!(replay.compare(&summary), Some(Again::Same));
        if let End::Judged(Verdict::Fail { finding }) = &mut summary.cases[0].end {
            finding.measured = "errored(500)".to_owned();
        }
        assert!(matches!(replay.compare(&summary), Some(Again::Different(_))));
        summary.cases[0].end = End::Judged(Verdict::Pass { proof: crate::verdict::Proof::Accepted });
        assert_eq!(replay.compare(&summary), Some(Again::Gone("pass(accepted)".to_owned())));
        summary.cases[0].end = End::Trouble("down".to_owned());
        assert_eq!(replay.compare(&summary), None);
    }
}
