//! Our authenticators and client at a foreign relying party, npm's `@simplewebauthn/server`.

use std::fs;

use serde_json::Value;

use super::Suite;
use crate::failure::Failure;
use crate::keyrig;
use crate::node::Node;
use crate::process;
use crate::system_packages::Need;
use crate::tally::Tally;
use crate::workspace;

pub(super) const SUITE: Suite = Suite {
    name: "simplewebauthn",
    what: "the ceremony scenarios pass against npm's @simplewebauthn/server",
    needs: &[Need::Python],
    run,
};

fn run() -> Result<Tally, Failure> {
    let folder = workspace::root().join("harness/targets/simplewebauthn");
    let node = Node::find()?;
    node.install(&folder)?;
    let report = workspace::output().join("simplewebauthn.json");
    fs::create_dir_all(workspace::output())?;

    let mut run = keyrig::command(&["run", "--target"])?;
    run.arg(folder.join("target.yaml")).args(["--reporter", "terminal", "--reporter"]);
    run.arg(format!("json={}", report.display())).arg("scenarios/ceremony");
    let ended = process::run(run.env("NODE", node.program()));
    let tally = fs::read(&report).ok().and_then(|bytes| counted(&bytes)).unwrap_or_default();
    match ended {
        Err(failure) if tally.failed == 0 => Err(failure),
        _ if tally.is_empty() => Err(Failure::Found("no scenario was judged".into())),
        _ => Ok(tally),
    }
}

/// The counts of a JSON report. What showed nothing counts as failed: this run is there to show something.
fn counted(report: &[u8]) -> Option<Tally> {
    let report: Value = serde_json::from_slice(report).ok()?;
    let sum = |names: &[&str]| {
        let counts = names.iter().filter_map(|name| report["counts"][name].as_u64());
        counts.sum::<u64>().try_into().unwrap_or(usize::MAX)
    };
    Some(Tally {
        passed: sum(&["pass"]),
        failed: sum(&["fail", "inconclusive", "trouble"]),
        skipped: sum(&["skipped", "not_applicable"]),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_is_counted() {
        let report = br#"{"counts": {"pass": 7, "fail": 1, "inconclusive": 1, "not_applicable": 2, "skipped": 1}}"#;
        assert_eq!(counted(report), Some(Tally { passed: 7, failed: 2, skipped: 3 }));
        assert_eq!(counted(b"<html>"), None);
    }
}
