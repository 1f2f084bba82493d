//! The reports of a whole run, read by programs that nobody here wrote.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::Suite;
use crate::failure::Failure;
use crate::keyrig;
use crate::node::Node;
use crate::process;
use crate::python;
use crate::system_packages::Need;
use crate::tally::Tally;
use crate::workspace;

pub(super) const SUITE: Suite = Suite {
    name: "reports",
    what: "junitparser reads the JUnit report, headless Chromium opens the HTML page",
    needs: &[Need::Chromium, Need::Python],
    run,
};

const JUNIT_XSD: &str = "harness/runner/schemas/junit-10.xsd";
const JSON_SCHEMA: &str = "harness/runner/schemas/report.schema.json";

fn run() -> Result<Tally, Failure> {
    let readers = workspace::root().join("harness/xtask/reports");
    let reports = workspace::output().join("reports");
    fs::create_dir_all(&reports)?;
    let report = |name: &str| reports.join(name);
    let (junit, html, json) = (report("a.xml"), report("a.html"), report("a.json"));

    let mut run = keyrig::command(&["run"])?;
    for (kind, path) in [("junit", &junit), ("html", &html), ("json", &json)] {
        run.arg("--reporter").arg(format!("{kind}={}", path.display()));
    }
    process::run(&mut run)?;

    let mut tally = read(&readers, &junit, &json)?;
    let node = Node::find()?;
    node.install(&readers)?;
    let open = || node.run(&readers.join("open_html.mjs"));
    let defects = [readers.join("defects.html"), readers.join("defects.json"), report("defects.png")];
    tally += process::run_tests(open().arg("--defects").args(defects))?;
    tally += process::run_tests(open().args([html, json, report("a.png")]))?;
    Ok(tally)
}

fn read(readers: &Path, junit: &Path, json: &Path) -> Result<Tally, Failure> {
    let python = python::environment("reports", &fs::read_to_string(readers.join("requirements.txt"))?)?;
    let mut read = Command::new(python);
    read.arg(readers.join("read_reports.py")).arg(junit).arg(workspace::root().join(JUNIT_XSD));
    process::run_tests(read.arg(json).arg(workspace::root().join(JSON_SCHEMA)))
}
