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
    what: "npm's @simplewebauthn/server accepts our ceremonies and names our lies",
    needs: &[Need::Python],
    run,
};

/// The ceremonies, and attacks that show which parts of them it really verified: the chain to our root, the signatures,
/// the client data, the flags.
const SCENARIOS: &[&str] = &[
    "scenarios/ceremony",
    "scenarios/attack/attestation-impostor-root.yaml",
    "scenarios/attack/attestation-signature-broken.yaml",
    "scenarios/attack/backup-state-impossible-at-sign-in.yaml",
    "scenarios/attack/challenge-flipped-at-registration.yaml",
    "scenarios/attack/origin-suffix.yaml",
    "scenarios/attack/rp-id-hash-at-sign-in.yaml",
    "scenarios/attack/signature-broken.yaml",
    "scenarios/attack/user-not-verified-at-registration.yaml",
];

fn run() -> Result<Tally, Failure> {
    let folder = workspace::root().join("harness/targets/simplewebauthn");
    let node = Node::find()?;
    node.install(&folder)?;
    let report = workspace::output().join("simplewebauthn.json");
    fs::create_dir_all(workspace::output())?;

    let mut run = keyrig::command(&["run", "--target"])?;
    run.arg(folder.join("target.yaml")).args(["--reporter", "terminal", "--reporter"]);
    run.arg(format!("json={}", report.display())).args(SCENARIOS);
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
