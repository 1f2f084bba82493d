use pcap_file::pcapng::PcapNgBlock as _;
use pcap_file::pcapng::PcapNgWriter;
use pcap_file::pcapng::blocks::enhanced_packet::EnhancedPacketBlock;
use pcap_file::pcapng::blocks::interface_description::InterfaceDescriptionBlock;
use pcap_file::pcapng::blocks::section_header::SectionHeaderBlock;
use pcap_file::{DataLink, Endianness};
use proptest::prelude::*;

use super::*;

fn frame(at: u64, carrier: Carrier, direction: Direction, bytes: &[u8]) -> Frame {
    Frame { at: Duration::from_micros(at), carrier, direction, bytes: bytes.to_vec() }
}

fn written(frames: &[Frame], pcapng: bool) -> Vec<u8> {
    let mut out = Vec::new();
    let mut form = if pcapng {
        Form::Pcapng(pcapng::Writer::new(&mut out, "desk").unwrap())
    } else {
        Form::Lines(lines::Writer::new(&mut out, "desk").unwrap())
    };
    frames.iter().for_each(|frame| form.write(frame).unwrap());
    drop(form);
    out
}

fn some() -> Vec<Frame> {
    let at = 1_780_000_000_000_000;
    vec![
        frame(at, Carrier::UsbHid, Direction::ToKey, &[7; 64]),
        frame(at + 1, Carrier::Nfc, Direction::ToKey, &[0, 0xa4, 4, 0]),
        frame(at + 2, Carrier::UsbHid, Direction::ToHost, &[8; 64]),
        frame(at + 1_000_003, Carrier::Nfc, Direction::ToHost, &[&[5; 600][..], &[0x90, 0]].concat()),
    ]
}

#[test]
fn what_is_written_is_read_in_either_form() {
    for pcapng in [false, true] {
        let trace = read(&written(&some(), pcapng)).unwrap();
        assert_eq!((trace.frames, trace.damage.len()), (some(), 0));
    }
}

#[test]
fn a_file_says_its_form_by_its_name() {
    let folder = tempfile::tempdir().unwrap();
    for (name, magic) in [("trace.pcapng", &[0x0a, 0x0d, 0x0d, 0x0a][..]), ("trace.jsonl", b"{\"keyrig_trace\":1")] {
        let path = folder.path().join(name);
        let mut capture = create(&path, "desk").unwrap();
        capture.write(&some()[0]).unwrap();
        let bytes = std::fs::read(&path).unwrap();
        assert!(bytes.starts_with(magic), "{name}");
        assert_eq!(read(&bytes).unwrap().frames, some()[..1], "it is there at once");
    }
}

#[test]
fn what_is_wrong_is_said_with_its_place() {
    let good = String::from_utf8(written(&some(), false)).unwrap();
    let wrong = |text: &str| read(text.as_bytes()).unwrap_err().to_string();
    assert_eq!(wrong(""), "read line 1: the file is empty");
    assert_eq!(
        wrong(&good.replacen("\"keyrig_trace\":1", "\"keyrig_trace\":2", 1)),
        "read a trace of version 2: this keyrig knows version 1"
    );
    let damaged = |text: &str| -> (usize, Vec<String>) {
        let trace = read(text.as_bytes()).unwrap();
        (trace.frames.len(), trace.damage.iter().map(ToString::to_string).collect())
    };
    let (read_still, said) = damaged(&good.replacen("0707", "070", 1).replacen("\"nfc\"", "\"nfd\"", 1));
    assert_eq!((read_still, said.len()), (2, 2), "{said:?}");
    assert!(said[0].starts_with("read line 2: bytes: not an even number"), "{said:?}");
    assert!(said[1].starts_with("read line 3: unknown variant `nfd`"), "{said:?}");
    assert_eq!(damaged(&good[..good.len() - 9]).1, ["read line 5: the file ends in the middle of it"]);
}

/// A trace on USB whose third report is damaged at `place` of its block.
fn damaged_at(place: usize, change: impl Fn(&mut u8)) -> Trace {
    let frames: Vec<Frame> = (0..4).map(|at| frame(at, Carrier::UsbHid, Direction::ToKey, &[at as u8; 64])).collect();
    let [before, whole] = [&frames[..2], &frames].map(|frames| written(frames, true));
    let mut bytes = whole;
    change(&mut bytes[before.len() + place]);
    read(&bytes).unwrap()
}

#[test]
fn a_block_that_is_damaged_is_told_and_the_others_are_read() {
    for (place, why) in [
        (0, "there is no block of type 0xff"),
        (8, "Invalid content for block"),
        (28 + 8, "there is no such transfer of USB"),
        (28 + 36, "another length than its data has"),
    ] {
        let trace = damaged_at(place, |byte| *byte = 0xff);
        let said: Vec<String> = trace.damage.iter().map(ToString::to_string).collect();
        assert!(said.len() == 1 && said[0].starts_with("read block 13 of the capture: "), "{place}: {said:?}");
        assert!(said[0].contains(why), "{place}: {said:?}");
        assert_eq!(trace.frames.len(), 3, "{place}: {said:?}");
    }
    for change in [1, 0x40] {
        let trace = damaged_at(4 + usize::from(change == 0x40), |length| *length ^= change);
        let said = trace.damage[0].to_string();
        assert!(said.starts_with("read block 13 of the capture: ") && said.ends_with(" bytes are not read"), "{said}");
        assert_eq!(trace.frames.len(), 2, "{said}");
    }
}

