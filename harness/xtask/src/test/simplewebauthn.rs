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
use crate::turn;
use crate::workspace;

pub(super) const SUITE: Suite = Suite {
    name: "simplewebauthn",
    what: "npm's @simplewebauthn/server accepts our ceremonies and names our lies",
    needs: &[Need::Python],
    run,
};

fn run() -> Result<Tally, Failure> {
    let folder = workspace::root().join("harness/targets/simplewebauthn");
    let node = Node::find()?;
    node.install(&folder)?;
    let report = workspace::output().join("simplewebauthn.json");
    fs::create_dir_all(workspace::output())?;

    let _turn = turn::wait_for("the port of simplewebauthn")?;
    let mut run = keyrig::command(&["run", "--target"])?;
    run.arg(folder.join("target.yaml")).arg("--known").arg(folder.join("known.yaml"));
    run.args(["--reporter", "terminal", "--reporter"]).arg(format!("json={}", report.display()));
    let ended = process::run(run.env("NODE", node.program()));
    let tally = fs::read(&report).ok().and_then(|bytes| counted(&bytes)).unwrap_or_default();
    match ended {
        Err(failure) if tally.failed == 0 => Err(failure),
        _ if tally.is_empty() => Err(Failure::Found("no scenario was judged".into())),
        _ => Ok(tally),
    }
}

/// The counts of a JSON report. A deviation that is known and still there is as it should be; what showed nothing
/// counts as failed, because this run is there to show something; what is not about this target does not count.
fn counted(report: &[u8]) -> Option<Tally> {
    let report: Value = serde_json::from_slice(report).ok()?;
    let count = |name: &str| Some(usize::try_from(report["counts"][name].as_u64()?).unwrap_or(usize::MAX));
    let known = count("known")?;
    Some(Tally {
        passed: count("pass")? + known,
        failed: count("fail")?.saturating_sub(known) + count("inconclusive")? + count("trouble")?,
        skipped: count("skipped")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_is_counted() {
        let report = br#"{"counts": {
            "pass": 7, "fail": 3, "known": 2, "inconclusive": 1, "not_applicable": 4, "skipped": 1, "trouble": 0
        }}"#;
        assert_eq!(counted(report), Some(Tally { passed: 9, failed: 2, skipped: 1 }));
        assert_eq!(counted(b"<html>"), None);
    }
}
