//! ISO/IEC 7816-4 framing: command APDUs in short and in extended form, status words, and the parameters of the FIDO
//! applet (CTAP 2.3 §11.3).

use alloc::vec::Vec;

use crate::open::open_enum;

/// What the FIDO applet is selected by (CTAP 2.3 §11.3.3).
pub const FIDO_APPLET: [u8; 8] = [0xa0, 0, 0, 6, 0x47, 0x2f, 0, 1];

/// The class of SELECT, GET RESPONSE and U2F messages.
pub const CLASS_ISO: u8 = 0x00;

/// The class of the commands of CTAP (CTAP 2.3 §11.3.5.1).
pub const CLASS_CTAP: u8 = 0x80;

/// Set in the class of a command that goes on in the next one.
pub const CHAINED: u8 = 0x10;

/// P1 of a SELECT by name.
pub const BY_NAME: u8 = 0x04;

/// P1 of an `NFCCTAP_MSG` from a platform that polls by `NFCCTAP_GETRESPONSE` (CTAP 2.3 §11.3.7.1).
pub const POLLS: u8 = 0x80;

/// P1 of an `NFCCTAP_GETRESPONSE` that cancels.
pub const CANCEL: u8 = 0x11;

/// P1 of the `NFCCTAP_CONTROL` that ends the conversation (CTAP 2.3 §11.3.4).
pub const END: u8 = 0x01;

/// The longest data field of a short command.
pub const SHORT_DATA: usize = 255;

/// The most data that a short command expects.
const SHORT_RESPONSE: usize = 256;

/// The most data that an extended command expects.
pub const EXTENDED_RESPONSE: usize = 65_536;

open_enum! {
    /// INS of a command to the FIDO applet. U2F messages have [`crate::u2f::Instruction`]s.
    Instruction(u8, "{:#04x}") {
        /// A CTAP2 message.
        MSG = 0x10 => "NFCCTAP_MSG",
        /// Its answer, or how far it is.
        GETRESPONSE = 0x11 => "NFCCTAP_GETRESPONSE",
        /// The end of the conversation.
        CONTROL = 0x12 => "NFCCTAP_CONTROL",
        /// Select an applet.
        SELECT = 0xa4 => "SELECT",
        /// The next part of an answer that is too long for one response.
        GET_RESPONSE = 0xc0 => "GET RESPONSE",
    }
}

open_enum! {
    /// The last two bytes of each answer.
    StatusWord(u16, "{:#06x}") {
        /// Success.
        NO_ERROR = 0x9000 => "SW_NO_ERROR",
        /// The answer is not ready; ask again (CTAP 2.3 §11.3.5.2).
        STATUS_UPDATE = 0x9100 => "SW_STATUS_UPDATE",
        /// The length of the message is wrong.
        WRONG_LENGTH = 0x6700 => "SW_WRONG_LENGTH",
        /// A touch is needed; a check that found the key handle says so too. Also: not now.
        CONDITIONS_NOT_SATISFIED = 0x6985 => "SW_CONDITIONS_NOT_SATISFIED",
        /// The command is switched off, or no applet is selected.
        COMMAND_NOT_ALLOWED = 0x6986 => "SW_COMMAND_NOT_ALLOWED",
        /// The key handle is not of this authenticator and application.
        WRONG_DATA = 0x6a80 => "SW_WRONG_DATA",
        /// There is no such applet.
        NOT_FOUND = 0x6a82 => "SW_FILE_NOT_FOUND",
        /// P1 or P2 has a value nobody knows.
        WRONG_P1P2 = 0x6a86 => "SW_WRONG_P1P2",
        /// The instruction is not known.
        INS_NOT_SUPPORTED = 0x6d00 => "SW_INS_NOT_SUPPORTED",
        /// The class is not known.
        CLA_NOT_SUPPORTED = 0x6e00 => "SW_CLA_NOT_SUPPORTED",
        /// Anything else.
        UNKNOWN = 0x6f00 => "SW_UNKNOWN",
    }
}

