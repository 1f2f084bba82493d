use core::fmt;

use super::{CONTINUATION_PAYLOAD, Command, INITIALIZATION_PAYLOAD, REPORT_LENGTH};

/// What travels in one piece.
pub type Report = [u8; REPORT_LENGTH];

/// The bit of the fifth byte that marks an initialization packet.
const INITIALIZATION: u8 = 0x80;

/// Who speaks: one application each.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Channel(pub u32);

impl Channel {
    /// Nobody's.
    pub const RESERVED: Self = Self(0);
    /// Everybody's, to ask for a channel on.
    pub const BROADCAST: Self = Self(0xffff_ffff);
}

impl fmt::Debug for Channel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:08x}", self.0)
    }
}

impl fmt::Display for Channel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

/// What a report says. Any 64 bytes say something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Packet {
    /// The first packet of a message.
    Initialization(Initialization),
    /// Each packet after it.
    Continuation(Continuation),
}

/// The first packet of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Initialization {
    /// Who speaks.
    pub channel: Channel,
    /// What about.
    pub command: Command,
    /// Bytes in the whole message.
    pub length: u16,
    /// The first of them; what lies beyond the length is padding.
    pub payload: [u8; INITIALIZATION_PAYLOAD],
}

/// A packet after the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Continuation {
    /// Who speaks.
    pub channel: Channel,
    /// Which packet this is, counted from 0 to 127.
    pub sequence: u8,
    /// More of the message; what lies beyond its length is padding.
    pub payload: [u8; CONTINUATION_PAYLOAD],
}

impl Packet {
    /// Who speaks.
    pub const fn channel(&self) -> Channel {
        match self {
            Self::Initialization(packet) => packet.channel,
            Self::Continuation(packet) => packet.channel,
        }
    }

    /// The packet as it travels.
    pub fn encode(&self) -> Report {
        let mut report = [0; REPORT_LENGTH];
        report[..4].copy_from_slice(&self.channel().0.to_be_bytes());
        match self {
            Self::Initialization(packet) => {
                report[4] = packet.command.0 | INITIALIZATION;
                report[5..7].copy_from_slice(&packet.length.to_be_bytes());
                report[7..].copy_from_slice(&packet.payload);
            }
            Self::Continuation(packet) => {
                report[4] = packet.sequence & !INITIALIZATION;
                report[5..].copy_from_slice(&packet.payload);
            }
        }
        report
    }
}

impl From<&Report> for Packet {
    fn from(report: &Report) -> Self {
        let [a, b, c, d, kind, rest @ ..] = *report;
        let channel = Channel(u32::from_be_bytes([a, b, c, d]));
        if kind & INITIALIZATION == 0 {
            return Self::Continuation(Continuation { channel, sequence: kind, payload: rest });
        }
        let [high, low, payload @ ..] = rest;
        let length = u16::from_be_bytes([high, low]);
        Self::Initialization(Initialization { channel, command: Command(kind & !INITIALIZATION), length, payload })
    }
}
