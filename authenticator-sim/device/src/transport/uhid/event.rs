//! What is said over `/dev/uhid`, as bytes: Linux's `uapi/linux/uhid.h`. Numbers have the machine's own byte order, and
//! nothing is padded.

use keyrig_ctap::ctaphid::{REPORT_DESCRIPTOR, Report};
use thiserror::Error;

use super::Identity;

/// Bytes in `struct uhid_event`.
pub(super) const LENGTH: usize = 4380;

/// Bytes in the largest report that the kernel carries, `UHID_DATA_MAX`.
const LARGEST_REPORT: usize = 4096;

/// `BUS_USB`.
const USB: u16 = 3;

const START: u32 = 2;
const STOP: u32 = 3;
const OPEN: u32 = 4;
const CLOSE: u32 = 5;
const OUTPUT: u32 = 6;
const GET_REPORT: u32 = 9;
const GET_REPORT_REPLY: u32 = 10;
const CREATE: u32 = 11;
const INPUT: u32 = 12;
const SET_REPORT: u32 = 13;
const SET_REPORT_REPLY: u32 = 14;

/// Which of a device's three sorts of report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReportKind(pub u8);

impl ReportKind {
    /// A setting.
    pub const FEATURE: Self = Self(0);
    /// To the device.
    pub const OUTPUT: Self = Self(1);
    /// From the device.
    pub const INPUT: Self = Self(2);
}

/// What the kernel says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event<'a> {
    /// The device is there.
    Start {
        /// Which sorts of report have numbers.
        flags: u64,
    },
    /// The device is gone.
    Stop,
    /// The first program opened it.
    Open,
    /// The last program closed it.
    Close,
    /// A program wrote a report.
    Output {
        /// Its sort.
        kind: ReportKind,
        /// Its number, 0 where it has none, and the report.
        data: &'a [u8],
    },
    /// A program asks for a report and waits for the answer.
    GetReport {
        /// What the answer repeats.
        id: u32,
        /// The number of the report.
        number: u8,
        /// Its sort.
        kind: ReportKind,
    },
    /// A program sets a report and waits for the answer.
    SetReport {
        /// What the answer repeats.
        id: u32,
        /// The number of the report.
        number: u8,
        /// Its sort.
        kind: ReportKind,
        /// The report.
        data: &'a [u8],
    },
    /// Something of a later kernel.
    Unknown(u32),
}

/// An event that ends before it is complete.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("read an event of /dev/uhid from {length} bytes")]
pub struct Malformed {
    /// Bytes that came.
    pub length: usize,
}

impl<'a> Event<'a> {
    /// Reads an event; bytes behind it are ignored, as the kernel always sends the longest.
    ///
    /// # Errors
    ///
    /// [`Malformed`].
    pub fn parse(bytes: &'a [u8]) -> Result<Self, Malformed> {
        Self::read(bytes).ok_or(Malformed { length: bytes.len() })
    }

    fn read(bytes: &'a [u8]) -> Option<Self> {
        let (kind, body) = number(bytes)?;
        Some(match kind {
            START => Self::Start { flags: u64::from_ne_bytes(*body.first_chunk()?) },
            STOP => Self::Stop,
            OPEN => Self::Open,
            CLOSE => Self::Close,
            OUTPUT => {
                let (data, rest) = body.split_first_chunk::<LARGEST_REPORT>()?;
                let &[low, high, kind, ..] = rest else { return None };
                let data = data.get(..usize::from(u16::from_ne_bytes([low, high])))?;
                Self::Output { kind: ReportKind(kind), data }
            }
            GET_REPORT => {
                let (id, &[number, kind, ..]) = number(body)? else { return None };
                Self::GetReport { id, number, kind: ReportKind(kind) }
            }
            SET_REPORT => {
                let (id, &[number, kind, low, high, ref data @ ..]) = number(body)? else { return None };
                let length = usize::from(u16::from_ne_bytes([low, high]));
                let data = data.get(..length).filter(|data| data.len() <= LARGEST_REPORT)?;
                Self::SetReport { id, number, kind: ReportKind(kind), data }
            }
            other => Self::Unknown(other),
        })
    }
}

fn number(bytes: &[u8]) -> Option<(u32, &[u8])> {
    let (number, rest) = bytes.split_first_chunk()?;
    Some((u32::from_ne_bytes(*number), rest))
}

/// What the kernel is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order<'a> {
    /// Make a device with the report descriptor of an authenticator.
    Create(&'a Identity),
    /// The device sends a report.
    Input(&'a Report),
    /// No report for the program that asks for one.
    AnswerGetReport {
        /// The id of the question.
        id: u32,
        /// An `errno`.
        error: u16,
    },
    /// The report that a program sets is not taken.
    AnswerSetReport {
        /// The id of the question.
        id: u32,
        /// An `errno`.
        error: u16,
    },
}

impl Order<'_> {
    /// The bytes to write; the kernel takes those that are missing for zeros.
    pub fn encode(&self) -> Vec<u8> {
        match *self {
            Self::Create(identity) => create(identity),
            Self::Input(report) => {
                let size = (report.len() as u16).to_ne_bytes();
                [&INPUT.to_ne_bytes()[..], &size, report].concat()
            }
            Self::AnswerGetReport { id, error } => {
                let size = [0; 2];
                [&GET_REPORT_REPLY.to_ne_bytes()[..], &id.to_ne_bytes(), &error.to_ne_bytes(), &size].concat()
            }
            Self::AnswerSetReport { id, error } => {
                [&SET_REPORT_REPLY.to_ne_bytes()[..], &id.to_ne_bytes(), &error.to_ne_bytes()].concat()
            }
        }
    }
}

fn create(identity: &Identity) -> Vec<u8> {
    let Identity { name, port, serial, vendor, product, version, vendor_answers: _ } = identity;
    let mut bytes = CREATE.to_ne_bytes().to_vec();
    bytes.extend_from_slice(&text::<128>(name));
    bytes.extend_from_slice(&text::<64>(port));
    bytes.extend_from_slice(&text::<64>(serial));
    bytes.extend_from_slice(&(REPORT_DESCRIPTOR.len() as u16).to_ne_bytes());
    bytes.extend_from_slice(&USB.to_ne_bytes());
    for number in [*vendor, *product, *version, 0] {
        bytes.extend_from_slice(&u32::from(number).to_ne_bytes());
    }
    bytes.extend_from_slice(&REPORT_DESCRIPTOR);
    bytes
}

/// As many whole characters of `text` as fit before a zero, up to the first zero in it.
fn text<const N: usize>(text: &str) -> [u8; N] {
    let mut field = [0; N];
    let text = text.split('\0').next().unwrap_or_default();
    let text = &text.as_bytes()[..text.floor_char_boundary(N - 1)];
    field[..text.len()].copy_from_slice(text);
    field
}
