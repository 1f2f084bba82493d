use std::sync::{Arc, Mutex};
use std::time::Duration;

use keyrig_ctap::message::get_info::Info;
use keyrig_ctap::message::{Descriptor, client_pin, credential_management};
use keyrig_ctap::{Command, Status, u2f};

use super::*;
use crate::device::{Device, LinkError};

/// A key that says what it is and answers the rest with success.
#[derive(Clone)]
struct Yes {
    info: Info,
    heard: Arc<Mutex<Vec<u8>>>,
}

impl Carrier for Yes {
    fn exchange(&mut self, message: &[u8], watch: &mut Watch<'_>) -> Result<Vec<u8>, LinkError> {
        self.heard.lock().unwrap().push(message[0]);
        watch.hear(true);
        watch.hear(true);
        let info = if message[0] == Command::GET_INFO.0 { self.info.encode() } else { Vec::new() };
        Ok([vec![Status::OK.0], info].concat())
    }

    fn exchange_u2f(&mut self, message: &[u8], _: &mut Watch<'_>) -> Result<Vec<u8>, LinkError> {
        self.heard.lock().unwrap().push(message[1]);
        Ok(vec![0x90, 0x00])
    }

    fn transport(&self) -> &'static str {
        "usb"
    }
}

/// How often somebody was asked, and told that it is over.
#[derive(Clone, Default)]
struct Counting(Arc<Mutex<(u8, u8)>>);

impl Person for Counting {
    fn asked(&mut self, name: &str) {
        assert_eq!(name, "a key");
        self.0.lock().unwrap().0 += 1;
    }

    fn done(&mut self) {
        self.0.lock().unwrap().1 += 1;
    }
}

fn key(options: &[(&str, bool)]) -> (RealKey, Arc<Mutex<Vec<u8>>>, Counting) {
    let options = options.iter().map(|(name, set)| ((*name).to_owned(), *set)).collect();
    let yes = Yes { info: Info { options, ..Info::default() }, heard: Arc::default() };
    let (heard, person) = (yes.heard.clone(), Counting::default());
    let named = ("hid:/dev/hidraw9".to_owned(), "a key".to_owned());
    let key = RealKey::open(Box::new(yes), named, Box::new(person.clone()), Interrupt::default()).unwrap();
    (key, heard, person)
}

fn pin_message(subcommand: client_pin::Subcommand) -> Vec<u8> {
    [vec![Command::CLIENT_PIN.0], client_pin::Request::new(subcommand).encode()].concat()
}

#[test]
fn nothing_lasting_is_sent_without_permission() {
    use client_pin::Subcommand as Pin;
    let delete = credential_management::Request {
        parameters: Some(
            credential_management::Parameters {
                credential: Some(Descriptor::public_key(&[1])),
                ..credential_management::Parameters::default()
            }
            .encode(),
        ),
        ..credential_management::Request::new(credential_management::Subcommand::DELETE_CREDENTIAL)
    };
    let harmful = [
        vec![Command::RESET.0],
        vec![Command::CONFIG.0, 0xa1, 0x01, 0x02],
        vec![Command::BIO_ENROLLMENT.0, 0xa2, 0x01, 0x01, 0x02, 0x06],
        vec![0x42],
        vec![Command::MAKE_CREDENTIAL.0, 0xff],
        pin_message(Pin::SET_PIN),
        pin_message(Pin::CHANGE_PIN),
        pin_message(Pin::GET_TOKEN_USING_PIN),
        [vec![Command::CREDENTIAL_MANAGEMENT.0], delete.encode()].concat(),
    ];
    let (mut guarded, heard, _) = key(&[("clientPin", true)]);
    for message in &harmful {
        let refused = guarded.transact(message);
        assert!(refused.is_err_and(|error| error.0.contains("nobody agreed to")), "{message:02x?}");
    }
    assert_eq!(*heard.lock().unwrap(), [Command::GET_INFO.0], "the key heard of none of it");
    let (mut allowed, heard, _) = key(&[("clientPin", true)]);
    allowed.allow_lasting_changes();
    assert!(allowed.transact(&harmful[0]).is_ok());
    assert_eq!(*heard.lock().unwrap(), [Command::GET_INFO.0, Command::RESET.0]);
}

