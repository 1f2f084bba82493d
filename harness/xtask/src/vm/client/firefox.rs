//! Firefox ESR, headless, through Marionette, on a page of our own relying party.

use super::super::desk::{Desk, Red};
use super::super::page;
use super::{Client, Row, nothing};
use crate::system_packages::Need;

pub(super) const CLIENT: Client = Client {
    name: "firefox",
    needs: &[Need::Fido2Tools, Need::Firefox, Need::Python],
    prepare: nothing,
    seconds: 75,
    rows: &[Row { ceremony: "register and sign in", play: create_and_get }],
    alone: &[],
};

fn create_and_get(desk: &mut Desk) -> Result<(), Red> {
    let _key = desk.plug("yubikey-5-nfc-5.7")?;
    page::ceremonies(desk, "firefox", &["create_and_get", "a_key_twice"])
}
