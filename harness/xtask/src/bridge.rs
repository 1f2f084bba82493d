//! The bridge of keyrig-device, where programs in any language plug in keys of ours.

use std::process::Command;

use crate::failure::Failure;
use crate::process::{self, Running};
use crate::workspace;

/// A bridge that serves until this value is dropped.
pub(crate) struct Bridge {
    /// Its port on the loopback.
    pub(crate) port: String,
    _running: Running,
}

impl Bridge {
    /// Builds the bridge and starts it.
    ///
    /// # Errors
    /// When it cannot be built or ends at once.
    pub(crate) fn start() -> Result<Bridge, Failure> {
        process::run(&mut process::cargo(["build", "--workspace", "--example", "bridge"]))?;
        let mut running = Running::start(&mut Command::new(workspace::target().join("debug/examples/bridge")))?;
        let port = running.wait_for("its port", |line| line.strip_prefix("port ").map(str::to_owned))?;
        Ok(Bridge { port, _running: running })
    }
}