#[test]
fn what_is_harmless_is_sent() {
    use client_pin::Subcommand as Pin;
    let (mut key, _, _) = key(&[]);
    for message in [
        vec![Command::GET_INFO.0],
        vec![Command::SELECTION.0],
        vec![Command::LARGE_BLOBS.0, 0xa2, 0x01, 0x01, 0x03, 0x00],
        pin_message(Pin::GET_PIN_RETRIES),
        pin_message(Pin::GET_KEY_AGREEMENT),
    ] {
        assert!(key.transact(&message).is_ok(), "{message:02x?}");
    }
}

#[test]
fn a_person_is_asked_once_for_each_request_and_told_when_it_is_over() {
    let (mut key, _, person) = key(&[]);
    key.transact(&[Command::SELECTION.0]).unwrap();
    assert_eq!(*person.0.lock().unwrap(), (1, 1));
    key.transact(&[Command::SELECTION.0]).unwrap();
    assert_eq!(*person.0.lock().unwrap(), (2, 2));
}

/// A key of U2F that nobody touches for a while.
struct Untouched {
    left: u32,
    heard: Arc<Mutex<u32>>,
}

impl Carrier for Untouched {
    fn exchange(&mut self, _: &[u8], _: &mut Watch<'_>) -> Result<Vec<u8>, LinkError> {
        Ok(vec![Status::INVALID_COMMAND.0])
    }

    fn exchange_u2f(&mut self, message: &[u8], _: &mut Watch<'_>) -> Result<Vec<u8>, LinkError> {
        if message == u2f::version() {
            return Ok(u2f::answer(u2f::VERSION.as_bytes(), u2f::StatusWord::NO_ERROR));
        }
        *self.heard.lock().unwrap() += 1;
        let touched = self.left == 0;
        self.left = self.left.saturating_sub(1);
        Ok(if touched { vec![0x90, 0x00] } else { vec![0x69, 0x85] })
    }

    fn transport(&self) -> &'static str {
        "usb"
    }
}

fn untouched(left: u32) -> (RealKey, Arc<Mutex<u32>>, Counting) {
    let (heard, person) = (Arc::default(), Counting::default());
    let key = Untouched { left, heard: Arc::clone(&heard) };
    let named = ("hid:/dev/hidraw9".to_owned(), "a key".to_owned());
    let key = RealKey::open(Box::new(key), named, Box::new(person.clone()), Interrupt::default()).unwrap();
    (key, heard, person)
}

#[test]
fn a_message_of_u2f_is_sent_again_until_there_is_a_touch_or_time_is_over() {
    let parameters = u2f::Parameters { challenge: [1; 32], application: [2; 32] };
    let (mut key, heard, person) = untouched(2);
    assert_eq!((key.info(), key.aaguid()), (&Info::of_u2f(), None));
    assert_eq!(key.transact_u2f(&parameters.register()), Ok(vec![0x90, 0x00]));
    assert_eq!((*heard.lock().unwrap(), *person.0.lock().unwrap()), (3, (1, 1)));

    let (mut key, heard, _) = untouched(u32::MAX);
    key.grant(Duration::ZERO);
    assert_eq!(key.transact_u2f(&parameters.register()), Ok(vec![0x69, 0x85]));
    assert_eq!(*heard.lock().unwrap(), 1);

    let (mut key, heard, person) = untouched(u32::MAX);
    let check = parameters.authenticate(u2f::Control::CHECK_ONLY, &[3]).unwrap();
    assert_eq!(key.transact_u2f(&check), Ok(vec![0x69, 0x85]), "the key handle is here");
    assert_eq!((*heard.lock().unwrap(), *person.0.lock().unwrap()), (1, (0, 0)));
}

#[test]
fn what_is_no_message_of_u2f_is_not_sent_without_permission() {
    let (mut key, heard, _) = untouched(0);
    for message in [&[0, 0xa4, 4, 0, 0, 0, 0][..], &[0x80, 1, 0, 0, 0, 0, 0], &[0, 4, 0, 0], &[], &[0]] {
        let refused = key.transact_u2f(message);
        assert!(refused.is_err_and(|error| error.0.contains("nobody agreed to")), "{message:02x?}");
    }
    assert_eq!(*heard.lock().unwrap(), 0);
    key.allow_lasting_changes();
    assert!(key.transact_u2f(&[0, 4, 0, 0]).is_ok());
}

