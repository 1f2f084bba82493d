//! Reports as Linux's usbmon records them: a header of 64 bytes, `struct usbmon_packet`, and the data of a transfer.

use std::time::Duration;

use keyrig_ctap::ctaphid::{REPORT_DESCRIPTOR, REPORT_LENGTH};
use pcap_file::Endianness;

use crate::transport::fault::Direction;

const HEADER: usize = 64;
const SUBMIT: u8 = b'S';
const COMPLETE: u8 = b'C';
const ERROR: u8 = b'E';
const ISOCHRONOUS: u8 = 0;
const INTERRUPT: u8 = 1;
const CONTROL: u8 = 2;
const BULK: u8 = 3;
const IN: u8 = 0x80;
const ENDPOINT: u8 = 1;
const BUS: u16 = 1;
const DEVICE: u8 = 2;

/// `-EINPROGRESS`: what the status of a transfer is that has only been asked for.
const IN_PROGRESS: i32 = -115;

/// Where a control transfer asks the device and where it asks the interface for a descriptor, by kind.
const DESCRIPTORS: [(u8, u8); 3] = [(0x80, 1), (0x80, 2), (0x81, 0x22)];

/// The answers to these questions: a device with one interface, whose reports a FIDO client reads.
fn descriptor(kind: u8) -> Vec<u8> {
    let report = REPORT_LENGTH as u8;
    match kind {
        1 => vec![18, 1, 0, 2, 0, 0, 0, 64, 0x09, 0x12, 0x01, 0, 0, 0, 0, 0, 0, 1],
        2 => {
            let interface = [9, 4, 0, 0, 2, 3, 0, 0, 0];
            let hid = [9, 0x21, 0x11, 1, 0, 1, 0x22, REPORT_DESCRIPTOR.len() as u8, 0];
            let inward = [7, 5, IN | ENDPOINT, 3, report, 0, 5];
            let outward = [7, 5, ENDPOINT, 3, report, 0, 5];
            let whole = [&interface[..], &hid, &inward, &outward].concat();
            [&[9, 2, 9 + whole.len() as u8, 0, 1, 1, 0, 0x80, 50], whole.as_slice()].concat()
        }
        _ => REPORT_DESCRIPTOR.to_vec(),
    }
}

/// What a computer asks a device that it has just found: by it, Wireshark knows what the reports are.
pub(super) fn enumeration(at: Duration) -> Vec<Vec<u8>> {
    let ask = |(id, (target, kind)): (usize, &(u8, u8))| {
        let answer = descriptor(*kind);
        let setup = [*target, 6, 0, *kind, 0, 0, answer.len() as u8, 0];
        let question = Urb { id: id as u64, at, event: SUBMIT, transfer: CONTROL, endpoint: IN, setup: Some(setup) };
        let reply = Urb { event: COMPLETE, setup: None, ..question };
        [question.encode(None, answer.len()), reply.encode(Some(&answer), answer.len())]
    };
    DESCRIPTORS.iter().enumerate().flat_map(ask).collect()
}

/// A report, and its transfer's other half: each transfer is asked for and completed.
pub(super) fn report(id: u64, at: Duration, direction: Direction, report: &[u8]) -> [Vec<u8>; 2] {
    let endpoint = match direction {
        Direction::ToKey => ENDPOINT,
        Direction::ToHost => IN | ENDPOINT,
    };
    let asked = Urb { id, at, event: SUBMIT, transfer: INTERRUPT, endpoint, setup: None };
    let completed = Urb { event: COMPLETE, ..asked };
    let [first, last] = match direction {
        Direction::ToKey => [Some(report), None],
        Direction::ToHost => [None, Some(report)],
    };
    [asked.encode(first, report.len()), completed.encode(last, report.len())]
}

/// The report that a packet carries, if it carries one: devices and endpoints are not told apart. Numbers in it are in
/// the order of the machine that wrote the file.
pub(super) fn report_of(packet: &[u8], order: Endianness) -> Result<Option<(Direction, Vec<u8>)>, &'static str> {
    let (header, data) = packet.split_first_chunk::<HEADER>().ok_or("it is shorter than the header of usbmon")?;
    let captured = [header[36], header[37], header[38], header[39]];
    let captured = match order {
        Endianness::Big => u32::from_be_bytes(captured),
        Endianness::Little => u32::from_le_bytes(captured),
    };
    if captured as usize != data.len() {
        return Err("the header of usbmon says another length than its data has");
    }
    let direction = match (header[8], header[9], header[10] & IN) {
        (SUBMIT, INTERRUPT, 0) => Direction::ToKey,
        (COMPLETE, INTERRUPT, IN) => Direction::ToHost,
        (SUBMIT | COMPLETE | ERROR, ISOCHRONOUS..=BULK, _) => return Ok(None),
        _ => return Err("there is no such transfer of USB"),
    };
    Ok((data.len() == REPORT_LENGTH).then(|| (direction, data.to_vec())))
}

#[derive(Clone, Copy)]
struct Urb {
    id: u64,
    at: Duration,
    event: u8,
    transfer: u8,
    endpoint: u8,
    setup: Option<[u8; 8]>,
}

impl Urb {
    fn encode(&self, data: Option<&[u8]>, length: usize) -> Vec<u8> {
        let asked = self.event == SUBMIT;
        let missing = if self.endpoint & IN == 0 { b'>' } else { b'<' };
        let captured = data.map_or(0, <[u8]>::len) as u32;
        let mut out = Vec::with_capacity(HEADER + length);
        out.extend(self.id.to_le_bytes());
        out.extend([self.event, self.transfer, self.endpoint, DEVICE]);
        out.extend(BUS.to_le_bytes());
        out.extend([if self.setup.is_some() { 0 } else { b'-' }, if data.is_some() { 0 } else { missing }]);
        out.extend(self.at.as_secs().to_le_bytes());
        out.extend(self.at.subsec_micros().to_le_bytes());
        out.extend((if asked { IN_PROGRESS } else { 0 }).to_le_bytes());
        out.extend((length as u32).to_le_bytes());
        out.extend(captured.to_le_bytes());
        out.extend(self.setup.unwrap_or_default());
        // Interval, start frame, transfer flags, number of descriptors.
        out.extend([0; 16]);
        out.extend(data.unwrap_or_default());
        out
    }
}
