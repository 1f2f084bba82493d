//! What has gone wrong on purpose: the lane sees it, in the guest as it does in the tests of its judge.

use super::super::desk::{Desk, Red};
use super::{Client, Row, nothing};
use crate::system_packages::Need;

pub(super) const CLIENT: Client = Client {
    name: "planted",
    needs: &[Need::Fido2Tools],
    prepare: nothing,
    seconds: 30,
    rows: &[
        Row { ceremony: "a client that exits with 0 and complains", play: complains },
        Row { ceremony: "a client that never ends", play: hangs },
        Row { ceremony: "a key that loses reports", play: loses },
        Row { ceremony: "a key without a PIN where one is wanted", play: without_pin },
    ],
    alone: &[],
};

fn complains(desk: &mut Desk) -> Result<(), Red> {
    is_red(desk.run("echo fido2-cred: FIDO_ERR_TX"))
}

fn hangs(desk: &mut Desk) -> Result<(), Red> {
    is_red(desk.line("sleep 60").within(1).well())
}

fn loses(desk: &mut Desk) -> Result<(), Red> {
    let key = desk.plug("yubikey-5-nfc-5.7")?;
    desk.run("keyrig key fault drop")?;
    is_red(desk.line(format!("fido2-token -I {}", key.node)).within(10).well())
}

fn without_pin(desk: &mut Desk) -> Result<(), Red> {
    let key = desk.plug("yubikey-5-nfc-5.7")?;
    is_red(desk.line(format!("fido2-token -L -r {}", key.node)).answered(&["24681357"]).well())
}

/// What should have been seen was.
fn is_red(came_of_it: Result<String, Red>) -> Result<(), Red> {
    match came_of_it {
        Err(_) => Ok(()),
        Ok(said) => Err(Red(format!("it was taken for a success: {said}"))),
    }
}
