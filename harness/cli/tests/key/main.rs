//! A key that is plugged in at a socket, and everybody who controls it or uses it.

#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod commands;
mod hooks;
mod hostile;
mod mistakes;
mod on_a_desk;
mod terminal;
