//! A USB key that the kernel makes of what this process says, through `/dev/uhid`.
//!
//! The device is there for as long as the [`Uhid`] is, and no longer than its process.

mod error;
mod event;
mod identity;
mod yubico;

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use keyrig_ctap::ctaphid::Report;
use tokio::io::unix::AsyncFd;

pub(crate) use error::Kernel;
pub use error::{PlugError, Problem};
pub use event::{Event, Malformed, Order, ReportKind};
pub use identity::Identity;

use super::Link;

pub(crate) const NODE: &str = "/dev/uhid";

/// What the kernel is told where it asks for a report otherwise than by the interrupt endpoints: `EIO`.
const NO_SUCH_REPORT: u16 = 5;

/// A device that the operating system sees.
#[derive(Debug)]
pub struct Uhid {
    node: AsyncFd<File>,
    buffer: Box<[u8; event::LENGTH]>,
}

impl Uhid {
    /// Plugs a device in.
    ///
    /// # Errors
    ///
    /// [`PlugError`], which says what to type.
    ///
    /// # Panics
    ///
    /// Outside a tokio runtime that does I/O.
    pub fn plug(identity: &Identity) -> Result<Self, PlugError> {
        Self::plug_at(Path::new(NODE), identity)
    }

    fn plug_at(path: &Path, identity: &Identity) -> Result<Self, PlugError> {
        let opened = OpenOptions::new().read(true).write(true).custom_flags(libc::O_NONBLOCK).open(path);
        let node = opened.map_err(|error| PlugError::open(path, error))?;
        Self::create(node, identity).map_err(|error| PlugError::create(path, error))
    }

    /// Makes the device of an open node, which does not block.
    fn create(node: File, identity: &Identity) -> io::Result<Self> {
        #[expect(deprecated, reason = "its successor is unsafe for the sake of types that give their descriptor away")]
        let node = AsyncFd::new(node)?;
        let device = Self { node, buffer: Box::new([0; event::LENGTH]) };
        device.order(&Order::Create(identity))?;
        Ok(device)
    }

    /// The kernel takes an order whole and at once.
    fn order(&self, order: &Order<'_>) -> io::Result<()> {
        self.node.get_ref().write_all(&order.encode())
    }

    /// The next event, as long as it stands in the buffer.
    async fn event(&mut self) -> io::Result<Event<'_>> {
        let length = loop {
            let mut ready = self.node.readable().await?;
            if let Ok(read) = ready.try_io(|node| node.get_ref().read(&mut self.buffer[..])) {
                break read?;
            }
        };
        Event::parse(&self.buffer[..length]).map_err(|malformed| io::Error::new(io::ErrorKind::InvalidData, malformed))
    }
}

impl Link for Uhid {
    async fn receive(&mut self) -> io::Result<Option<Report>> {
        loop {
            let refusal = match self.event().await? {
                Event::Stop => return Ok(None),
                Event::Output { kind: ReportKind::OUTPUT, data } => match unnumbered(data) {
                    Some(report) => return Ok(Some(report)),
                    None => continue,
                },
                Event::GetReport { id, .. } => Order::AnswerGetReport { id, error: NO_SUCH_REPORT },
                Event::SetReport { id, .. } => Order::AnswerSetReport { id, error: NO_SUCH_REPORT },
                Event::Start { .. } | Event::Open | Event::Close | Event::Output { .. } | Event::Unknown(_) => continue,
            };
            self.order(&refusal)?;
        }
    }

    async fn send(&mut self, report: &Report) -> io::Result<()> {
        self.order(&Order::Input(report))
    }
}

/// The report behind the number 0 that hidraw puts before one without a number. What is too short or too long for a
/// report of this device is none.
fn unnumbered(data: &[u8]) -> Option<Report> {
    let (0, report) = data.split_first()? else { return None };
    report.try_into().ok()
}

#[cfg(test)]
mod tests;
