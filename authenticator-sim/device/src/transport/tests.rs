//! Authenticators over a pair of sockets, on a clock that runs as fast as nothing happens.

use std::io;
use std::sync::mpsc;
use std::time::Duration;

use keyrig_core::ctaphid::Driver;
use keyrig_core::entropy::Seeded;
use keyrig_core::provider::Deterministic;
use keyrig_core::seal::Honest;
use keyrig_core::{Ask, Change, Gesture, Prompt};
use keyrig_ctap::cose::Algorithm;
use keyrig_ctap::ctaphid::{Assembly, Capabilities, Channel, Command, Keepalive, Message, Packet, Progress, Welcome};
use keyrig_ctap::message::get_info::Info;
use keyrig_ctap::message::make_credential::{Options, Parameter, Request, Response};
use keyrig_ctap::message::{PUBLIC_KEY, RelyingParty, User};
use keyrig_ctap::{Status, command};
use tokio::sync::mpsc::{Sender, channel};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep};

use super::{Control, Link, Socket, Surroundings, serve};
use crate::{assemble, profiles};

/// What the surroundings of an authenticator notice.
#[derive(Debug, PartialEq, Eq)]
enum Notice {
    Asked(Option<Ask>),
    Winked,
    Written,
}

struct Desk {
    notices: mpsc::Sender<Notice>,
    writes: bool,
}

impl Surroundings for Desk {
    fn asked(&mut self, prompt: Option<Prompt>) {
        let _ = self.notices.send(Notice::Asked(prompt.map(|prompt| prompt.ask)));
    }

    fn winked(&mut self) {
        let _ = self.notices.send(Notice::Winked);
    }

    fn write(&mut self, _: &Change) -> io::Result<()> {
        let _ = self.notices.send(Notice::Written);
        if self.writes { Ok(()) } else { Err(io::ErrorKind::StorageFull.into()) }
    }
}

/// A program that speaks to an authenticator.
struct Application {
    link: Socket,
    controls: Sender<Control>,
    notices: mpsc::Receiver<Notice>,
    served: JoinHandle<io::Result<Driver>>,
}

impl Application {
    /// Plugs a YubiKey in.
    fn plug() -> Self {
        Self::plug_profile("yubikey-5-nfc-5.7", true)
    }

    fn plug_profile(id: &str, writes: bool) -> Self {
        let profile = profiles::find(id).unwrap();
        let entropy = Box::new(Seeded::new([7; 32]));
        let driver = Driver::new(assemble(profile, Box::new(Deterministic), entropy, Box::new(Honest)));
        let (link, device) = Socket::pair().unwrap();
        let (controls, controlled) = channel(4);
        let (said, notices) = mpsc::channel();
        let served = tokio::spawn(serve(device, driver, controlled, Desk { notices: said, writes }));
        Self { link, controls, notices, served }
    }

    async fn send(&mut self, channel: Channel, command: Command, payload: &[u8]) {
        let message = Message { channel, command, payload: payload.to_vec() };
        for report in message.fragment().unwrap() {
            self.link.send(&report).await.unwrap();
        }
    }

    /// The next message; `None` where the authenticator is gone.
    async fn receive(&mut self) -> Option<Message> {
        let mut partial: Option<Assembly> = None;
        loop {
            let progress = match (Packet::from(&self.link.receive().await.unwrap()?), partial.take()) {
                (Packet::Initialization(packet), None) => Assembly::begin(&packet).unwrap(),
                (Packet::Continuation(packet), Some(assembly)) => assembly.accept(&packet).unwrap(),
                (packet, partial) => panic!("{packet:?} after {partial:?}"),
            };
            match progress {
                Progress::Complete(message) => return Some(message),
                Progress::Partial(assembly) => partial = Some(assembly),
            }
        }
    }

    async fn open(&mut self) -> Welcome {
        self.send(Channel::BROADCAST, Command::INIT, &[1; 8]).await;
        let answer = self.receive().await.unwrap();
        assert_eq!((answer.channel, answer.command), (Channel::BROADCAST, Command::INIT));
        Welcome::parse(&answer.payload).unwrap()
    }

    /// The answer to a request, and the keepalives before it.
    async fn answer(&mut self) -> (usize, Message) {
        let mut keepalives = 0;
        loop {
            let message = self.receive().await.unwrap();
            if message.command != Command::KEEPALIVE {
                return (keepalives, message);
            }
            keepalives += 1;
        }
    }

    async fn control(&self, control: Control) {
        self.controls.send(control).await.unwrap();
    }

    fn noticed(&self) -> Vec<Notice> {
        self.notices.try_iter().collect()
    }
}

fn make_credential() -> Vec<u8> {
    make_credential_with(Options::default())
}

