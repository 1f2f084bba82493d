//! Authenticators that other programs reach: reports in and out, on real time.
//!
//! A transport is a [`Link`], which only moves reports. [`serve()`] puts an authenticator behind it; keys, gestures and
//! lies stay where they are. To add one, write its `receive` and `send`, as here for a pair of queues:
//!
//! ```
//! use std::io;
//!
//! use keyrig_ctap::ctaphid::Report;
//! use keyrig_device::transport::Link;
//! use tokio::sync::mpsc::{Receiver, Sender};
//!
//! struct Queues {
//!     out: Sender<Report>,
//!     back: Receiver<Report>,
//! }
//!
//! impl Link for Queues {
//!     async fn receive(&mut self) -> io::Result<Option<Report>> {
//!         Ok(self.back.recv().await)
//!     }
//!
//!     async fn send(&mut self, report: &Report) -> io::Result<()> {
//!         self.out.send(*report).await.map_err(|_| io::ErrorKind::BrokenPipe.into())
//!     }
//! }
//! ```

pub mod fault;
mod faulty;
mod front;
mod link;
#[cfg(unix)]
mod listening;
mod messages;
mod serve;
#[cfg(unix)]
mod socket;
#[cfg(target_os = "linux")]
pub mod uhid;
pub mod vpcd;

pub use faulty::{Faulty, Seam};
#[cfg(unix)]
pub(crate) use front::{Front, Output};
pub use link::Link;
#[cfg(unix)]
pub use listening::Listening;
#[cfg(unix)]
pub(crate) use listening::bind;
pub use messages::Messages;
#[cfg(unix)]
pub(crate) use serve::Served;
pub(crate) use serve::until;
pub use serve::{Control, Surroundings, serve};
#[cfg(unix)]
pub use socket::Socket;

#[cfg(unix)]
#[cfg(test)]
mod tests;
