//! The binary `keyrig`, built and started.

use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;

use crate::failure::Failure;
use crate::process::{self, Running};
use crate::workspace;

/// The binary, built once, in the dev profile with the features that `cargo test --workspace` uses, so that little is
/// compiled twice.
///
/// # Errors
/// When it does not compile.
pub(crate) fn build() -> Result<PathBuf, Failure> {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    if BUILT.get().is_none() {
        process::run(&mut process::cargo(["build", "--workspace", "--bin", "keyrig"]))?;
    }
    Ok(BUILT.get_or_init(program).clone())
}

/// The binary as it is released, and the one that measures a key at its node: in one command, as what both are made of
/// would otherwise be compiled twice.
///
/// # Errors
/// When one does not compile.
pub(crate) fn build_release() -> Result<(), Failure> {
    let packages = ["build", "--release", "--package", "keyrig", "--package", "keyrig-device"];
    let made = ["--bin", "keyrig", "--bin", "node_speed"];
    process::run(&mut process::cargo(packages.into_iter().chain(made)))
}

/// Where [`build_release`] leaves the binary.
pub(crate) fn released_program() -> PathBuf {
    workspace::target().join("release/keyrig")
}

/// Where [`build_release`] leaves the program that measures.
pub(crate) fn node_speed() -> PathBuf {
    workspace::target().join("release/node_speed")
}

/// Where [`build`] leaves the binary.
fn program() -> PathBuf {
    workspace::target().join("debug/keyrig")
}

/// A command that runs the binary in the workspace's root.
///
/// # Errors
/// As [`build`].
pub(crate) fn command(arguments: &[&str]) -> Result<Command, Failure> {
    let mut command = Command::new(build()?);
    command.args(arguments).current_dir(workspace::root());
    Ok(command)
}

/// A relying party under policy `default` for `localhost`, served until the value is dropped.
pub(crate) struct RelyingParty {
    /// Where it answers, such as `http://127.0.0.1:41873`.
    pub(crate) url: String,
    /// The origin that it expects in client data.
    pub(crate) origin: String,
    _running: Running,
}

impl RelyingParty {
    /// Serves on a loopback port of the system's choice.
    ///
    /// # Errors
    /// When the binary does not build, or ends before it has printed its URL.
    pub(crate) fn start() -> Result<RelyingParty, Failure> {
        let origin = "https://localhost".to_owned();
        let mut serve = command(&["rp", "serve", "--policy", "default", "--rp-id", "localhost", "--origin", &origin])?;
        let mut running = Running::start(serve.args(["--port", "0"]))?;
        let url = running.wait_for("its URL", url_in)?;
        Ok(RelyingParty { url, origin, _running: running })
    }
}

fn url_in(line: &str) -> Option<String> {
    let from = &line[line.find("http://127.0.0.1:")?..];
    let end = from.find(|c: char| c.is_whitespace() || c == '"').unwrap_or(from.len());
    Some(from[..end].trim_end_matches('/').to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_url_is_found_in_its_sentence() {
        assert_eq!(url_in("serving at http://127.0.0.1:4187/ under `default`"), Some("http://127.0.0.1:4187".into()));
        assert_eq!(url_in("http://127.0.0.1:4187"), Some("http://127.0.0.1:4187".into()));
        assert_eq!(url_in("compiling"), None);
    }
}
