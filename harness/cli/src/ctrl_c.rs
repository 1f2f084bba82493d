//! Ctrl-C, heard from the moment that somebody listens: a future that nobody has polled hears nothing.

use std::io;

#[cfg(unix)]
pub(crate) fn presses() -> io::Result<tokio::signal::unix::Signal> {
    use tokio::signal::unix::{SignalKind, signal};
    signal(SignalKind::interrupt())
}

#[cfg(windows)]
pub(crate) fn presses() -> io::Result<tokio::signal::windows::CtrlC> {
    tokio::signal::windows::ctrl_c()
}