#[test]
fn a_capture_of_a_machine_of_the_other_order_is_read() {
    let mut out = Vec::new();
    let section = SectionHeaderBlock { endianness: Endianness::Big, ..SectionHeaderBlock::default() };
    let mut writer = PcapNgWriter::with_section_header(&mut out, section).unwrap();
    let linktype = DataLink::USB_LINUX_MMAPPED;
    writer.write_block(&InterfaceDescriptionBlock { linktype, snaplen: 0, options: Vec::new() }.into_block()).unwrap();
    let at = Duration::from_micros(1_780_000_000_000_000);
    let [mut packet, _] = usbmon::report(7, at, Direction::ToKey, &[9; 64]);
    packet[36..40].reverse();
    let (original_len, data) = (packet.len() as u32, packet.into());
    let block = EnhancedPacketBlock { interface_id: 0, timestamp: at, original_len, data, options: Vec::new() };
    writer.write_block(&block.into_block()).unwrap();
    let trace = read(&out).unwrap();
    assert!(trace.damage.is_empty(), "{:?}", trace.damage);
    assert_eq!(trace.frames, [frame(1_780_000_000_000_000, Carrier::UsbHid, Direction::ToKey, &[9; 64])]);
}

#[test]
fn nothing_is_written_behind_a_frame_that_could_not_be() {
    let (reader, writer) = io::pipe().unwrap();
    let out = BufWriter::new(File::from(std::os::fd::OwnedFd::from(writer)));
    let mut capture = Capture { form: Form::Lines(lines::Writer::new(out, "desk").unwrap()), ends: false };
    capture.write(&some()[0]).unwrap();
    drop(reader);
    assert_eq!(capture.write(&some()[1]).unwrap_err().kind(), io::ErrorKind::BrokenPipe);
    let after = capture.write(&some()[2]).unwrap_err().to_string();
    assert_eq!(after, "a frame before it could not be written");
}

#[test]
fn each_header_has_its_fields_where_wireshark_reads_them() {
    let at = Duration::new(5, 6_000);
    let [asked, completed] = usbmon::report(7, at, Direction::ToKey, &[9; 64]);
    assert_eq!((&asked[..8], &asked[8..12]), (&7_u64.to_le_bytes()[..], &[b'S', 1, 1, 2][..]));
    assert_eq!((&asked[16..24], &asked[24..28]), (&5_u64.to_le_bytes()[..], &6_u32.to_le_bytes()[..]));
    assert_eq!((&asked[32..36], &asked[36..40]), (&64_u32.to_le_bytes()[..], &64_u32.to_le_bytes()[..]));
    assert_eq!((asked[64..].to_vec(), completed[8], completed.len()), (vec![9; 64], b'C', 64));
}

#[test]
fn what_is_no_report_of_ours_is_passed_over() {
    let [mut packet, _] = usbmon::report(7, Duration::ZERO, Direction::ToKey, &[9; 64]);
    let order = Endianness::Little;
    assert!(usbmon::report_of(&packet, order).unwrap().is_some());
    assert!(usbmon::report_of(&packet[..127], order).is_err(), "the header says one more");
    packet.push(9);
    packet[36] += 1;
    assert_eq!(usbmon::report_of(&packet, order), Ok(None), "65 bytes are another device's");
}

proptest! {
    #[test]
    fn a_trace_that_was_cut_off_gives_what_came_before(cut in 0_usize..4000, pcapng in any::<bool>()) {
        let whole = written(&some(), pcapng);
        let cut = cut.min(whole.len());
        if let Ok(trace) = read(&whole[..cut]) {
            prop_assert!(some().starts_with(&trace.frames));
            let (cut_frames, whole_frames) = (trace.frames.len(), some().len());
            prop_assert!(trace.damage.len() <= 1);
            // A cut between two lines or blocks is seen by nobody.
            prop_assert!(cut_frames < whole_frames || trace.damage.is_empty() || cut < whole.len());
        }
        let head = if pcapng { 28 } else { whole.iter().position(|byte| *byte == b'\n').unwrap() + 1 };
        prop_assert_eq!(read(&whole[..cut]).is_ok(), cut >= head || (!pcapng && cut + 1 == head));
    }

    #[test]
    fn no_bytes_make_it_panic(mut bytes in prop::collection::vec(any::<u8>(), 0..400), pcapng in any::<bool>(), at in 0_usize..900) {
        let _ = read(&bytes);
        let mut changed = written(&some(), pcapng);
        let at = at.min(changed.len());
        changed.truncate(at);
        changed.append(&mut bytes);
        let _ = read(&changed);
    }
}

#[test]
fn apdus_are_put_together_to_messages() {
    let apdus: [(Direction, &[u8]); 8] = [
        (Direction::ToKey, &[0, 0xa4, 4, 0, 2, 0xa0, 0]),
        (Direction::ToHost, b"U2F_V2\x90\x00"),
        (Direction::ToKey, &[0x90, 0x10, 0x80, 0, 2, 6, 0xa1]),
        (Direction::ToHost, &[0x90, 0]),
        (Direction::ToKey, &[0x80, 0x10, 0x80, 0, 2, 1, 2, 0]),
        (Direction::ToHost, &[0, 0xa1, 0x61, 2]),
        (Direction::ToKey, &[0, 0xc0, 0, 0, 2]),
        (Direction::ToHost, &[1, 2, 0x90, 0]),
    ];
    let mut conversation = Conversation::default();
    let said: Vec<What> =
        apdus.iter().filter_map(|(direction, apdu)| conversation.hear(Carrier::Nfc, *direction, apdu)).collect();
    let [select, selected, request, response] = said.as_slice() else { panic!("{said:?}") };
    assert_eq!((select.ctap2(), selected.ctap2()), (None, None));
    assert_eq!(request.ctap2(), Some(&[6, 0xa1, 1, 2][..]));
    assert_eq!(response.ctap2(), Some(&[0, 0xa1, 1, 2][..]));
}
