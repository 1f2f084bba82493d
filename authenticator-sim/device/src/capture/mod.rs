//! What went over a link, kept in a file: JSON lines for programs, pcapng for Wireshark.
//!
//! A [`Frame`] is one report of CTAPHID or one APDU. [`create`] writes them as they come, and [`read`] reads either form
//! back. A file that was cut off, or damaged, gives the frames that can be read, and says what cannot. A [`Conversation`]
//! makes messages of frames.

mod conversation;
mod error;
mod iso14443;
mod lines;
mod pcapng;
mod usbmon;

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use conversation::{Carries, Conversation, Said, What};
pub use error::ReadError;

use crate::transport::fault::Direction;

/// One thing that went over a link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// When, since 1970-01-01 UTC, to the microsecond.
    pub at: Duration,
    /// Over which kind of link.
    pub carrier: Carrier,
    /// Which way.
    pub direction: Direction,
    /// A report of 64 bytes, or an APDU.
    pub bytes: Vec<u8>,
}

/// What carries frames.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Carrier {
    /// Reports of a USB device (CTAP 2.3 §11.2).
    UsbHid,
    /// APDUs of a contactless card (CTAP 2.3 §11.3).
    Nfc,
}

/// An end of the link.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Side {
    /// A program.
    Host,
    /// The key.
    Key,
}

/// A file that frames are written to. Each is there for readers when [`Capture::write`] has ended.
pub struct Capture {
    form: Form<BufWriter<File>>,
    /// Whether a frame could not be written: what would follow it makes no sense.
    ends: bool,
}

impl Capture {
    /// Appends a frame, unless one before it could not be written.
    ///
    /// # Errors
    ///
    /// What the operating system says.
    pub fn write(&mut self, frame: &Frame) -> io::Result<()> {
        if self.ends {
            return Err(io::Error::other("a frame before it could not be written"));
        }
        let written = self.form.write(frame);
        self.ends = written.is_err();
        written
    }
}

/// Begins a trace of what the key called `name` says and hears: pcapng where the file is called `….pcapng`, JSON lines
/// otherwise. A file that is there is replaced.
///
/// # Errors
///
/// What the operating system says.
pub fn create(path: &Path, name: &str) -> io::Result<Capture> {
    let file = BufWriter::new(File::create(path)?);
    let is_pcapng = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("pcapng"));
    let form = if is_pcapng {
        Form::Pcapng(pcapng::Writer::new(file, name)?)
    } else {
        Form::Lines(lines::Writer::new(file, name)?)
    };
    Ok(Capture { form, ends: false })
}

/// What a file has of a trace.
#[derive(Debug, Default)]
pub struct Trace {
    /// The frames that can be read, in the order in which they went over the link.
    pub frames: Vec<Frame>,
    /// What cannot be read, from the front to the back.
    pub damage: Vec<ReadError>,
}

/// Reads a trace.
///
/// # Errors
///
/// [`ReadError`] where the file does not begin as a trace.
pub fn read(bytes: &[u8]) -> Result<Trace, ReadError> {
    if pcapng::is_one(bytes) { pcapng::read(bytes) } else { lines::read(bytes) }
}

enum Form<W: Write> {
    Lines(lines::Writer<W>),
    Pcapng(pcapng::Writer<W>),
}

impl<W: Write> Form<W> {
    fn write(&mut self, frame: &Frame) -> io::Result<()> {
        match self {
            Self::Lines(writer) => writer.write(frame),
            Self::Pcapng(writer) => writer.write(frame),
        }
    }
}

#[cfg(test)]
mod tests;
