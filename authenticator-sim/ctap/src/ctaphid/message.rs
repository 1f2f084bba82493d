use alloc::vec::Vec;
use core::fmt;
use core::ops::Range;

use super::{
    CONTINUATION_PAYLOAD, Channel, Command, Continuation, ErrorCode, INITIALIZATION_PAYLOAD, Initialization,
    LONGEST_MESSAGE, Packet, Report,
};

/// A whole message on a channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Who speaks.
    pub channel: Channel,
    /// What about.
    pub command: Command,
    /// What is said, 7,609 bytes at most.
    pub payload: Vec<u8>,
}

/// A message is longer than 7,609 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooLong {
    /// Bytes in the message.
    pub length: usize,
}

/// A continuation packet is not the next one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WrongSequence {
    /// The number that is next.
    pub expected: u8,
    /// The number that came.
    pub got: u8,
}

impl Message {
    /// The one-byte answer to a request that failed before it was a CTAP message.
    pub fn error(channel: Channel, code: ErrorCode) -> Self {
        Self { channel, command: Command::ERROR, payload: Vec::from([code.0]) }
    }

    /// The reports that carry the message, in order.
    ///
    /// # Errors
    ///
    /// [`TooLong`] where there are not enough sequence numbers for it.
    pub fn fragment(&self) -> Result<Fragments<'_>, TooLong> {
        let length = self.payload.len();
        if length > LONGEST_MESSAGE {
            return Err(TooLong { length });
        }
        let count = 1 + length.saturating_sub(INITIALIZATION_PAYLOAD).div_ceil(CONTINUATION_PAYLOAD);
        Ok(Fragments { message: self, indices: 0..count })
    }
}

/// The reports of a message.
#[derive(Clone, Debug)]
pub struct Fragments<'a> {
    message: &'a Message,
    indices: Range<usize>,
}

impl Iterator for Fragments<'_> {
    type Item = Report;

    fn next(&mut self) -> Option<Report> {
        let Message { channel, command, ref payload } = *self.message;
        let packet = match self.indices.next()?.checked_sub(1) {
            None => {
                let length = payload.len() as u16;
                Packet::Initialization(Initialization { channel, command, length, payload: padded(payload) })
            }
            Some(sequence) => {
                let rest = &payload[INITIALIZATION_PAYLOAD + sequence * CONTINUATION_PAYLOAD..];
                Packet::Continuation(Continuation { channel, sequence: sequence as u8, payload: padded(rest) })
            }
        };
        Some(packet.encode())
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.indices.size_hint()
    }
}

impl ExactSizeIterator for Fragments<'_> {}

/// As much of `rest` as fits, and zeros behind it.
fn padded<const N: usize>(rest: &[u8]) -> [u8; N] {
    let mut payload = [0; N];
    let length = rest.len().min(N);
    payload[..length].copy_from_slice(&rest[..length]);
    payload
}

/// A message of which packets are still to come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assembly {
    message: Message,
    length: usize,
    next: u8,
}

/// How far a message came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Progress {
    /// To its end.
    Complete(Message),
    /// Packets are still to come.
    Partial(Assembly),
}

impl Assembly {
    /// Begins a message with its first packet. Memory is taken as packets come, not as the length promises.
    ///
    /// # Errors
    ///
    /// [`TooLong`].
    pub fn begin(packet: &Initialization) -> Result<Progress, TooLong> {
        let length = usize::from(packet.length);
        if length > LONGEST_MESSAGE {
            return Err(TooLong { length });
        }
        let message = Message { channel: packet.channel, command: packet.command, payload: Vec::new() };
        Ok(Self { message, length, next: 0 }.extended(&packet.payload))
    }

    /// Takes the next packet. Whether it came on this channel is the caller's to see.
    ///
    /// # Errors
    ///
    /// [`WrongSequence`]; the message is lost.
    pub fn accept(self, packet: &Continuation) -> Result<Progress, WrongSequence> {
        if packet.sequence != self.next {
            return Err(WrongSequence { expected: self.next, got: packet.sequence });
        }
        let next = self.next + 1;
        Ok(Self { next, ..self }.extended(&packet.payload))
    }

    /// Who speaks.
    pub const fn channel(&self) -> Channel {
        self.message.channel
    }

    fn extended(mut self, payload: &[u8]) -> Progress {
        let missing = self.length - self.message.payload.len();
        self.message.payload.extend_from_slice(&payload[..payload.len().min(missing)]);
        if self.message.payload.len() == self.length {
            Progress::Complete(self.message)
        } else {
            Progress::Partial(self)
        }
    }
}

impl fmt::Display for TooLong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "message of {} bytes, {LONGEST_MESSAGE} at most", self.length)
    }
}

impl fmt::Display for WrongSequence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "packet {} where {} was expected", self.got, self.expected)
    }
}

impl core::error::Error for TooLong {}
impl core::error::Error for WrongSequence {}
