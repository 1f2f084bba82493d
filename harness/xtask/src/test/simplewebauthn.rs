//! Our authenticators and client at a foreign relying party, npm's `@simplewebauthn/server`.

use std::process::Command;

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
    Node::find()?.install(&folder)?;
    let target = folder.join("target.yaml");
    let mut run: Command = keyrig::command(&["run", "--target"])?;
    run.arg(target).arg("scenarios/ceremony");
    process::run(&mut run).map(|()| Tally { passed: 1, ..Tally::default() })
}