impl StatusWord {
    /// `61xx`: `rest` bytes are still to be fetched, where 00 stands for 256 and more.
    pub const fn more(rest: usize) -> Self {
        if rest < SHORT_RESPONSE { Self(0x6100 | rest as u16) } else { Self(0x6100) }
    }

    /// Whether the rest of the answer is to be fetched by GET RESPONSE.
    pub const fn has_more(self) -> bool {
        self.0 >> 8 == 0x61
    }
}

/// A command APDU.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Command<'a> {
    /// CLA.
    pub class: u8,
    /// INS.
    pub instruction: Instruction,
    /// P1.
    pub p1: u8,
    /// P2.
    pub p2: u8,
    /// The data field, at most 65,535 bytes.
    pub data: &'a [u8],
    /// Ne: how much data the answer may have, in bytes; `None` where the command does not say.
    pub expected: Option<usize>,
    /// Whether the lengths are in extended form.
    pub extended: bool,
}

impl<'a> Command<'a> {
    /// Reads a command in short or extended form.
    ///
    /// # Errors
    ///
    /// [`StatusWord::WRONG_LENGTH`] where the lengths do not fit.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, StatusWord> {
        let Some((&[class, instruction, p1, p2], body)) = bytes.split_first_chunk::<4>() else {
            return Err(StatusWord::WRONG_LENGTH);
        };
        let (extended, length, rest) = match body {
            [] | [_] => (false, 0, body),
            [0, rest @ ..] if rest.len() == 2 => (true, 0, rest),
            [0, high, low, rest @ ..] => (true, usize::from(u16::from_be_bytes([*high, *low])), rest),
            [length, rest @ ..] => (false, usize::from(*length), rest),
        };
        let (data, le) = rest.split_at_checked(length).ok_or(StatusWord::WRONG_LENGTH)?;
        // A length of nothing is left out, with what it would count. python-fido2 spells it out before an extended Le, and
        // keys let it pass.
        if length == 0 && !matches!(body, [] | [_] | [0, _, _] | [0, 0, 0, _, _]) {
            return Err(StatusWord::WRONG_LENGTH);
        }
        let expected = expected(le, extended)?;
        Ok(Self { class, instruction: Instruction(instruction), p1, p2, data, expected, extended })
    }

    /// The command in extended form if it says so or its data is too long for the short one. Data beyond 65,535 bytes is
    /// cut off.
    pub fn encode(&self) -> Vec<u8> {
        let extended = self.extended || self.data.len() > SHORT_DATA;
        let data = self.data.get(..usize::from(u16::MAX)).unwrap_or(self.data);
        let mut out = Vec::from([self.class, self.instruction.0, self.p1, self.p2]);
        if extended {
            out.push(0);
        }
        if !data.is_empty() {
            let length = (data.len() as u16).to_be_bytes();
            out.extend_from_slice(if extended { &length } else { &length[1..] });
            out.extend_from_slice(data);
        }
        match self.expected {
            Some(expected) if extended => out.extend_from_slice(&(expected as u16).to_be_bytes()),
            Some(expected) => out.push(expected as u8),
            // An extended command without data needs its Le to be one.
            None if extended && data.is_empty() => out.extend_from_slice(&[0, 0]),
            None => {}
        }
        out
    }

    /// How much data one response to it may have, in bytes: what it expects, or what its form allows.
    pub fn room(&self) -> usize {
        let most = if self.extended { EXTENDED_RESPONSE } else { SHORT_RESPONSE };
        self.expected.unwrap_or(most)
    }
}

