//! The page of a plugged key in a browser, and its view in a terminal, that nobody here wrote.

use std::fs;

use super::Suite;
use crate::failure::Failure;
use crate::keyrig;
use crate::node::Node;
use crate::process;
use crate::system_packages::Need;
use crate::tally::Tally;
use crate::workspace;

pub(super) const SUITE: Suite = Suite {
    name: "key-page",
    what: "headless Chromium and a terminal show a plugged key, which is touched by keyboard",
    needs: &[Need::Chromium, Need::Python, Need::Tmux],
    run,
};

fn run() -> Result<Tally, Failure> {
    let scripts = workspace::root().join("harness/xtask/key-page");
    let pictures = workspace::output().join("key-page");
    fs::create_dir_all(&pictures)?;
    let program = keyrig::build()?;
    let node = Node::find()?;
    node.install(&scripts)?;
    let open = || node.run(&scripts.join("open_key.mjs"));
    let mut tally = process::run_tests(open().arg("--defects").arg(&program).arg(&pictures))?;
    tally += process::run_tests(open().arg(&program).arg(&pictures))?;
    let terminal = || node.run(&scripts.join("open_terminal.mjs"));
    tally += process::run_tests(terminal().arg("--defects").arg(&program))?;
    tally += process::run_tests(terminal().arg(&program))?;
    Ok(tally)
}
