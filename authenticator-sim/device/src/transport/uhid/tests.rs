use std::os::fd::OwnedFd;
use std::os::unix::net::UnixDatagram;
use std::path::Path;

use keyrig_ctap::ctaphid::REPORT_DESCRIPTOR;
use proptest::prelude::*;

use super::error::{Kernel, device_number, lists_uhid};
use super::*;

/// An event as the kernel sends it: its type, then what is written at these places, and zeros up to its full length.
fn event(kind: u32, fields: &[(usize, &[u8])]) -> Vec<u8> {
    let mut bytes = vec![0; event::LENGTH];
    bytes[..4].copy_from_slice(&kind.to_ne_bytes());
    for (at, field) in fields {
        bytes[*at..at + field.len()].copy_from_slice(field);
    }
    bytes
}

/// A report that a program wrote to hidraw: size and sort lie behind the longest data.
fn output(data: &[u8]) -> Vec<u8> {
    event(6, &[(4, data), (4100, &(data.len() as u16).to_ne_bytes()), (4102, &[1])])
}

fn numbered(number: u8, report: &[u8]) -> Vec<u8> {
    [&[number], report].concat()
}

/// A device whose kernel is the other socket.
fn pair() -> (Uhid, UnixDatagram) {
    let (device, kernel) = UnixDatagram::pair().unwrap();
    device.set_nonblocking(true).unwrap();
    kernel.set_nonblocking(true).unwrap();
    let device = Uhid::create(OwnedFd::from(device).into(), &Identity::neutral("1")).unwrap();
    (device, kernel)
}

fn heard(kernel: &UnixDatagram) -> Vec<u8> {
    let mut buffer = vec![0; event::LENGTH];
    let length = kernel.recv(&mut buffer).unwrap();
    buffer.truncate(length);
    buffer
}

#[test]
fn a_device_is_created_where_the_kernel_looks_for_each_field() {
    let identity = Identity { vendor: 0x1050, product: 0x0402, version: 0x0543, ..Identity::neutral("serial") };
    let bytes = Order::Create(&identity).encode();
    assert_eq!(bytes[..4], 11u32.to_ne_bytes());
    assert_eq!(&bytes[4..33], b"keyrig virtual authenticator\0");
    assert_eq!(&bytes[132..146], b"keyrig/serial\0");
    assert_eq!(&bytes[196..203], b"serial\0");
    assert_eq!(bytes[260..262], 34u16.to_ne_bytes());
    assert_eq!(bytes[262..264], 3u16.to_ne_bytes());
    assert_eq!(bytes[264..268], 0x1050u32.to_ne_bytes());
    assert_eq!(bytes[268..272], 0x0402u32.to_ne_bytes());
    assert_eq!(bytes[272..276], 0x0543u32.to_ne_bytes());
    assert_eq!(bytes[276..280], [0; 4]);
    assert_eq!(bytes[280..], REPORT_DESCRIPTOR);
}

#[test]
fn nobody_is_impersonated_by_default() {
    let identity = Identity::neutral("1");
    assert_eq!((identity.vendor, identity.product), (0x1209, 0x0001));
    assert!(!identity.name.to_lowercase().contains("yubi"));
}

#[test]
fn another_product_has_another_identity_and_a_neutral_one_stays_so() {
    let [old, new] = ["yubikey-5-nfc-5.4", "yubikey-5-nfc-5.7"].map(|id| crate::profiles::find(id).unwrap());
    let own = Identity::of_product("1", old).unwrap();
    assert_eq!(own.version, 0x0542);
    assert_eq!(own.upgraded(new), Identity::of_product("1", new).unwrap());
    assert_eq!(Identity::neutral("1").upgraded(new), Identity::neutral("1"));
}

#[test]
fn the_first_security_keys_have_a_number_of_their_own() {
    for (id, name, product) in [
        ("security-key-5.1", "Yubico Security Key by Yubico", 0x0120),
        ("security-key-nfc-5.2", "Yubico Security Key by Yubico", 0x0120),
        ("security-key-nfc-5.4", "Yubico YubiKey FIDO", 0x0402),
        ("yubikey-5-nfc-5.2", "Yubico YubiKey FIDO", 0x0402),
    ] {
        let identity = Identity::of_product("1", crate::profiles::find(id).unwrap()).unwrap();
        assert_eq!((identity.name.as_str(), identity.vendor, identity.product), (name, 0x1050, product), "{id}");
    }
}

#[test]
fn a_name_that_is_too_long_is_cut_between_characters() {
    let identity = Identity { name: "é".repeat(100), port: "a\0b".to_owned(), ..Identity::neutral("1") };
    let bytes = Order::Create(&identity).encode();
    assert_eq!(&bytes[4..130], "é".repeat(63).as_bytes());
    assert_eq!((&bytes[130..132], &bytes[132..135]), (&[0; 2][..], &b"a\0\0"[..]));
}