#[test]
fn a_key_that_speaks_neither_ctap2_nor_u2f_is_not_opened() {
    struct Mute;
    impl Carrier for Mute {
        fn exchange(&mut self, _: &[u8], _: &mut Watch<'_>) -> Result<Vec<u8>, LinkError> {
            Ok(vec![Status::INVALID_COMMAND.0])
        }
        fn exchange_u2f(&mut self, _: &[u8], _: &mut Watch<'_>) -> Result<Vec<u8>, LinkError> {
            Ok(u2f::answer(&[], u2f::StatusWord::INS_NOT_SUPPORTED))
        }
        fn transport(&self) -> &'static str {
            "usb"
        }
    }
    let named = ("hid:/dev/hidraw9".to_owned(), "a key".to_owned());
    let opened = RealKey::open(Box::new(Mute), named, Box::new(Nobody), Interrupt::default());
    assert!(opened.is_err_and(|error| error.0.contains("neither getInfo nor U2F_VERSION")));
}

#[test]
fn nobody_can_foresee_what_hides_a_pin() {
    let (key, _, _) = key(&[]);
    assert_ne!(key.entropy(), None);
    assert_ne!(key.entropy(), key.entropy());
    assert_eq!(format!("{:?}", Pin::new("123456".to_owned())), "…");
}

#[test]
fn places_are_read_and_written() {
    for text in ["hid", "hid:/dev/hidraw3", "nfc", "nfc:ACS ACR1252", "socket:/run/key"] {
        assert_eq!(text.parse::<Place>().unwrap().to_string(), text);
    }
    for wrong in ["", "hid:", "socket", "socket:", "usb", "yubikey-5-nfc-5.7", "my.yaml"] {
        assert_eq!(wrong.parse::<Place>(), Err(PlaceError), "{wrong}");
    }
}

/// An authenticator of this process, as a key that is not emulated here.
struct Inside(crate::device::InProcess);

impl Carrier for Inside {
    fn exchange(&mut self, message: &[u8], _: &mut Watch<'_>) -> Result<Vec<u8>, LinkError> {
        self.0.transact(message)
    }

    fn exchange_u2f(&mut self, message: &[u8], _: &mut Watch<'_>) -> Result<Vec<u8>, LinkError> {
        self.0.transact_u2f(message)
    }

    fn transport(&self) -> &'static str {
        "usb"
    }
}

/// What is stored, read as anybody may.
fn stored(key: &mut RealKey) -> Vec<u8> {
    let answer = key.transact(&[Command::LARGE_BLOBS.0, 0xa2, 0x01, 0x19, 0x03, 0xc0, 0x03, 0x00]).unwrap();
    assert_eq!(answer[0], Status::OK.0);
    answer[1..].to_vec()
}

/// Stores an array: of no blob, or of one that is nobody's.
fn store(key: &mut RealKey, array: &[u8]) {
    let checksum: [u8; 32] = <sha2::Sha256 as sha2::Digest>::digest(array).into();
    let set = [array, &checksum[..16]].concat();
    let request = keyrig_ctap::message::large_blobs::Request {
        length: Some(set.len() as u64),
        set: Some(set),
        offset: Some(0),
        ..Default::default()
    };
    let answer = key.transact(&[vec![Command::LARGE_BLOBS.0], request.encode()].concat());
    assert_eq!(answer.as_deref(), Ok(&[Status::OK.0][..]));
}

#[test]
fn large_blobs_are_put_back_as_they_were_found() {
    for keeps in [false, true] {
        let inside = crate::device::InProcess::plug("yubikey-5-nfc-5.8", [1; 32]).unwrap();
        let named = ("hid:/dev/hidraw9".to_owned(), "a key".to_owned());
        let mut key = RealKey::open(Box::new(Inside(inside)), named, Box::new(Nobody), Interrupt::default()).unwrap();
        key.allow_lasting_changes();
        if keeps {
            key.keep_what_is_made();
        }
        let before = stored(&mut key);
        store(&mut key, &[0x81, 0xa3, 0x01, 0x41, 0x00, 0x02, 0x4c, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x03, 0x00]);
        let during = stored(&mut key);
        assert_ne!(during, before);
        key.tidy();
        assert_eq!(key.cleanliness().blobs, None);
        assert_eq!(stored(&mut key), if keeps { during } else { before }, "keeps: {keeps}");
    }
}
