//! A run as JUnit XML: one suite, one test case a scenario. `schemas/junit-10.xsd` is what it keeps to.

use std::io::{self, Write};
use std::time::Duration;

use quick_junit::{NonSuccessKind, Property, Report, TestCase, TestCaseStatus, TestSuite};

use super::Reporter;
use super::plain::plain;
use crate::event::Event;
use crate::summary::{Case, End, Summary};
use crate::verdict::Verdict;

/// Writes a run as JUnit XML when it ends.
pub struct Junit<W> {
    out: W,
}

impl<W: Write> Junit<W> {
    /// Into `out`.
    pub const fn new(out: W) -> Self {
        Self { out }
    }
}

impl<W: Write> Reporter for Junit<W> {
    fn hear(&mut self, event: Event<'_>) -> io::Result<()> {
        let Event::RunEnded { summary } = event else { return Ok(()) };
        let xml = report(summary).to_string().map_err(io::Error::other)?;
        self.out.write_all(plain(&xml).as_bytes())?;
        self.out.flush()
    }
}

fn report(summary: &Summary) -> Report {
    let mut suite = TestSuite::new("keyrig");
    let total: u64 = summary.cases.iter().map(|case| case.millis).sum();
    suite.set_time(Duration::from_millis(total));
    suite.add_property(Property::new("target", summary.header.target.as_str()));
    suite.add_property(Property::new("client", summary.header.client.as_str()));
    suite.add_property(Property::new("seed", summary.header.seed.as_str()));
    suite.add_property(Property::new("started", summary.header.started.as_str()));
    suite.add_test_cases(summary.cases.iter().map(test_case));
    suite.set_system_out(not_shown(summary));
    let mut report = Report::new("keyrig");
    report.set_time(Duration::from_millis(total));
    report.add_test_suite(suite);
    report
}

fn test_case(case: &Case) -> TestCase {
    let mut test = TestCase::new(case.id.as_str(), status(case));
    test.set_classname(case.id.split('/').next().unwrap_or("keyrig"));
    test.set_time(Duration::from_millis(case.millis));
    for (name, value) in [
        ("verdict", case.end.word()),
        ("requirement", case.requirement.as_str()),
        ("basis", case.basis.as_str()),
        ("severity", &case.severity.to_string()),
    ] {
        test.add_property(Property::new(name, value));
    }
    test
}

fn status(case: &Case) -> TestCaseStatus {
    let why = case.end.why();
    match &case.end {
        End::Judged(Verdict::Pass { .. }) => TestCaseStatus::success(),
        End::Judged(Verdict::Skipped { .. } | Verdict::NotApplicable { .. }) => {
            let mut status = TestCaseStatus::skipped();
            status.set_type(case.end.word()).set_message(why);
            status
        }
        End::Judged(Verdict::Fail { .. }) if case.known => {
            let mut status = TestCaseStatus::skipped();
            status.set_type("known").set_message(why);
            status
        }
        End::Judged(Verdict::Fail { finding }) => {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
            let controls = finding.evidence.iter().map(|step| format!("{}: {}", step.role, step.outcome));
            let lines: Vec<String> = [finding.requirement.clone()].into_iter().chain(controls).collect();
            status.set_type(case.severity.to_string()).set_message(why).set_description(lines.join("\n"));
            status
        }
        End::Judged(Verdict::Inconclusive { .. }) => {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
            status.set_type("inconclusive").set_message(why);
            status
        }
        End::Trouble(_) => {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
            status.set_type("trouble").set_message(why);
            status
        }
    }
}

fn not_shown(summary: &Summary) -> String {
    let lines = summary.not_shown.iter().map(|item| format!("{}: {}\n", item.what, item.words));
    std::iter::once("Not shown\n".to_owned()).chain(lines).collect()
}
