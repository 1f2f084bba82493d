//! Chromium, headless, through ChromeDriver, on a page of our own relying party.

use super::super::desk::{Desk, Red};
use super::super::page;
use super::{Client, Row, nothing};
use crate::system_packages::Need;

pub(super) const CLIENT: Client = Client {
    name: "chromium",
    needs: &[Need::Chromedriver, Need::Chromium, Need::Fido2Tools, Need::Python],
    prepare: nothing,
    seconds: 140,
    rows: &[
        Row { ceremony: "register and sign in", play: create_and_get },
        Row { ceremony: "a finger verifies the user", play: finger },
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

fn conditional(desk: &mut Desk) -> Result<(), Red> {
    let _key = desk.plug("yubikey-5-nfc-5.7")?;
    page::ceremonies(desk, "chromium", &["conditional"])
}
