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
use super::{Carrier, Frame, ReadError, usbmon};
use crate::transport::fault::Direction;

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

pub(super) fn read(bytes: &[u8]) -> Result<Vec<Frame>, ReadError> {
    let wrong = |block: usize, why: &dyn ToString| ReadError::Block { block, why: why.to_string() };
    let (mut rest, mut parser) = PcapNgParser::new(bytes).map_err(|error| wrong(1, &error))?;
    let (mut frames, mut apdus) = (Vec::new(), Apdus::default());
    let mut block = 1;
    while !rest.is_empty() {
        block += 1;
        // What was being written when the program ended.
        let (after, parsed) = match parser.next_block(rest) {
            Ok(parsed) => parsed,
            Err(_) if is_cut_off(rest) => break,
            Err(error) => return Err(wrong(block, &error)),
        };
        rest = after;
        if let Block::EnhancedPacket(packet) = parsed {
            let interface = parser.interfaces().get(packet.interface_id as usize);
            let link = interface.ok_or_else(|| wrong(block, &"a packet of no interface"))?.linktype;
            frames.extend(frame(&mut apdus, link, packet.timestamp, &packet.data));
        }
    }
    Ok(frames)
}

/// Whether a block is longer than what is left of the file.
fn is_cut_off(rest: &[u8]) -> bool {
    match rest.get(4..8).and_then(|length| length.try_into().ok()) {
        Some(length) => rest.len() < u32::from_le_bytes(length) as usize,
        None => true,
    }
}

fn frame(apdus: &mut Apdus, link: DataLink, at: Duration, packet: &[u8]) -> Option<Frame> {
    let (carrier, (direction, bytes)): (Carrier, (Direction, Vec<u8>)) = match link {
        DataLink::USB_LINUX_MMAPPED => (Carrier::UsbHid, usbmon::report_of(packet)?),
        DataLink::ISO_14443 => (Carrier::Nfc, apdus.next(packet)?),
        _ => return None,
    };
    Some(Frame { at, carrier, direction, bytes })
}