fn make_credential_with(options: Options) -> Vec<u8> {
    let request = Request {
        client_data_hash: [0xcd; 32],
        rp: RelyingParty { id: "example.org".to_owned(), name: None },
        user: User { id: vec![1], name: Some("alice".to_owned()), display_name: None },
        parameters: vec![Parameter { algorithm: Algorithm::ES256, kind: PUBLIC_KEY.to_owned() }],
        exclude_list: None,
        extensions: None,
        options,
        pin_uv_auth_param: None,
        pin_uv_auth_protocol: None,
        enterprise_attestation: None,
        attestation_formats: None,
    };
    [&[command::Command::MAKE_CREDENTIAL.0], &request.encode()[..]].concat()
}

#[tokio::test(start_paused = true)]
async fn a_key_says_what_it_is() {
    let mut application = Application::plug();
    let welcome = application.open().await;
    assert_eq!(welcome.version, [5, 7, 1]);
    assert!(welcome.capabilities.contains(Capabilities::WINK | Capabilities::CBOR));
    application.send(welcome.channel, Command::CBOR, &[command::Command::GET_INFO.0]).await;
    let (_, answer) = application.answer().await;
    let (status, info) = answer.payload.split_first().unwrap();
    assert_eq!(Status(*status), Status::OK);
    let aaguid = profiles::find("yubikey-5-nfc-5.7").unwrap().aaguid;
    assert_eq!(Info::decode(info).unwrap().aaguid, aaguid);
    assert!(answer.payload.len() > 57, "it came in several packets");
}

#[tokio::test(start_paused = true)]
async fn each_profile_tells_beforehand_what_it_speaks() {
    let mut found = std::collections::BTreeMap::new();
    for profile in profiles::all() {
        let mut application = Application::plug_profile(&profile.id, true);
        let told = application.open().await;
        application.send(told.channel, Command::CBOR, &[command::Command::GET_INFO.0]).await;
        let ctap2 = application.answer().await.1;
        application.send(told.channel, Command::MSG, &[0, 3, 0, 0, 0, 0, 0]).await;
        let u2f = application.receive().await.unwrap();
        let speaks = (ctap2.payload[0] == Status::OK.0, u2f.payload.ends_with(b"U2F_V2\x90\0"));
        let expected = match speaks {
            (true, true) => Capabilities::WINK | Capabilities::CBOR,
            (true, false) => Capabilities::WINK | Capabilities::CBOR | Capabilities::NMSG,
            (false, _) => Capabilities::WINK,
        };
        assert_eq!(told.capabilities, expected, "{}", profile.id);
        let versions = &profile.get_info.versions;
        let tells = |known: fn(&str) -> bool| versions.iter().any(|version| known(version));
        assert_eq!(speaks.0, tells(|version| version.starts_with("FIDO_")), "{}", profile.id);
        assert!(!speaks.1 || tells(|version| version == "U2F_V2"), "{}", profile.id);
        *found.entry(speaks).or_insert(0) += 1;
    }
    assert!(found[&(true, true)] > 40 && found[&(true, false)] > 40 && found[&(false, true)] > 0, "{found:?}");
}

#[tokio::test(start_paused = true)]
async fn a_credential_is_made_when_the_touch_comes() {
    let mut application = Application::plug();
    let channel = application.open().await.channel;
    let begin = Instant::now();
    application.send(channel, Command::CBOR, &make_credential()).await;
    let controls = application.controls.clone();
    tokio::spawn(async move {
        sleep(Duration::from_millis(2050)).await;
        controls.send(Control::Gesture(Gesture::Touch)).await.unwrap();
    });
    let first = application.receive().await.unwrap();
    assert_eq!((first.command, first.payload), (Command::KEEPALIVE, vec![Keepalive::UP_NEEDED.0]));
    assert_eq!(application.noticed(), [Notice::Asked(Some(Ask::Presence))]);
    let (keepalives, answer) = application.answer().await;
    assert!((20..=22).contains(&keepalives), "{keepalives}");
    assert!((2050..2100).contains(&begin.elapsed().as_millis()), "{:?}", begin.elapsed());
    let (status, response) = answer.payload.split_first().unwrap();
    assert_eq!(Status(*status), Status::OK);
    assert_eq!(Response::decode(response).unwrap().format, "packed");
    assert_eq!(application.noticed(), [Notice::Written, Notice::Asked(None)]);
}

#[tokio::test(start_paused = true)]
async fn a_cancel_takes_the_question_back() {
    let mut application = Application::plug();
    let channel = application.open().await.channel;
    application.send(channel, Command::CBOR, &make_credential()).await;
    sleep(Duration::from_millis(350)).await;
    application.send(channel, Command::CANCEL, &[]).await;
    let (keepalives, answer) = application.answer().await;
    assert_eq!((keepalives, answer.payload), (4, vec![Status::KEEPALIVE_CANCEL.0]));
    assert_eq!(application.noticed(), [Notice::Asked(Some(Ask::Presence)), Notice::Asked(None)]);
}

