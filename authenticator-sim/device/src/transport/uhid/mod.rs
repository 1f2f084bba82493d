//! A USB key that the kernel makes of what this process says, through `/dev/uhid`.
//!
//! The device is there for as long as the [`Uhid`] is, and no longer than its process.

mod error;
mod event;
mod identity;
mod pace;
mod yubico;

use std::collections::VecDeque;
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
use pace::Pace;

pub(crate) const NODE: &str = "/dev/uhid";

/// What the kernel is told where it asks for a report otherwise than by the interrupt endpoints: `EIO`.
const NO_SUCH_REPORT: u16 = 5;

/// Reports that are kept while the one before is answered: two of the longest messages.
const WAITING: usize = 2 * 129;

/// A device that the operating system sees.
///
/// uhid has no flow control. The kernel keeps 31 events for a process that is slow to read and drops the rest
/// (`UHID_BUFSIZE` in drivers/hid/uhid.c), and 63 reports for a program that is slow to read its hidraw node
/// (`HIDRAW_BUFFER_SIZE` in include/linux/hidraw.h). So all that has come is read before any of it is answered, and what
/// is sent keeps the pace of USB.
#[derive(Debug)]
pub struct Uhid {
    node: AsyncFd<File>,
    buffer: Box<[u8; event::LENGTH]>,
    /// What has come and was not received yet; `None` is the end.
    waiting: VecDeque<io::Result<Option<Report>>>,
    pace: Pace,
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
        let buffer = Box::new([0; event::LENGTH]);
        let device = Self { node, buffer, waiting: VecDeque::new(), pace: Pace::default() };
        device.order(&Order::Create(identity))?;
        Ok(device)
    }

    /// The kernel takes an order whole and at once.
    fn order(&self, order: &Order<'_>) -> io::Result<()> {
        self.node.get_ref().write_all(&order.encode())
    }

    /// Reads what has come, without waiting.
    fn catch_up(&mut self) {
        while self.waiting.len() < WAITING {
            match self.node.get_ref().read(&mut self.buffer[..]) {
                Ok(length) => self.waiting.extend(self.heard(length).transpose()),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return,
                Err(error) => return self.waiting.push_back(Err(error)),
            }
        }
    }

    /// What an event of this length means to whoever receives; nothing, where it is answered here or needs no answer.
    fn heard(&self, length: usize) -> io::Result<Option<Option<Report>>> {
        let malformed = |malformed| io::Error::new(io::ErrorKind::InvalidData, malformed);
        let refusal = match Event::parse(&self.buffer[..length]).map_err(malformed)? {
            Event::Stop => return Ok(Some(None)),
            Event::Output { kind: ReportKind::OUTPUT, data } => return Ok(unnumbered(data).map(Some)),
            Event::GetReport { id, .. } => Order::AnswerGetReport { id, error: NO_SUCH_REPORT },
            Event::SetReport { id, .. } => Order::AnswerSetReport { id, error: NO_SUCH_REPORT },
            Event::Start { .. } | Event::Open | Event::Close | Event::Output { .. } | Event::Unknown(_) => {
                return Ok(None);
            }
        };
        self.order(&refusal)?;
        Ok(None)
    }
}

impl Link for Uhid {
    async fn receive(&mut self) -> io::Result<Option<Report>> {
        loop {
            if self.waiting.is_empty() {
                self.node.readable().await?.clear_ready();
            }
            self.catch_up();
            if let Some(heard) = self.waiting.pop_front() {
                return heard;
            }
        }
    }

    async fn send(&mut self, report: &Report) -> io::Result<()> {
        self.pace.keep().await;
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