#[test]
fn events_are_read_from_where_the_kernel_puts_each_field() {
    let read = |bytes: &[u8]| format!("{:?}", Event::parse(bytes));
    assert_eq!(Event::parse(&event(2, &[(4, &4u64.to_ne_bytes())])), Ok(Event::Start { flags: 4 }));
    for (kind, expected) in [(3, Event::Stop), (4, Event::Open), (5, Event::Close), (77, Event::Unknown(77))] {
        assert_eq!(Event::parse(&event(kind, &[])), Ok(expected));
    }
    assert_eq!(Event::parse(&output(&[1, 2])), Ok(Event::Output { kind: ReportKind::OUTPUT, data: &[1, 2] }));
    let asked = event(9, &[(4, &7u32.to_ne_bytes()), (8, &[5, 0])]);
    assert_eq!(Event::parse(&asked), Ok(Event::GetReport { id: 7, number: 5, kind: ReportKind::FEATURE }));
    let set = event(13, &[(4, &7u32.to_ne_bytes()), (8, &[5, 2]), (10, &2u16.to_ne_bytes()), (12, &[8, 9])]);
    let expected = Event::SetReport { id: 7, number: 5, kind: ReportKind::INPUT, data: &[8, 9] };
    assert_eq!(Event::parse(&set), Ok(expected));
    let too_large = event(6, &[(4100, &4097u16.to_ne_bytes())]);
    assert_eq!(read(&too_large), format!("Err(Malformed {{ length: {} }})", event::LENGTH));
    let too_large = event(13, &[(10, &4097u16.to_ne_bytes())]);
    assert_eq!(Event::parse(&too_large), Err(Malformed { length: event::LENGTH }));
    assert_eq!(Event::parse(&output(&[1])[..4102]), Err(Malformed { length: 4102 }));
    assert_eq!(Event::parse(&[6, 0]), Err(Malformed { length: 2 }));
}

proptest! {
    #[test]
    fn any_bytes_are_an_event_or_none(
        kind in prop_oneof![0u32..16, any::<u32>()],
        bytes in proptest::collection::vec(any::<u8>(), 0..event::LENGTH),
        length in any::<u16>(),
    ) {
        let mut bytes = [&kind.to_ne_bytes()[..], &bytes].concat();
        let _ = Event::parse(&bytes);
        bytes.resize(event::LENGTH, 0);
        bytes[4100..4102].copy_from_slice(&length.to_ne_bytes());
        match Event::parse(&bytes) {
            Ok(Event::Output { data, .. } | Event::SetReport { data, .. }) => prop_assert!(data.len() <= 4096),
            Ok(_) => {}
            Err(malformed) => prop_assert_eq!(malformed.length, bytes.len()),
        }
    }

    #[test]
    fn a_report_travels_unchanged(start in any::<[u8; 32]>(), end in any::<[u8; 32]>()) {
        let report: Report = [start, end].concat().try_into().unwrap();
        let written = output(&numbered(0, &report));
        let Ok(Event::Output { data, .. }) = Event::parse(&written) else { panic!("it is an output") };
        prop_assert_eq!(unnumbered(data), Some(report));
        let sent = Order::Input(&report).encode();
        prop_assert_eq!(&sent[..6], &[&12u32.to_ne_bytes()[..], &64u16.to_ne_bytes()].concat()[..]);
        prop_assert_eq!(&sent[6..], &report[..]);
    }
}

#[tokio::test]
async fn reports_come_and_go_through_the_node() {
    let (mut device, kernel) = pair();
    assert_eq!(heard(&kernel)[..4], 11u32.to_ne_bytes());
    for quiet in [event(2, &[]), event(4, &[]), event(77, &[])] {
        kernel.send(&quiet).unwrap();
    }
    for odd in [numbered(1, &[9; 64]), numbered(0, &[9; 63]), numbered(0, &[9; 65]), Vec::new()] {
        kernel.send(&output(&odd)).unwrap();
    }
    let mut setting = output(&numbered(0, &[9; 64]));
    setting[4102] = ReportKind::FEATURE.0;
    kernel.send(&setting).unwrap();
    kernel.send(&output(&numbered(0, &[7; 64]))).unwrap();
    assert_eq!(device.receive().await.unwrap(), Some([7; 64]));
    device.send(&[8; 64]).await.unwrap();
    assert_eq!(heard(&kernel), Order::Input(&[8; 64]).encode());
    kernel.send(&event(5, &[])).unwrap();
    kernel.send(&event(3, &[])).unwrap();
    assert_eq!(device.receive().await.unwrap(), None);
}

