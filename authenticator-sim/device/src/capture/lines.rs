//! One JSON object a line: first what the trace is, then the frames.

use std::io::{self, Write};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Carrier, Frame, ReadError, Trace};
use crate::transport::fault::Direction;

/// The version of the form.
const VERSION: u64 = 1;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    /// The version of the form.
    keyrig_trace: u64,
    /// Whose trace it is.
    key: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    /// Microseconds since 1970-01-01 UTC.
    at: u64,
    carrier: Carrier,
    direction: Direction,
    /// In hexadecimal.
    bytes: String,
}

pub(super) struct Writer<W> {
    out: W,
}

impl<W: Write> Writer<W> {
    pub(super) fn new(out: W, name: &str) -> io::Result<Self> {
        let mut writer = Self { out };
        writer.line(&Head { keyrig_trace: VERSION, key: name.to_owned() })?;
        Ok(writer)
    }

    pub(super) fn write(&mut self, frame: &Frame) -> io::Result<()> {
        self.line(&Line {
            at: u64::try_from(frame.at.as_micros()).unwrap_or(u64::MAX),
            carrier: frame.carrier,
            direction: frame.direction,
            bytes: frame.bytes.iter().map(|byte| format!("{byte:02x}")).collect(),
        })
    }

    fn line(&mut self, value: &impl Serialize) -> io::Result<()> {
        serde_json::to_writer(&mut self.out, value)?;
        self.out.write_all(b"\n")?;
        self.out.flush()
    }
}

pub(super) fn read(bytes: &[u8]) -> Result<Trace, ReadError> {
    if bytes.is_empty() {
        return Err(wrong(1, "the file is empty"));
    }
    let whole = bytes.strip_suffix(b"\n");
    let mut lines = whole.unwrap_or(bytes).split(|byte| *byte == b'\n').zip(1_usize..).peekable();
    let head = lines.next().and_then(|(head, _)| str::from_utf8(head).ok());
    let head = head.ok_or_else(|| wrong(1, "it is no text, and no pcapng either"))?;
    let Head { keyrig_trace: version, .. } = serde_json::from_str(head).map_err(|error| wrong(1, error))?;
    if version != VERSION {
        return Err(ReadError::Version { version, known: VERSION });
    }
    let mut trace = Trace::default();
    while let Some((line, at)) = lines.next() {
        let is_cut_off = whole.is_none() && lines.peek().is_none();
        match frame(line) {
            Ok(frame) => trace.frames.push(frame),
            Err(_) if is_cut_off => trace.damage.push(wrong(at, "the file ends in the middle of it")),
            Err(why) => trace.damage.push(wrong(at, why)),
        }
    }
    Ok(trace)
}

fn frame(line: &[u8]) -> Result<Frame, String> {
    let line = str::from_utf8(line).map_err(|error| format!("byte {} is no text", error.valid_up_to() + 1))?;
    let Line { at, carrier, direction, bytes } = serde_json::from_str(line).map_err(|error| error.to_string())?;
    let bytes = unhex(&bytes).ok_or("bytes: not an even number of hexadecimal digits")?;
    Ok(Frame { at: Duration::from_micros(at), carrier, direction, bytes })
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    let digit = |digit: u8| char::from(digit).to_digit(16).map(|digit| digit as u8);
    rest.is_empty().then(|| pairs.iter().map(|[high, low]| Some(digit(*high)? << 4 | digit(*low)?)).collect())?
}

fn wrong(line: usize, why: impl ToString) -> ReadError {
    ReadError::Line { line, why: why.to_string() }
}
