//! pcapng: one interface a kind of link, described when its first frame comes.

use std::borrow::Cow;
use std::io::{self, Write};
use std::time::Duration;

use pcap_file::pcapng::blocks::enhanced_packet::EnhancedPacketBlock;
use pcap_file::pcapng::blocks::interface_description::{InterfaceDescriptionBlock, InterfaceDescriptionOption};
use pcap_file::pcapng::blocks::section_header::SectionHeaderBlock;
use pcap_file::pcapng::{Block, PcapNgBlock, PcapNgParser, PcapNgWriter};
use pcap_file::{DataLink, Endianness};

use super::iso14443::{Apdus, Blocks};
use super::{Carrier, Frame, ReadError, Trace, usbmon};

/// How each pcapng file begins.
const MAGIC: [u8; 4] = [0x0a, 0x0d, 0x0d, 0x0a];

pub(super) struct Writer<W: Write> {
    out: PcapNgWriter<Flushed<W>>,
    name: String,
    interfaces: Vec<Carrier>,
    /// How many frames have been written.
    written: u64,
    blocks: Blocks,
}

impl<W: Write> Writer<W> {
    pub(super) fn new(out: W, name: &str) -> io::Result<Self> {
        // The header of usbmon is in the order of the machine that wrote the section.
        let section = SectionHeaderBlock { endianness: Endianness::Little, ..SectionHeaderBlock::default() };
        let out = PcapNgWriter::with_section_header(Flushed(out), section).map_err(io::Error::other)?;
        Ok(Self { out, name: name.to_owned(), interfaces: Vec::new(), written: 0, blocks: Blocks::default() })
    }

    pub(super) fn write(&mut self, frame: &Frame) -> io::Result<()> {
        let interface = self.interface(frame)?;
        self.written += 1;
        match frame.carrier {
            Carrier::UsbHid => {
                // What the enumeration took is not taken again.
                let id = self.written + 0x100;
                for packet in usbmon::report(id, frame.at, frame.direction, &frame.bytes) {
                    self.packet(interface, frame.at, &packet)?;
                }
                Ok(())
            }
            Carrier::Nfc => {
                for packet in self.blocks.of(frame.direction, &frame.bytes) {
                    self.packet(interface, frame.at, &packet)?;
                }
                Ok(())
            }
        }
    }

    fn interface(&mut self, frame: &Frame) -> io::Result<u32> {
        if let Some(known) = self.interfaces.iter().position(|carrier| *carrier == frame.carrier) {
            return Ok(known as u32);
        }
        let linktype = match frame.carrier {
            Carrier::UsbHid => DataLink::USB_LINUX_MMAPPED,
            Carrier::Nfc => DataLink::ISO_14443,
        };
        let options = vec![InterfaceDescriptionOption::IfName(Cow::Owned(self.name.clone()))];
        self.block(&InterfaceDescriptionBlock { linktype, snaplen: 0, options }.into_block())?;
        self.interfaces.push(frame.carrier);
        let interface = self.interfaces.len() as u32 - 1;
        if frame.carrier == Carrier::UsbHid {
            for packet in usbmon::enumeration(frame.at) {
                self.packet(interface, frame.at, &packet)?;
            }
        }
        Ok(interface)
    }

    fn packet(&mut self, interface_id: u32, timestamp: Duration, data: &[u8]) -> io::Result<()> {
        let original_len = data.len() as u32;
        let data = Cow::Borrowed(data);
        self.block(
            &EnhancedPacketBlock { interface_id, timestamp, original_len, data, options: Vec::new() }.into_block(),
        )
    }

    fn block(&mut self, block: &Block<'_>) -> io::Result<()> {
        self.out.write_block(block).map_err(io::Error::other)?;
        self.out.get_mut().0.flush()
    }
}

/// Passes on what it is given; it is flushed once a block.
struct Flushed<W>(W);

impl<W: Write> Write for Flushed<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

pub(super) fn is_one(bytes: &[u8]) -> bool {
    bytes.starts_with(&MAGIC)
}

pub(super) fn read(bytes: &[u8]) -> Result<Trace, ReadError> {
    let (mut rest, mut parser) = PcapNgParser::new(bytes).map_err(|error| wrong(1, error))?;
    let (mut trace, mut apdus) = (Trace::default(), Apdus::default());
    let mut block = 1;
    while !rest.is_empty() {
        block += 1;
        let (after, parsed) = match parser.next_block(rest) {
            Ok(parsed) => parsed,
            Err(error) => {
                let Ok((after, _)) = parser.next_raw_block(rest) else {
                    // Where the next one begins, nobody knows.
                    let ends = is_cut_off(rest, parser.section().endianness);
                    let why = if ends { "the file ends in the middle of it".to_owned() } else { error.to_string() };
                    trace.damage.push(wrong(block, format!("{why}; {} bytes are not read", rest.len())));
                    break;
                };
                trace.damage.push(wrong(block, error));
                rest = after;
                continue;
            }
        };
        rest = after;
        match frame(&mut apdus, &parser, &parsed) {
            Ok(frame) => trace.frames.extend(frame),
            Err(why) => trace.damage.push(wrong(block, why)),
        }
    }
    Ok(trace)
}

/// Whether a block is longer than what is left of the file.
fn is_cut_off(rest: &[u8], order: Endianness) -> bool {
    let length = rest.get(4..8).and_then(|length| <[u8; 4]>::try_from(length).ok());
    let length = length.map(|length| match order {
        Endianness::Big => u32::from_be_bytes(length),
        Endianness::Little => u32::from_le_bytes(length),
    });
    length.is_none_or(|length| rest.len() < length as usize)
}

fn wrong(block: usize, why: impl ToString) -> ReadError {
    ReadError::Block { block, why: why.to_string() }
}

/// The frame in a block, if there is one.
fn frame(apdus: &mut Apdus, parser: &PcapNgParser, block: &Block<'_>) -> Result<Option<Frame>, String> {
    let packet = match block {
        Block::EnhancedPacket(packet) => packet,
        Block::Packet(_) | Block::SimplePacket(_) => {
            return Err("it is a packet of an old form, which is not read".to_owned());
        }
        Block::Unknown(block) if !MAY_BE_THERE.contains(&block.type_) => {
            return Err(format!("there is no block of type {:#x}", block.type_));
        }
        _ => return Ok(None),
    };
    let interface = parser.interfaces().get(packet.interface_id as usize).ok_or("it is a packet of no interface")?;
    let (carrier, come) = match interface.linktype {
        DataLink::USB_LINUX_MMAPPED => (Carrier::UsbHid, usbmon::report_of(&packet.data, parser.section().endianness)?),
        DataLink::ISO_14443 => (Carrier::Nfc, apdus.next(&packet.data)?),
        _ => return Ok(None),
    };
    Ok(come.map(|(direction, bytes)| Frame { at: packet.timestamp, carrier, direction, bytes }))
}

/// Blocks without packets that others write (draft-ietf-opsawg-pcapng): secrets, and what custom blocks are.
const MAY_BE_THERE: [u32; 3] = [0x0a, 0xbad, 0x4000_0bad];