/// Le, where zero stands for the most.
fn expected(le: &[u8], extended: bool) -> Result<Option<usize>, StatusWord> {
    match *le {
        [] => Ok(None),
        [0] if !extended => Ok(Some(SHORT_RESPONSE)),
        [le] if !extended => Ok(Some(usize::from(le))),
        [0, 0] if extended => Ok(Some(EXTENDED_RESPONSE)),
        [high, low] if extended => Ok(Some(usize::from(u16::from_be_bytes([high, low])))),
        _ => Err(StatusWord::WRONG_LENGTH),
    }
}

/// An answer: data and the status word behind it.
pub fn answer(data: &[u8], status: StatusWord) -> Vec<u8> {
    [data, &status.0.to_be_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use alloc::vec;

    use proptest::prelude::*;

    use super::*;

    fn lengths(bytes: &[u8]) -> Result<(&[u8], Option<usize>, bool), StatusWord> {
        Command::parse(bytes).map(|command| (command.data, command.expected, command.extended))
    }

    #[test]
    fn each_case_of_the_standard_is_read() {
        assert_eq!(lengths(&[0, 3, 0, 0]), Ok((&[][..], None, false)));
        assert_eq!(lengths(&[0, 3, 0, 0, 7]), Ok((&[][..], Some(7), false)));
        assert_eq!(lengths(&[0, 3, 0, 0, 0]), Ok((&[][..], Some(256), false)));
        assert_eq!(lengths(&[0, 3, 0, 0, 0, 0, 0]), Ok((&[][..], Some(65_536), true)));
        assert_eq!(lengths(&[0, 3, 0, 0, 0, 1, 0]), Ok((&[][..], Some(256), true)));
        assert_eq!(lengths(&[0, 3, 0, 0, 0, 0, 0, 0, 0]), Ok((&[][..], Some(65_536), true)));
        assert_eq!(lengths(&[0, 1, 0, 0, 2, 7, 8]), Ok((&[7, 8][..], None, false)));
        assert_eq!(lengths(&[0, 1, 0, 0, 2, 7, 8, 9]), Ok((&[7, 8][..], Some(9), false)));
        assert_eq!(lengths(&[0, 1, 0, 0, 0, 0, 2, 7, 8]), Ok((&[7, 8][..], None, true)));
        assert_eq!(lengths(&[0, 1, 0, 0, 0, 0, 2, 7, 8, 1, 1]), Ok((&[7, 8][..], Some(257), true)));
    }

    #[test]
    fn lengths_that_do_not_fit_are_refused() {
        for bad in [
            &[0, 1, 0][..],
            &[0, 1, 0, 0, 3, 7, 8],
            &[0, 1, 0, 0, 1, 7, 8, 9],
            &[0, 1, 0, 0, 0, 0],
            &[0, 1, 0, 0, 0, 0, 0, 0],
            &[0, 1, 0, 0, 0, 0, 3, 7, 8],
            &[0, 1, 0, 0, 0, 0, 2, 7, 8, 9],
        ] {
            assert_eq!(lengths(bad), Err(StatusWord::WRONG_LENGTH), "{bad:02x?}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(
            (class, instruction, p1, p2) in any::<(u8, u8, u8, u8)>(),
            data in prop_oneof![prop::collection::vec(any::<u8>(), 0..600), Just(vec![5; 255]), Just(vec![5; 256])],
            expected in prop::option::of(1_usize..=256),
            extended in any::<bool>(),
        ) {
            let written = Command { class, instruction: Instruction(instruction), p1, p2, data: &data, expected, extended };
            let bytes = written.encode();
            let read = Command::parse(&bytes).unwrap();
            let extended = extended || data.len() > SHORT_DATA;
            let expected = expected.or((extended && data.is_empty()).then_some(EXTENDED_RESPONSE));
            prop_assert_eq!(read, Command { expected, extended, ..written });
        }

        #[test]
        fn any_bytes_are_a_command_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            if let Ok(command) = Command::parse(&bytes) {
                let written = command.encode();
                prop_assert_eq!(Command::parse(&written), Ok(command));
            }
        }
    }
}
