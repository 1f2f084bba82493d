//! An application's dialogue with an authenticator behind a pair of sockets, two of them at a time.

#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::io;

use keyrig_core::ctaphid::Driver;
use keyrig_core::entropy::Seeded;
use keyrig_core::provider::Deterministic;
use keyrig_core::seal::Honest;
use keyrig_core::{Change, Gesture, Prompt};
use keyrig_ctap::ctaphid::{Command, Dialogue, Event, Keepalive};
use keyrig_ctap::message::get_info::Info;
use keyrig_ctap::{Instant, Status, command};
use keyrig_device::transport::{Control, Link, Socket, Surroundings, serve};
use keyrig_device::{assemble, profiles};
use tokio::sync::mpsc::{Sender, channel};
use tokio::time;

/// Somebody who touches what asks, or nobody.
struct Desk(Option<Sender<Control>>);

impl Surroundings for Desk {
    fn asked(&mut self, prompt: Option<Prompt>) {
        if let (Some(_), Some(hand)) = (prompt, &self.0) {
            let _ = hand.try_send(Control::Gesture(Gesture::Touch));
        }
    }

    fn winked(&mut self) {}

    fn write(&mut self, _: &Change) -> io::Result<()> {
        Ok(())
    }
}

fn plug(somebody: bool) -> Socket {
    let profile = profiles::find("yubikey-5-nfc-5.7").unwrap();
    let entropy = Box::new(Seeded::new([7; 32]));
    let driver = Driver::new(assemble(profile, Box::new(Deterministic), entropy, Box::new(Honest)));
    let (link, device) = Socket::pair().unwrap();
    let (hand, controls) = channel(4);
    tokio::spawn(serve(device, driver, controls, Desk(somebody.then_some(hand))));
    link
}

/// One application; what happened before the answer, and the answer.
struct Application {
    dialogue: Dialogue,
    power_up: time::Instant,
}

impl Application {
    fn new(nonce: u8) -> Self {
        Self { dialogue: Dialogue::new([nonce; 8]), power_up: time::Instant::now() }
    }

    fn now(&self) -> Instant {
        Instant::POWER_UP + self.power_up.elapsed()
    }

    /// Asks; cancels as soon as the user is needed, where it is in a hurry.
    async fn ask(&mut self, link: &mut Socket, message: &[u8], hurry: bool) -> (bool, Event) {
        self.dialogue.ask(self.now(), Command::CBOR, message).unwrap();
        let mut touch = false;
        loop {
            while let Some(report) = self.dialogue.send() {
                link.send(&report).await.unwrap();
            }
            match self.dialogue.event() {
                Some(Event::Keepalive(status)) => {
                    touch |= status == Keepalive::UP_NEEDED;
                    if touch && hurry {
                        self.dialogue.cancel(self.now());
                    }
                }
                Some(end) => return (touch, end),
                None => {
                    let report = link.receive().await.unwrap().unwrap();
                    self.dialogue.take(self.now(), &report);
                }
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_key_says_what_it_is_and_is_touched() {
    let mut link = plug(true);
    let mut application = Application::new(1);
    let (touch, end) = application.ask(&mut link, &[command::Command::GET_INFO.0], false).await;
    let Event::Answer(answer) = end else { panic!("{end:?}") };
    assert_eq!((touch, answer[0]), (false, Status::OK.0));
    let info = Info::decode(&answer[1..]).unwrap();
    assert_eq!(info.aaguid, profiles::find("yubikey-5-nfc-5.7").unwrap().aaguid);
    let (_, end) = application.ask(&mut link, &[command::Command::SELECTION.0], false).await;
    assert_eq!(end, Event::Answer(vec![Status::OK.0]));
}

#[tokio::test(start_paused = true)]
async fn a_question_that_waits_for_the_user_is_cancelled() {
    let mut link = plug(false);
    let mut application = Application::new(1);
    let (touch, end) = application.ask(&mut link, &[command::Command::SELECTION.0], true).await;
    assert_eq!((touch, end), (true, Event::Answer(vec![Status::KEEPALIVE_CANCEL.0])));
    let (_, end) = application.ask(&mut link, &[command::Command::GET_INFO.0], false).await;
    assert!(matches!(end, Event::Answer(answer) if answer[0] == Status::OK.0), "the channel is in step");
}

#[tokio::test(start_paused = true)]
async fn many_applications_have_a_channel_each() {
    let mut link = plug(true);
    let mut channels = Vec::new();
    for nonce in 0..8 {
        let mut application = Application::new(nonce);
        application.ask(&mut link, &[command::Command::GET_INFO.0], false).await;
        channels.push(application.dialogue.welcome().unwrap().channel);
    }
    channels.dedup();
    assert_eq!(channels.len(), 8, "{channels:?}");
}
