//! Frames, made messages.

use std::mem;
use std::time::Duration;

use keyrig_ctap::ctaphid::{Command as Hid, ErrorCode, Keepalive, Message};
use keyrig_ctap::iso7816::{CHAINED, CLASS_CTAP, Command, Instruction, StatusWord};
use keyrig_ctap::u2f;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Carrier, Frame};
use crate::transport::Messages;
use crate::transport::fault::Direction;

/// The longest message that is put together of several APDUs, in bytes.
const LONGEST: usize = 1 << 16;

/// A message, whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// When its last frame went over the link, since 1970-01-01 UTC.
    pub at: Duration,
    /// Which way.
    pub direction: Direction,
    /// What it is.
    pub what: What,
}

/// A message by its kind of link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// A message of CTAPHID.
    Hid(Message),
    /// A command to a card, the data of its parts put together.
    Command {
        /// INS, which CLA gives its meaning.
        instruction: Instruction,
        /// Whether CLA is that of CTAP.
        ctap: bool,
        /// The data field.
        data: Vec<u8>,
    },
    /// The answer of a card, its parts put together.
    Answer {
        /// Its status word.
        status: StatusWord,
        /// Its data.
        data: Vec<u8>,
        /// Whether the data is the answer to a CTAP2 message.
        ctap: bool,
    },
    /// A frame that is no APDU.
    Rubbish(Vec<u8>),
}

impl What {
    /// Whom it is between: a channel of CTAPHID, or the reader and the card.
    pub fn channel(&self) -> String {
        match self {
            Self::Hid(message) => message.channel.to_string(),
            Self::Command { .. } | Self::Answer { .. } | Self::Rubbish(_) => "card".to_owned(),
        }
    }

    /// The name of its command or of its status word.
    pub fn name(&self) -> String {
        match self {
            Self::Hid(message) => message.command.to_string(),
            Self::Command { instruction, ctap: true, .. } => instruction.to_string(),
            Self::Command { instruction, ctap: false, .. } => {
                u2f::Instruction(instruction.0).name().map_or_else(|| instruction.to_string(), str::to_owned)
            }
            Self::Answer { status, .. } => status.to_string(),
            Self::Rubbish(_) => "no APDU".to_owned(),
        }
    }

    /// What it carries.
    pub fn payload(&self) -> &[u8] {
        match self {
            Self::Hid(message) => &message.payload,
            Self::Command { data, .. } | Self::Answer { data, .. } | Self::Rubbish(data) => data,
        }
    }

    /// What a key that is at work waits for, if it says no more than that.
    pub fn keepalive(&self) -> Option<Keepalive> {
        match self {
            Self::Hid(Message { command: Hid::KEEPALIVE, payload, .. })
            | Self::Answer { status: StatusWord::STATUS_UPDATE, data: payload, .. } => {
                payload.first().copied().map(Keepalive)
            }
            _ => None,
        }
    }

    /// The name of the one code that it carries: an error of CTAPHID, or what a key waits for.
    pub fn code(&self) -> Option<String> {
        match self {
            Self::Hid(Message { command: Hid::ERROR, payload, .. }) => {
                payload.first().map(|code| ErrorCode(*code).to_string())
            }
            _ => self.keepalive().map(|status| status.to_string()),
        }
    }

    /// What its payload is.
    pub fn carries(&self) -> Carries {
        match self {
            _ if self.ctap2().is_some() => Carries::Ctap2,
            Self::Hid(Message { command: Hid::MSG, .. }) => Carries::Apdu,
            Self::Command { .. } | Self::Answer { status: StatusWord::NO_ERROR, .. } => Carries::Data,
            Self::Hid(_) | Self::Answer { .. } | Self::Rubbish(_) => Carries::Other,
        }
    }

    /// The CTAP2 message in it: command byte or status byte, and parameters.
    pub fn ctap2(&self) -> Option<&[u8]> {
        match self {
            Self::Hid(Message { command: Hid::CBOR, payload, .. }) => Some(payload),
            Self::Command { instruction: Instruction::MSG, ctap: true, data }
            | Self::Answer { status: StatusWord::NO_ERROR, ctap: true, data } => Some(data),
            _ => None,
        }
    }
}

/// What the payload of a message is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Carries {
    /// A CTAP2 message: command byte or status byte, and parameters.
    Ctap2,
    /// A whole APDU of U2F, or a whole answer to one.
    Apdu,
    /// The data field of a command to a card, or of its answer.
    Data,
    /// Something else.
    #[default]
    Other,
}

/// Makes messages of frames.
#[derive(Debug, Default)]
pub struct Conversation {
    hid: Messages,
    card: Card,
}

/// What has come of an exchange with a card.
#[derive(Debug, Default)]
struct Card {
    command: Vec<u8>,
    answer: Vec<u8>,
    /// Whether the next answer only says that a part of a command has come.
    goes_on: bool,
    /// Whether a CTAP2 message waits for its answer.
    ctap: bool,
}

impl Conversation {
    /// The message that a frame completes. Acknowledgements of parts are passed over.
    pub fn hear(&mut self, carrier: Carrier, direction: Direction, bytes: &[u8]) -> Option<What> {
        match (carrier, direction) {
            (Carrier::UsbHid, _) => self.hid.hear(direction, bytes.try_into().ok()?).map(What::Hid),
            (Carrier::Nfc, Direction::ToKey) => self.card.command(bytes),
            (Carrier::Nfc, Direction::ToHost) => self.card.answer(bytes),
        }
    }

    /// The messages of a trace.
    pub fn of(frames: &[Frame]) -> impl Iterator<Item = Said> {
        let mut conversation = Self::default();
        frames.iter().filter_map(move |frame| {
            let &Frame { at, carrier, direction, ref bytes } = frame;
            conversation.hear(carrier, direction, bytes).map(|what| Said { at, direction, what })
        })
    }
}

impl Card {
    fn command(&mut self, bytes: &[u8]) -> Option<What> {
        let Ok(command) = Command::parse(bytes) else { return Some(What::Rubbish(bytes.to_vec())) };
        let ctap = command.class & !CHAINED == CLASS_CTAP;
        if command.instruction == Instruction::GET_RESPONSE {
            return None;
        }
        self.answer.clear();
        append(&mut self.command, command.data);
        self.goes_on = command.class & CHAINED != 0;
        if self.goes_on {
            return None;
        }
        self.ctap = ctap && matches!(command.instruction, Instruction::MSG | Instruction::GETRESPONSE);
        Some(What::Command { instruction: command.instruction, ctap, data: mem::take(&mut self.command) })
    }

    fn answer(&mut self, bytes: &[u8]) -> Option<What> {
        let Some((data, status)) = bytes.split_last_chunk() else { return Some(What::Rubbish(bytes.to_vec())) };
        let status = StatusWord(u16::from_be_bytes(*status));
        append(&mut self.answer, data);
        let acknowledged = mem::take(&mut self.goes_on) && status == StatusWord::NO_ERROR && data.is_empty();
        if acknowledged || status.has_more() {
            return None;
        }
        self.command.clear();
        Some(What::Answer { status, data: mem::take(&mut self.answer), ctap: self.ctap })
    }
}

fn append(all: &mut Vec<u8>, part: &[u8]) {
    if all.len() + part.len() <= LONGEST {
        all.extend_from_slice(part);
    }
}
