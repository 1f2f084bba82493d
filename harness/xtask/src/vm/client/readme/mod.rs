//! The README's own words about a key that the operating system sees: typed as they stand there, and held to what they
//! say.

mod block;
mod claims;
mod doctor;
mod paragraph;

use super::super::desk::{Desk, Red};
use super::keyrig::NEW;
use super::{Client, Row, nothing};
use crate::system_packages::Need;

pub(super) const CLIENT: Client = Client {
    name: "readme",
    needs: &[Need::Curl, Need::Fido2Tools, Need::Pcscd, Need::Vpcd],
    prepare: nothing,
    seconds: 50,
    rows: &[
        Row { ceremony: "each command does what stands beside it", play: commands },
        Row { ceremony: "a store outlives its process", play: paragraph::store },
        Row { ceremony: "a trace is written and read", play: paragraph::trace },
        Row { ceremony: "hooks touch unattended", play: paragraph::hooks },
        Row { ceremony: "the control socket is for its user alone", play: paragraph::socket },
        Row { ceremony: "what is missing is said, typed and there", play: doctor::says_what_to_type },
    ],
    alone: &[],
};

const PROFILE: &str = "yubikey-5-nfc-5.7";

fn commands(desk: &mut Desk) -> Result<(), Red> {
    let commands = block::commands()?;
    desk.put("new", NEW)?;
    claims::hold(desk, &commands)
}
