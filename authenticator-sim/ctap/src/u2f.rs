//! CTAP1/U2F raw messages (FIDO U2F Raw Message Formats 1.2): APDUs in, response data and a status word out.

use alloc::vec::Vec;

use crate::iso7816::{self, Command};
pub use crate::iso7816::{StatusWord, answer};
use crate::open::open_enum;

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
}
