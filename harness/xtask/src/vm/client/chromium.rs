//! Chromium through ChromeDriver, headless but where its own dialogue is typed into, on a page of our own relying party.

use super::super::desk::{Desk, Red};
use super::super::page;
use super::{Client, Row, nothing};
use crate::system_packages::Need;

pub(super) const CLIENT: Client = Client {
    name: "chromium",
    needs: &[
        Need::Chromedriver,
        Need::Chromium,
        Need::Fido2Tools,
        Need::Openbox,
        Need::Python,
        Need::Xdotool,
        Need::Xvfb,
    ],
    prepare: nothing,
    seconds: 190,
    rows: &[
        Row { ceremony: "register and sign in", play: create_and_get },
        Row { ceremony: "a finger verifies the user", play: finger },
        Row { ceremony: "a PIN, typed into its dialogue", play: pin },
        Row { ceremony: "a conditional request waits", play: conditional },
    ],
    alone: &[],
};

fn create_and_get(desk: &mut Desk) -> Result<(), Red> {
    let _key = desk.plug("yubikey-5-nfc-5.7")?;
    page::ceremonies(desk, "chromium", &["create_and_get"])
}

fn finger(desk: &mut Desk) -> Result<(), Red> {
    let key = desk.plug("yubikey-bio-5.7.4")?;
    page::teach_a_finger(desk, &key)?;
    page::ceremonies(desk, "chromium", &["a_finger"])
}

fn pin(desk: &mut Desk) -> Result<(), Red> {
    let key = desk.plug("yubikey-5-nfc-5.7")?;
    page::set_pin(desk, &key)?;
    page::ceremonies(desk, "chromium-in-a-window", &["a_pin"])
}

fn conditional(desk: &mut Desk) -> Result<(), Red> {
    let _key = desk.plug("yubikey-5-nfc-5.7")?;
    page::ceremonies(desk, "chromium", &["conditional"])
}
