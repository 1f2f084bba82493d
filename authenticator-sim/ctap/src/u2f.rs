//! CTAP1/U2F raw messages (FIDO U2F Raw Message Formats 1.2): APDUs in, response data and a status word out.

use alloc::vec::Vec;

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

open_enum! {
    /// The last two bytes of each answer.
    StatusWord(u16, "{:#06x}") {
        /// Success.
        NO_ERROR = 0x9000 => "SW_NO_ERROR",
        /// The length of the message is wrong.
        WRONG_LENGTH = 0x6700 => "SW_WRONG_LENGTH",
        /// A touch is needed; a check that found the key handle says so too.
        CONDITIONS_NOT_SATISFIED = 0x6985 => "SW_CONDITIONS_NOT_SATISFIED",
        /// The command is switched off.
        COMMAND_NOT_ALLOWED = 0x6986 => "SW_COMMAND_NOT_ALLOWED",
        /// The key handle is not of this authenticator and application.
        WRONG_DATA = 0x6a80 => "SW_WRONG_DATA",
        /// P1 has a value nobody knows.
        WRONG_P1P2 = 0x6a86 => "SW_WRONG_P1P2",
        /// The instruction is not known.
        INS_NOT_SUPPORTED = 0x6d00 => "SW_INS_NOT_SUPPORTED",
        /// The class is not known.
        CLA_NOT_SUPPORTED = 0x6e00 => "SW_CLA_NOT_SUPPORTED",
        /// Anything else.
        UNKNOWN = 0x6f00 => "SW_UNKNOWN",
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
        let Some((&[class, instruction, p1, p2], body)) = bytes.split_first_chunk::<4>() else {
            return Err(StatusWord::WRONG_LENGTH);
        };
        Ok(Self { class, instruction: Instruction(instruction), p1, p2, data: data(body)? })
    }

    /// The APDU in extended form, with an Le of "as much as there is".
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::from([self.class, self.instruction.0, self.p1, self.p2, 0]);
        if !self.data.is_empty() {
            out.extend_from_slice(&(self.data.len() as u16).to_be_bytes());
            out.extend_from_slice(self.data);
        }
        out.extend_from_slice(&[0, 0]);
        out
    }
}

/// The data field behind the header.
fn data(body: &[u8]) -> Result<&[u8], StatusWord> {
    let (length, rest, expected) = match body {
        // Nothing, or an Le alone.
        [] | [_] | [0, _, _] => return Ok(&[]),
        [0, high, low, rest @ ..] => (usize::from(u16::from_be_bytes([*high, *low])), rest, 2),
        [length, rest @ ..] => (usize::from(*length), rest, 1),
    };
    let (data, le) = rest.split_at_checked(length).ok_or(StatusWord::WRONG_LENGTH)?;
    if length == 0 || !(le.is_empty() || le.len() == expected) {
        return Err(StatusWord::WRONG_LENGTH);
    }
    Ok(data)
}

/// An answer: data and the status word behind it.
pub fn answer(data: &[u8], status: StatusWord) -> Vec<u8> {
    [data, &status.0.to_be_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_and_extended_forms_are_read() {
        let apdu = |bytes| Apdu::parse(bytes).map(|apdu| apdu.data);
        assert_eq!(apdu(&[0, 3, 0, 0]), Ok(&[][..]));
        assert_eq!(apdu(&[0, 3, 0, 0, 0]), Ok(&[][..]));
        assert_eq!(apdu(&[0, 3, 0, 0, 0, 0, 0]), Ok(&[][..]));
        assert_eq!(apdu(&[0, 1, 0, 0, 2, 7, 8]), Ok(&[7, 8][..]));
        assert_eq!(apdu(&[0, 1, 0, 0, 2, 7, 8, 0]), Ok(&[7, 8][..]));
        assert_eq!(apdu(&[0, 1, 0, 0, 0, 0, 2, 7, 8, 0, 0]), Ok(&[7, 8][..]));
        for bad in [&[0, 1, 0][..], &[0, 1, 0, 0, 3, 7, 8], &[0, 1, 0, 0, 1, 7, 8, 9], &[0, 1, 0, 0, 0, 0, 3, 7, 8]] {
            assert_eq!(apdu(bad), Err(StatusWord::WRONG_LENGTH), "{bad:02x?}");
        }
        let own = Apdu { class: 0, instruction: Instruction::REGISTER, p1: 3, p2: 0, data: &[5; 64] };
        assert_eq!(Apdu::parse(&own.encode()), Ok(own));
    }
}
