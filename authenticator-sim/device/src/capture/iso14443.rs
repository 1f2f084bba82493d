//! APDUs as Wireshark's `LINKTYPE_ISO_14443` has them: a pseudo-header of four bytes, and an I-block of ISO/IEC 14443-4
//! without its checksum.

use crate::transport::fault::Direction;

const VERSION: u8 = 0;
const TO_CARD: u8 = 0xfa;
const TO_READER: u8 = 0xfb;

/// The first byte of an I-block that is complete; its last bit counts blocks.
const I_BLOCK: u8 = 0x02;

/// An APDU as one block, the `turn`th exchange.
pub(super) fn block(turn: u64, direction: Direction, apdu: &[u8]) -> Vec<u8> {
    let event = match direction {
        Direction::ToKey => TO_CARD,
        Direction::ToHost => TO_READER,
    };
    let length = (apdu.len() + 1) as u16;
    let [high, low] = length.to_be_bytes();
    [&[VERSION, event, high, low, I_BLOCK | (turn & 1) as u8], apdu].concat()
}

/// The APDU that a packet carries, if it carries one.
pub(super) fn apdu_of(packet: &[u8]) -> Option<(Direction, Vec<u8>)> {
    let (&[version, event, _, _], data) = packet.split_first_chunk()?;
    let direction = match event {
        TO_CARD => Direction::ToKey,
        TO_READER => Direction::ToHost,
        _ => return None,
    };
    let (control, apdu) = data.split_first()?;
    (version == VERSION && control & !1 == I_BLOCK).then(|| (direction, apdu.to_vec()))
}
