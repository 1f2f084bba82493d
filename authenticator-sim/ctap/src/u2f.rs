//! CTAP1/U2F raw messages (FIDO U2F Raw Message Formats 1.2): APDUs in, response data and a status word out.

mod answers;

use alloc::vec::Vec;

pub use answers::{Authentication, POINT_LENGTH, Registration};

use crate::iso7816::{self, Command};
pub use crate::iso7816::{StatusWord, answer};
use crate::open::open_enum;

/// What `U2F_VERSION` answers, and what getInfo calls it.
pub const VERSION: &str = "U2F_V2";

/// The longest key handle in bytes: its length is one byte.
pub const LONGEST_KEY_HANDLE: usize = u8::MAX as usize;

open_enum! {
    /// What an APDU asks.
    Instruction(u8, "{:#04x}") {
        /// Make a key.
        REGISTER = 0x01 => "U2F_REGISTER",
        /// Sign with a key.
        AUTHENTICATE = 0x02 => "U2F_AUTHENTICATE",
        /// Say which version is spoken.
        VERSION = 0x03 => "U2F_VERSION",
    }
}

open_enum! {
    /// The form of an authentication, P1 of its APDU.
    Control(u8, "{:#04x}") {
        /// Only say whether the key handle is here.
        CHECK_ONLY = 0x07 => "check-only",
        /// Sign after a touch.
        ENFORCE = 0x03 => "enforce-user-presence-and-sign",
        /// Sign without one.
        DONT_ENFORCE = 0x08 => "dont-enforce-user-presence-and-sign",
    }
}

/// A command APDU, in short or extended form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Apdu<'a> {
    /// CLA.
    pub class: u8,
    /// INS.
    pub instruction: Instruction,
    /// P1.
    pub p1: u8,
    /// P2.
    pub p2: u8,
    /// The data field.
    pub data: &'a [u8],
}

impl<'a> Apdu<'a> {
    /// Reads a command APDU of ISO 7816-4, short or extended, with or without Le.
    ///
    /// # Errors
    ///
    /// [`StatusWord::WRONG_LENGTH`] where the lengths do not fit.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, StatusWord> {
        let Command { class, instruction, p1, p2, data, .. } = Command::parse(bytes)?;
        Ok(Self { class, instruction: Instruction(instruction.0), p1, p2, data })
    }

    /// The APDU in extended form, with an Le of "as much as there is".
    pub fn encode(&self) -> Vec<u8> {
        let &Self { class, instruction, p1, p2, data } = self;
        let instruction = iso7816::Instruction(instruction.0);
        Command { class, instruction, p1, p2, data, expected: Some(iso7816::EXTENDED_RESPONSE), extended: true }
            .encode()
    }
}

/// What a registration and an authentication are about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parameters {
    /// The challenge parameter: SHA-256 of the client data.
    pub challenge: [u8; 32],
    /// The application parameter: SHA-256 of the AppID, or of the RP ID.
    pub application: [u8; 32],
}

impl Parameters {
    /// The two at the front of the data, and what follows; `None` where the data is too short for them.
    pub fn split(data: &[u8]) -> Option<(Self, &[u8])> {
        let (challenge, rest) = data.split_first_chunk::<32>()?;
        let (application, rest) = rest.split_first_chunk::<32>()?;
        Some((Self { challenge: *challenge, application: *application }, rest))
    }

    /// `U2F_REGISTER`, as an APDU.
    pub fn register(&self) -> Vec<u8> {
        apdu(Instruction::REGISTER, 0, &[&self.challenge, &self.application])
    }

    /// `U2F_AUTHENTICATE` with a key handle, as an APDU; `None` where no message can hold the handle.
    pub fn authenticate(&self, control: Control, key_handle: &[u8]) -> Option<Vec<u8>> {
        let length = u8::try_from(key_handle.len()).ok()?;
        Some(apdu(Instruction::AUTHENTICATE, control.0, &[&self.challenge, &self.application, &[length], key_handle]))
    }
}

/// Whether `answer` to `message` is that somebody has to touch the authenticator, and that the message is to be sent
/// again until then. A check answers with the same words, and means that the key handle is here.
pub fn asks_for_touch(message: &[u8], answer: &[u8]) -> bool {
    let wants = Apdu::parse(message).is_ok_and(|apdu| match apdu.instruction {
        Instruction::REGISTER => true,
        Instruction::AUTHENTICATE => Control(apdu.p1) == Control::ENFORCE,
        _ => false,
    });
    wants && answer == StatusWord::CONDITIONS_NOT_SATISFIED.0.to_be_bytes()
}

/// `U2F_VERSION`, as an APDU.
pub fn version() -> Vec<u8> {
    apdu(Instruction::VERSION, 0, &[])
}

fn apdu(instruction: Instruction, p1: u8, data: &[&[u8]]) -> Vec<u8> {
    Apdu { class: 0, instruction, p1, p2: 0, data: &data.concat() }.encode()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_read_as_it_is_written() {
        let register = Apdu { class: 0, instruction: Instruction::REGISTER, p1: 3, p2: 0, data: &[5; 64] };
        assert_eq!(Apdu::parse(&register.encode()), Ok(register));
        let version = Apdu { class: 0, instruction: Instruction::VERSION, p1: 0, p2: 0, data: &[] };
        assert_eq!(version.encode(), [0, 3, 0, 0, 0, 0, 0]);
        assert_eq!(Apdu::parse(&version.encode()), Ok(version));
        assert_eq!(Apdu::parse(&register.encode()[..60]), Err(StatusWord::WRONG_LENGTH));
    }

    #[test]
    fn both_messages_carry_their_parameters() {
        let parameters = Parameters { challenge: [1; 32], application: [2; 32] };
        let register = parameters.register();
        let register = Apdu::parse(&register).unwrap();
        assert_eq!(register.instruction, Instruction::REGISTER);
        assert_eq!(Parameters::split(register.data), Some((parameters, &[][..])));
        let check = parameters.authenticate(Control::CHECK_ONLY, &[9, 8]).unwrap();
        let check = Apdu::parse(&check).unwrap();
        assert_eq!((check.instruction, Control(check.p1)), (Instruction::AUTHENTICATE, Control::CHECK_ONLY));
        assert_eq!(Parameters::split(check.data), Some((parameters, &[2, 9, 8][..])));
        assert_eq!(Parameters::split(&check.data[..63]), None);
        let again = answer(&[], StatusWord::CONDITIONS_NOT_SATISFIED);
        let enforce = parameters.authenticate(Control::ENFORCE, &[9]).unwrap();
        assert!(asks_for_touch(&parameters.register(), &again) && asks_for_touch(&enforce, &again));
        let check = parameters.authenticate(Control::CHECK_ONLY, &[9]).unwrap();
        assert!(!asks_for_touch(&check, &again) && !asks_for_touch(&version(), &again));
        assert!(!asks_for_touch(&enforce, &answer(&[], StatusWord::WRONG_DATA)));
        assert!(parameters.authenticate(Control::ENFORCE, &[0; LONGEST_KEY_HANDLE]).is_some());
        assert_eq!(parameters.authenticate(Control::ENFORCE, &[0; LONGEST_KEY_HANDLE + 1]), None);
    }
}
