//! A security key that this machine sees until the program ends; it is touched a second after it asks.
//!
//! `cargo run --package keyrig-device --example plug`

use std::io;
use std::time::Duration;

use keyrig_core::ctaphid::Driver;
use keyrig_core::seal::Honest;
use keyrig_core::{Ask, Change, Gesture, Prompt};
use keyrig_device::provider::{AwsLc, OsRandom};
use keyrig_device::transport::uhid::{Identity, Uhid};
use keyrig_device::transport::{Control, Surroundings, serve};
use keyrig_device::{assemble, profiles};
use tokio::sync::mpsc::{Sender, channel};
use tokio::time::sleep;

#[tokio::main(flavor = "current_thread")]
async fn main() -> miette::Result<()> {
    let profile = profiles::find("yubikey-5-nfc-5.7").expect("the profile is embedded");
    let device = Uhid::plug(&Identity::neutral("1"))?;
    println!("{} is plugged in", profile.name);
    let driver = Driver::new(assemble(profile, Box::new(AwsLc::new()), Box::new(OsRandom), Box::new(Honest)));
    let (hand, controls) = channel(1);
    serve(device, driver, controls, Desk { hand }).await.map_err(|error| miette::miette!("serve the key: {error}"))?;
    Ok(())
}

/// A user who touches whatever asks, and a store that forgets.
struct Desk {
    hand: Sender<Control>,
}

impl Surroundings for Desk {
    fn asked(&mut self, prompt: Option<Prompt>) {
        let Some(Prompt { ask, command }) = prompt else { return };
        println!("{command} wants a touch");
        let gesture = match ask {
            Ask::LongTouch => Gesture::LongTouch,
            Ask::Verification => Gesture::Verify,
            _ => Gesture::Touch,
        };
        let hand = self.hand.clone();
        tokio::spawn(async move {
            sleep(Duration::from_secs(1)).await;
            let _ = hand.send(Control::Gesture(gesture)).await;
        });
    }

    fn winked(&mut self) {
        println!("here I am");
    }

    fn write(&mut self, _: &Change) -> io::Result<()> {
        Ok(())
    }
}
