//! The crate `ctap-hid-fido2`, which verifies what it gets by itself.

use super::super::desk::{Desk, Red, says};
use super::super::programs;
use super::{Client, Row};

pub(super) const CLIENT: Client = Client {
    name: "ctap-hid-fido2",
    needs: programs::NEEDS,
    prepare: programs::build,
    seconds: 10,
    rows: &[
        Row { ceremony: "register and sign in", play: by_touch },
        Row { ceremony: "a PIN verifies the user", play: by_pin },
    ],
    alone: &[],
};

const PIN: &str = "24681357";

fn by_touch(desk: &mut Desk) -> Result<(), Red> {
    let _key = desk.plug("yubikey-5-nfc-5.7")?;
    says(&desk.run(programs::path(CLIENT.name))?, "registered and signed in")
}

fn by_pin(desk: &mut Desk) -> Result<(), Red> {
    let key = desk.plug("yubikey-5-nfc-5.7")?;
    desk.line(format!("fido2-token -S {}", key.node)).answered(&[PIN, PIN]).well()?;
    let program = programs::path(CLIENT.name);
    desk.line(format!("{program} 00000000")).refused("CTAP2_ERR_PIN_INVALID")?;
    says(&desk.run(format!("{program} {PIN}"))?, "registered and signed in")
}
