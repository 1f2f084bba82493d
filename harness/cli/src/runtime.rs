//! The one asynchronous runtime of a command.

use miette::miette;
use tokio::runtime::{Builder, Runtime};

use crate::failure::Failure;

/// A runtime with sockets and timers.
pub(crate) fn runtime() -> Result<Runtime, Failure> {
    Builder::new_multi_thread().enable_all().build().map_err(failed)
}

/// A runtime for what waits most of the time: one thread, and its memory.
#[cfg(target_os = "linux")]
pub(crate) fn light() -> Result<Runtime, Failure> {
    Builder::new_current_thread().enable_all().build().map_err(failed)
}

fn failed(error: std::io::Error) -> Failure {
    Failure::environment(miette!("failed to start the runtime: {error}"))
}
