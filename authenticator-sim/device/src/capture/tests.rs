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
        assert_eq!(read(&written(&some(), pcapng)).unwrap(), some());
    }
}

#[test]
fn a_file_says_its_form_by_its_name() {
    let folder = std::env::temp_dir().join(format!("keyrig-capture-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    for (name, magic) in [("trace.pcapng", &[0x0a, 0x0d, 0x0d, 0x0a][..]), ("trace.jsonl", b"{\"keyrig_trace\":1")] {
        let path = folder.join(name);
        let mut capture = create(&path, "desk").unwrap();
        capture.write(&some()[0]).unwrap();
        let bytes = std::fs::read(&path).unwrap();
        assert!(bytes.starts_with(magic), "{name}");
        assert_eq!(read(&bytes).unwrap(), some()[..1], "it is there at once");
    }
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn what_is_wrong_is_said_with_its_place() {
    let good = String::from_utf8(written(&some(), false)).unwrap();
    let wrong = |text: &str| read(text.as_bytes()).unwrap_err().to_string();
    assert_eq!(wrong(""), "read line 1: the file is empty");
    assert!(wrong(&good.replacen("0707", "070", 1)).starts_with("read line 2: bytes: not an even number"));
    assert!(wrong(&good.replacen("\"at\"", "\"when\"", 1)).starts_with("read line 2: unknown field `when`"));
    assert_eq!(
        wrong(&good.replacen("\"keyrig_trace\":1", "\"keyrig_trace\":2", 1)),
        "read a trace of version 2: this keyrig knows version 1"
    );
    let mut block = written(&some(), true);
    let length = block.len();
    block[length - 1] ^= 1;
    assert!(read(&block).unwrap_err().to_string().starts_with("read block "), "the length at its end differs");
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
    assert!(usbmon::report_of(&packet).is_some());
    assert_eq!(usbmon::report_of(&packet[..127]), None, "63 bytes are none");
    packet.push(9);
    assert_eq!(usbmon::report_of(&packet), None, "nor are 65");
}

proptest! {
    #[test]
    fn a_trace_that_was_cut_off_gives_what_came_before(cut in 0_usize..4000, pcapng in any::<bool>()) {
        let whole = written(&some(), pcapng);
        let cut = cut.min(whole.len());
        if let Ok(frames) = read(&whole[..cut]) {
            prop_assert!(some().starts_with(&frames));
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
