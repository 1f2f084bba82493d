//! APDUs as Wireshark's `LINKTYPE_ISO_14443` has them: a pseudo-header of four bytes, and a block of ISO/IEC 14443-4:2018
//! with its checksum. A long APDU comes in several blocks, each but the last acknowledged.

use crate::transport::fault::Direction;

const VERSION: u8 = 0;
const TO_CARD: u8 = 0xfe;
const TO_READER: u8 = 0xff;

/// The same for blocks whose checksum was left out.
const UNCHECKED_TO_CARD: u8 = 0xfa;
const UNCHECKED_TO_READER: u8 = 0xfb;

/// The length of a checksum, in bytes.
const CHECKSUM: usize = 2;

/// The first byte of an I-block; its last bit counts blocks.
const I_BLOCK: u8 = 0x02;

/// The APDU goes on in the next I-block.
const CHAINED: u8 = 0x10;

/// The first byte of an R-block that acknowledges; its last bit counts blocks.
const R_ACK: u8 = 0xa2;

/// The longest part of an APDU, in bytes: a frame of 256 without the first byte and the checksum.
const LONGEST: usize = 253;

/// Makes blocks of APDUs.
#[derive(Debug, Default)]
pub(super) struct Blocks {
    number: u8,
}

impl Blocks {
    /// The blocks of an APDU, and those of the other side between them.
    pub(super) fn of(&mut self, direction: Direction, apdu: &[u8]) -> Vec<Vec<u8>> {
        let mut blocks = Vec::new();
        let mut rest = apdu;
        while let Some((part, more)) = rest.split_at_checked(LONGEST).filter(|(_, more)| !more.is_empty()) {
            blocks.push(block(direction, I_BLOCK | CHAINED | self.number, part));
            // The card answers with the number that it was given, the reader with the next one.
            if direction == Direction::ToHost {
                self.number ^= 1;
            }
            blocks.push(block(other(direction), R_ACK | self.number, &[]));
            if direction == Direction::ToKey {
                self.number ^= 1;
            }
            rest = more;
        }
        blocks.push(block(direction, I_BLOCK | self.number, rest));
        if direction == Direction::ToHost {
            self.number ^= 1;
        }
        blocks
    }
}

/// Makes APDUs of blocks.
#[derive(Debug, Default)]
pub(super) struct Apdus {
    to_card: Vec<u8>,
    to_reader: Vec<u8>,
}

impl Apdus {
    /// The APDU that ends with this packet, if one does.
    pub(super) fn next(&mut self, packet: &[u8]) -> Result<Option<(Direction, Vec<u8>)>, &'static str> {
        let Some((&[VERSION, event, high, low], data)) = packet.split_first_chunk() else {
            return Err("it is no packet of ISO 14443 of version 0");
        };
        if usize::from(u16::from_be_bytes([high, low])) != data.len() {
            return Err("the header of ISO 14443 says another length than its data has");
        }
        let (direction, come) = match event {
            TO_CARD | UNCHECKED_TO_CARD => (Direction::ToKey, &mut self.to_card),
            TO_READER | UNCHECKED_TO_READER => (Direction::ToHost, &mut self.to_reader),
            _ => return Ok(None),
        };
        let data = match event {
            TO_CARD | TO_READER => data
                .split_last_chunk()
                .and_then(|(data, sum)| (checksum(data) == *sum).then_some(data))
                .ok_or("its checksum is wrong")?,
            _ => data,
        };
        let Some((control, part)) = data.split_first().filter(|(control, _)| **control & !(CHAINED | 1) == I_BLOCK)
        else {
            return Ok(None);
        };
        come.extend_from_slice(part);
        Ok((control & CHAINED == 0).then(|| (direction, std::mem::take(come))))
    }
}

fn block(direction: Direction, control: u8, part: &[u8]) -> Vec<u8> {
    let event = match direction {
        Direction::ToKey => TO_CARD,
        Direction::ToHost => TO_READER,
    };
    let data = [&[control], part].concat();
    let [high, low] = ((data.len() + CHECKSUM) as u16).to_be_bytes();
    [&[VERSION, event, high, low], data.as_slice(), &checksum(&data)].concat()
}

/// `CRC_A` of ISO/IEC 14443-3:2018, Annex B.
fn checksum(data: &[u8]) -> [u8; CHECKSUM] {
    let step = |crc: u16| if crc & 1 == 1 { crc >> 1 ^ 0x8408 } else { crc >> 1 };
    let crc = data.iter().fold(0x6363, |crc: u16, byte| (0..8).fold(crc ^ u16::from(*byte), |crc, _| step(crc)));
    crc.to_le_bytes()
}

const fn other(direction: Direction) -> Direction {
    match direction {
        Direction::ToKey => Direction::ToHost,
        Direction::ToHost => Direction::ToKey,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn controls(blocks: &[Vec<u8>]) -> Vec<(u8, u8)> {
        blocks.iter().map(|block| (block[1], block[4])).collect()
    }

    #[test]
    fn blocks_are_counted_and_acknowledged() {
        let mut blocks = Blocks::default();
        let request = blocks.of(Direction::ToKey, &[7; 2 * LONGEST]);
        assert_eq!(controls(&request), [(TO_CARD, 0x12), (TO_READER, 0xa2), (TO_CARD, 0x03)]);
        let response = blocks.of(Direction::ToHost, &[8; 2 * LONGEST + 1]);
        let expected = [(TO_READER, 0x13), (TO_CARD, 0xa2), (TO_READER, 0x12), (TO_CARD, 0xa3), (TO_READER, 0x03)];
        assert_eq!(controls(&response), expected);
        assert_eq!(controls(&blocks.of(Direction::ToKey, &[])), [(TO_CARD, 0x02)]);
    }

    #[test]
    fn checksums_are_those_of_the_standards_examples() {
        assert_eq!(checksum(&[0x00, 0x00]), [0xa0, 0x1e]);
        assert_eq!(checksum(&[0x12, 0x34]), [0x26, 0xcf]);
    }

    #[test]
    fn blocks_without_a_checksum_are_read_too() {
        let packet = [VERSION, UNCHECKED_TO_READER, 0, 3, I_BLOCK, 0x90, 0x00];
        assert_eq!(Apdus::default().next(&packet), Ok(Some((Direction::ToHost, vec![0x90, 0x00]))));
        assert_eq!(Apdus::default().next(&[VERSION, TO_READER, 0, 1, I_BLOCK]), Err("its checksum is wrong"));
    }

    #[test]
    fn apdus_of_any_length_come_out_as_they_went_in() {
        let (mut blocks, mut apdus) = (Blocks::default(), Apdus::default());
        for length in [0, 1, LONGEST - 1, LONGEST, LONGEST + 1, 3 * LONGEST, 65_538] {
            for direction in [Direction::ToKey, Direction::ToHost] {
                let apdu: Vec<u8> = (0..length).map(|at| at as u8).collect();
                let made = blocks.of(direction, &apdu);
                assert!(made.iter().all(|block| block.len() <= 4 + 256), "{length}");
                let read: Vec<_> = made.iter().filter_map(|block| apdus.next(block).unwrap()).collect();
                assert_eq!(read, [(direction, apdu)]);
            }
        }
    }
}