#[tokio::test]
async fn whoever_asks_for_a_report_is_not_left_waiting() {
    let (mut device, kernel) = pair();
    heard(&kernel);
    kernel.send(&event(9, &[(4, &3u32.to_ne_bytes())])).unwrap();
    kernel.send(&event(13, &[(4, &4u32.to_ne_bytes())])).unwrap();
    kernel.send(&event(3, &[])).unwrap();
    assert_eq!(device.receive().await.unwrap(), None);
    let expected = [&10u32.to_ne_bytes()[..], &3u32.to_ne_bytes(), &5u16.to_ne_bytes(), &[0, 0]].concat();
    assert_eq!(heard(&kernel), expected);
    let expected = [&14u32.to_ne_bytes()[..], &4u32.to_ne_bytes(), &5u16.to_ne_bytes()].concat();
    assert_eq!(heard(&kernel), expected);
}

#[tokio::test]
async fn what_has_come_is_read_before_any_of_it_is_answered() {
    let (mut device, kernel) = pair();
    heard(&kernel);
    // As many as a socket keeps.
    let sent = (0..8u8).take_while(|number| kernel.send(&output(&numbered(0, &[*number; 64]))).is_ok()).count() as u8;
    assert!(sent > 2, "{sent}");
    assert_eq!(device.receive().await.unwrap(), Some([0; 64]));
    assert_eq!(device.waiting.len(), usize::from(sent) - 1);
    // What comes later is behind them.
    kernel.send(&output(&numbered(0, &[99; 64]))).unwrap();
    for number in (1..sent).chain([99]) {
        assert_eq!(device.receive().await.unwrap(), Some([number; 64]));
    }
}

#[tokio::test]
async fn an_event_that_is_cut_short_is_an_error() {
    let (mut device, kernel) = pair();
    kernel.send(&output(&[0; 65])[..100]).unwrap();
    assert_eq!(device.receive().await.unwrap_err().kind(), io::ErrorKind::InvalidData);
}

#[test]
fn each_problem_has_its_remedy() {
    let node = Path::new("/dev/uhid");
    let machine = |has_module, device| Kernel { release: "6.1.0".to_owned(), has_module, device };
    let found = |kind: io::ErrorKind, machine: &Kernel| Problem::found(node, &kind.into(), machine);
    let (loaded, there, bare) = (machine(true, Some((10, 239))), machine(true, None), machine(false, None));
    let (missing, denied, other) = (io::ErrorKind::NotFound, io::ErrorKind::PermissionDenied, io::ErrorKind::Other);
    for (kind, machine, remedy) in [
        (missing, &loaded, "sudo mknod --mode=600 /dev/uhid c 10 239 && sudo chown \"$(id -un)\" /dev/uhid"),
        (missing, &there, "sudo modprobe uhid"),
        (other, &there, "sudo modprobe uhid"),
        (denied, &there, "sudo chown \"$(id -un)\" /dev/uhid"),
        (denied, &loaded, "sudo chown \"$(id -un)\" /dev/uhid"),
        (other, &loaded, "sudo dmesg | tail"),
    ] {
        assert_eq!(found(kind, machine).remedy(), remedy, "{kind} {machine:?}");
    }
    let none = found(missing, &bare);
    assert_eq!(none.to_string(), "the kernel 6.1.0 has no module uhid");
    assert!(none.remedy().starts_with("sudo apt-get install linux-image-amd64"));
}

#[test]
fn the_machine_is_read_from_what_it_says() {
    assert!(lists_uhid("kernel/drivers/hid/hid.ko:\nkernel/drivers/hid/uhid.ko.xz: kernel/drivers/hid/hid.ko.xz\n"));
    assert!(lists_uhid("kernel/drivers/hid/uhid.ko\n"));
    assert!(!lists_uhid("kernel/drivers/hid/hid.ko: kernel/drivers/hid/uhid.ko\n"));
    assert!(!lists_uhid(""));
    assert_eq!(device_number("10:239\n"), Some((10, 239)));
    assert_eq!(device_number(""), None);
}

#[tokio::test]
async fn a_node_that_is_not_there_is_said_to_be_missing() {
    let folder = std::env::temp_dir().join("keyrig-no-such-folder");
    let error = Uhid::plug_at(&folder.join("uhid"), &Identity::neutral("1")).unwrap_err();
    assert!(!matches!(error.problem(), Problem::NotAllowed { .. }));
    assert!(error.to_string().starts_with("plug a virtual key in: "), "{error}");
    assert!(!error.remedy().is_empty());
}
