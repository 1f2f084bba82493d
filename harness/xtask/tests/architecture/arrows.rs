//! Which crate may use which.

use cargo_metadata::{DependencyKind, MetadataCommand};

use crate::{assert_none, tree};

/// The arrows, and no others; each row is the crate and what it may use. An arrow that can be followed may also be
/// taken at once: `cli -> runner -> ctap` allows `cli -> ctap`.
const ARROWS: &[(&str, &[&str])] = &[
    ("keyrig", &["keyrig-runner", "keyrig-device", "keyrig-relying-party", "keyrig-ctap", "keyrig-files"]),
    ("keyrig-core", &["keyrig-ctap"]),
    ("keyrig-ctap", &[]),
    ("keyrig-device", &["keyrig-core", "keyrig-ctap", "keyrig-files"]),
    ("keyrig-files", &[]),
    ("keyrig-relying-party", &["keyrig-ctap", "keyrig-files"]),
    ("keyrig-runner", &["keyrig-ctap", "keyrig-device", "keyrig-files"]),
    ("xtask", &[]),
];

/// The only file of the runner that may know the emulator.
const IN_PROCESS: &str = "harness/runner/src/device/in_process.rs";

#[test]
fn crates_use_each_other_along_the_arrows_only() {
    let metadata = MetadataCommand::new().current_dir(tree::root()).no_deps().exec().expect("cargo metadata runs");
    let members: Vec<&str> = metadata.packages.iter().map(|package| package.name.as_str()).collect();
    let mut edges = Vec::new();
    for package in &metadata.packages {
        for dependency in package.dependencies.iter().filter(|dependency| members.contains(&dependency.name.as_str())) {
            // A crate's dependency on itself, for tests, is cargo's way to turn on its own features.
            if dependency.name != package.name.as_str() || dependency.kind != DependencyKind::Development {
                edges.push((package.name.to_string(), dependency.name.clone()));
            }
        }
    }
    assert_none(&forbidden(&members, &edges));
}

#[test]
fn the_runner_knows_the_emulator_in_one_file() {
    let sources = tree::files(&["rs"]);
    let runner = sources.iter().filter(|file| file.path.starts_with("harness/runner/"));
    assert_none(&strangers(runner.map(|file| (file.path.as_str(), file.text.as_str()))));
    assert!(sources.iter().any(|file| file.path == IN_PROCESS), "{IN_PROCESS} is gone");
}

fn forbidden(members: &[&str], edges: &[(String, String)]) -> Vec<String> {
    let row = |name: &str| ARROWS.iter().find(|(from, _)| *from == name).map(|(_, to)| *to);
    let unknown = members.iter().filter(|name| row(name).is_none()).map(|name| format!("{name} has no row in ARROWS"));
    let wrong = edges
        .iter()
        .filter(|(from, to)| row(from).is_some_and(|allowed| !allowed.contains(&to.as_str())))
        .map(|(from, to)| format!("{from} -> {to} is not an arrow of the house"));
    unknown.chain(wrong).collect()
}

fn strangers<'a>(files: impl Iterator<Item = (&'a str, &'a str)>) -> Vec<String> {
    files
        .filter(|(path, text)| *path != IN_PROCESS && text.contains("keyrig_device"))
        .map(|(path, _)| format!("{path} names keyrig_device; only {IN_PROCESS} may"))
        .collect()
}

#[test]
fn an_arrow_that_is_not_listed_is_found() {
    let edge = |from: &str, to: &str| (from.to_owned(), to.to_owned());
    assert_none(&forbidden(&["keyrig"], &[edge("keyrig", "keyrig-runner"), edge("keyrig-runner", "keyrig-device")]));
    assert_eq!(forbidden(&[], &[edge("keyrig-relying-party", "keyrig-device")]).len(), 1);
    assert_eq!(forbidden(&["keyrig-new"], &[]).len(), 1);
}

#[test]
fn a_second_file_that_knows_the_emulator_is_found() {
    let text = "use keyrig_device::profiles;";
    assert_none(&strangers([(IN_PROCESS, text)].into_iter()));
    assert_eq!(strangers([("harness/runner/src/run.rs", text)].into_iter()).len(), 1);
}
