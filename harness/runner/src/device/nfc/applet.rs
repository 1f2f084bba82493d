use std::thread;
use std::time::{Duration, Instant};

use keyrig_ctap::ctaphid::Keepalive;
use keyrig_ctap::iso7816::{
    BY_NAME, CANCEL, CHAINED, CLASS_CTAP, CLASS_ISO, Command, EXTENDED_RESPONSE, FIDO_APPLET, Instruction, POLLS,
    SHORT_DATA, StatusWord,
};

use keyrig_ctap::{Status, u2f};

use crate::device::LinkError;
use crate::device::real::{Carrier, Watch};

/// What a short command expects at most: as much as comes.
const SHORT_RESPONSE: usize = 256;

/// No answer is longer; a card that goes on is given up.
const LONGEST: usize = EXTENDED_RESPONSE;

/// A card that was told to cancel and goes on so long is given up.
const CANCELLED: Duration = Duration::from_secs(5);

/// Carries commands to a card and its responses back.
pub trait Reader: Send {
    /// Sends a command APDU; the response ends with two bytes of status.
    ///
    /// # Errors
    ///
    /// [`LinkError`] where the card is gone.
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, LinkError>;
}

/// The FIDO applet of a card.
pub struct Applet<R> {
    reader: R,
    /// What SELECT answered.
    version: String,
    /// Between two polls.
    pause: Duration,
    /// Whether commands in extended form are understood, as far as is known.
    extended: bool,
}

impl<R: Reader> Applet<R> {
    /// Selects the applet.
    ///
    /// # Errors
    ///
    /// [`LinkError`] where the card has none.
    pub fn select(mut reader: R, pause: Duration) -> Result<Self, LinkError> {
        let select = Command {
            class: CLASS_ISO,
            instruction: Instruction::SELECT,
            p1: BY_NAME,
            p2: 0,
            data: &FIDO_APPLET,
            expected: Some(SHORT_RESPONSE),
            extended: false,
        };
        let (version, status) = part(&mut reader, &select)?;
        if status != StatusWord::NO_ERROR {
            return Err(LinkError(format!("the card has no FIDO applet: it answered {status}")));
        }
        let version = String::from_utf8_lossy(&version).into_owned();
        Ok(Self { reader, version, pause, extended: true })
    }

    /// `FIDO_2_0`, or `U2F_V2` where it can do that, perhaps nothing else.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Sends a message under the head of a short command, in extended form where it is too long for the short one and the
    /// card understands that, else in a chain.
    fn ask(&mut self, head: Command<'static>, message: &[u8]) -> Result<(Vec<u8>, StatusWord), LinkError> {
        if message.len() > SHORT_DATA && self.extended {
            let whole = Command { data: message, expected: Some(EXTENDED_RESPONSE), extended: true, ..head };
            match self.whole(&whole)? {
                (_, StatusWord::WRONG_LENGTH | StatusWord::CLA_NOT_SUPPORTED) => self.extended = false,
                answer => return Ok(answer),
            }
        }
        let mut parts = message.chunks(SHORT_DATA).peekable();
        while let Some(data) = parts.next() {
            if parts.peek().is_none() {
                return self.whole(&Command { data, ..head });
            }
            let link = Command { class: head.class | CHAINED, data, expected: None, ..head };
            let (_, status) = part(&mut self.reader, &link)?;
            if status != StatusWord::NO_ERROR {
                return Ok((Vec::new(), status));
            }
        }
        self.whole(&head)
    }

    /// A command and the whole of its response.
    fn whole(&mut self, command: &Command<'_>) -> Result<(Vec<u8>, StatusWord), LinkError> {
        let (mut data, mut status) = part(&mut self.reader, command)?;
        while status.has_more() {
            let rest = match status.0 & 0xff {
                0 => SHORT_RESPONSE,
                rest => usize::from(rest),
            };
            let next = Command {
                class: CLASS_ISO,
                instruction: Instruction::GET_RESPONSE,
                p1: 0,
                expected: Some(rest),
                ..polling()
            };
            let (more, now) = part(&mut self.reader, &next)?;
            if more.is_empty() && now.has_more() || data.len() + more.len() > LONGEST {
                return Err(LinkError("the card's answer has no end".to_owned()));
            }
            data.extend(more);
            status = now;
        }
        Ok((data, status))
    }
}

impl<R: Reader> Carrier for Applet<R> {
    fn exchange(&mut self, message: &[u8], watch: &mut Watch<'_>) -> Result<Vec<u8>, LinkError> {
        let (mut data, mut status) = self.ask(polling(), message)?;
        let mut cancelled: Option<Instant> = None;
        while status == StatusWord::STATUS_UPDATE {
            watch.hear(data.first() == Some(&Keepalive::UP_NEEDED.0));
            if cancelled.is_some_and(|since| since.elapsed() > CANCELLED) {
                return Err(LinkError("it was told to cancel and goes on".to_owned()));
            }
            let cancels = watch.is_over() && cancelled.is_none();
            if cancels {
                cancelled = Some(Instant::now());
            }
            thread::sleep(self.pause);
            let p1 = if cancels { CANCEL } else { 0 };
            (data, status) = self.whole(&Command { instruction: Instruction::GETRESPONSE, p1, ..polling() })?;
        }
        match status {
            StatusWord::NO_ERROR if !data.is_empty() => Ok(data),
            StatusWord::NO_ERROR => Err(LinkError("the card answered nothing".to_owned())),
            StatusWord::CLA_NOT_SUPPORTED | StatusWord::INS_NOT_SUPPORTED if self.version == u2f::VERSION => {
                Ok(vec![Status::INVALID_COMMAND.0])
            }
            status => Err(LinkError(format!("the card answered {status}"))),
        }
    }

    fn exchange_u2f(&mut self, message: &[u8], _: &mut Watch<'_>) -> Result<Vec<u8>, LinkError> {
        let apdu = Command::parse(message).map_err(|status| LinkError(format!("the message is no APDU: {status}")))?;
        let head = Command { data: &[], expected: Some(SHORT_RESPONSE), extended: false, ..apdu };
        let (answer, status) = self.ask(head, apdu.data)?;
        Ok(u2f::answer(&answer, status))
    }

    fn transport(&self) -> &'static str {
        "nfc"
    }
}

/// An `NFCCTAP_MSG` of a platform that polls, in short form and without data.
const fn polling() -> Command<'static> {
    Command {
        class: CLASS_CTAP,
        instruction: Instruction::MSG,
        p1: POLLS,
        p2: 0,
        data: &[],
        expected: Some(SHORT_RESPONSE),
        extended: false,
    }
}

/// A command and its response as it comes: data and status.
fn part(reader: &mut impl Reader, command: &Command<'_>) -> Result<(Vec<u8>, StatusWord), LinkError> {
    let mut response = reader.transmit(&command.encode())?;
    let data =
        response.len().checked_sub(2).ok_or_else(|| LinkError("the card's response has no status".to_owned()))?;
    let status = response.split_off(data);
    Ok((response, StatusWord(u16::from_be_bytes([status[0], status[1]]))))
}