#[tokio::test(start_paused = true)]
async fn the_wrong_finger_is_not_the_last_one() {
    let mut application = Application::plug_profile("icloud-keychain", true);
    let channel = application.open().await.channel;
    let verified = make_credential_with(Options { rk: Some(true), uv: Some(true), ..Options::default() });
    let question = || [Notice::Asked(Some(Ask::Verification)), Notice::Written, Notice::Asked(None)];
    for (gesture, status) in [(Gesture::FailVerification, Status::OPERATION_DENIED), (Gesture::Verify, Status::OK)] {
        application.send(channel, Command::CBOR, &verified).await;
        application.receive().await.unwrap();
        application.control(Control::Gesture(gesture)).await;
        assert_eq!(Status(application.answer().await.1.payload[0]), status);
        assert_eq!(application.noticed(), question());
    }
}

#[tokio::test(start_paused = true)]
async fn a_wink_reaches_the_user() {
    let mut application = Application::plug();
    let channel = application.open().await.channel;
    application.send(channel, Command::WINK, &[]).await;
    assert_eq!(application.answer().await.1.command, Command::WINK);
    assert_eq!(application.noticed(), [Notice::Winked]);
}

#[tokio::test(start_paused = true)]
async fn a_key_stays_when_nobody_is_there_to_touch_it() {
    let mut application = Application::plug();
    let channel = application.open().await.channel;
    let (controls, _) = tokio::sync::mpsc::channel(1);
    drop(std::mem::replace(&mut application.controls, controls));
    application.send(channel, Command::CBOR, &make_credential()).await;
    let (keepalives, answer) = application.answer().await;
    assert_eq!(answer.payload, [Status::USER_ACTION_TIMEOUT.0]);
    assert!((295..=300).contains(&keepalives), "{keepalives}");
}

#[tokio::test(start_paused = true)]
async fn a_key_that_is_pulled_out_answers_nothing_more() {
    let mut application = Application::plug();
    let channel = application.open().await.channel;
    application.send(channel, Command::CBOR, &make_credential()).await;
    application.receive().await.unwrap();
    application.control(Control::Unplug).await;
    assert_eq!(application.receive().await, None);
    let driver = application.served.await.unwrap().unwrap();
    assert_eq!(driver.authenticator().state().credentials().count(), 0);
    assert_eq!(application.notices.try_iter().last(), Some(Notice::Asked(None)));
}

#[tokio::test(start_paused = true)]
async fn a_power_cycle_closes_the_channels() {
    let mut application = Application::plug();
    let channel = application.open().await.channel;
    application.send(channel, Command::CBOR, &make_credential()).await;
    application.receive().await.unwrap();
    application.control(Control::PowerCycle).await;
    sleep(Duration::from_secs(1)).await;
    application.send(channel, Command::PING, &[]).await;
    assert_eq!(application.answer().await.1.command, Command::ERROR);
    assert_eq!(application.open().await.channel, channel);
}

#[tokio::test(start_paused = true)]
async fn a_key_is_done_when_its_link_is_gone() {
    let application = Application::plug();
    drop(application.link);
    assert!(application.served.await.unwrap().is_ok());
}

#[tokio::test(start_paused = true)]
async fn a_change_that_is_not_written_is_not_answered() {
    let mut application = Application::plug_profile("yubikey-5-nfc-5.7", false);
    let channel = application.open().await.channel;
    application.send(channel, Command::CBOR, &make_credential()).await;
    application.receive().await.unwrap();
    application.control(Control::Gesture(Gesture::Touch)).await;
    while let Some(message) = application.receive().await {
        assert_eq!(message.command, Command::KEEPALIVE);
    }
    let error = application.served.await.unwrap().err().unwrap();
    assert_eq!(error.kind(), io::ErrorKind::StorageFull);
}

#[tokio::test(start_paused = true)]
async fn reports_are_whole_however_the_bytes_come() {
    let (near, far) = tokio::net::UnixStream::pair().unwrap();
    let mut link = Socket::from(far);
    let sent: Vec<u8> = (0..=127).collect();
    let mut come = Vec::new();
    for piece in sent.chunks(10) {
        near.writable().await.unwrap();
        assert_eq!(near.try_write(piece).unwrap(), piece.len());
        if let Ok(report) = tokio::time::timeout(Duration::from_millis(1), link.receive()).await {
            come.push(report.unwrap().unwrap());
        }
    }
    assert_eq!(come.concat(), sent);
    drop(near);
    assert_eq!(link.receive().await.unwrap(), None);
}
