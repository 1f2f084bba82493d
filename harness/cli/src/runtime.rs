//! The one asynchronous runtime of a command.

use miette::miette;
use tokio::runtime::{Builder, Runtime};

use crate::failure::Failure;

/// A runtime with sockets and timers.
pub(crate) fn runtime() -> Result<Runtime, Failure> {
    Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|e| Failure::environment(miette!("failed to start the runtime: {e}")))
}
