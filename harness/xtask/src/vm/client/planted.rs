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
    is_red(desk.run("echo fido2-cred: FIDO_ERR_TX"), "exited with 0 and said `FIDO_ERR_`")
}

fn hangs(desk: &mut Desk) -> Result<(), Red> {
    is_red(desk.line("sleep 60").within(1).well(), NEVER_ENDED)
}

/// libfido2 waits without an end for a report that was lost; the next report is there, and the key as it was.
fn loses(desk: &mut Desk) -> Result<(), Red> {
    let key = desk.plug("yubikey-5-nfc-5.7")?;
    let info = format!("fido2-token -I {}", key.node);
    desk.run("keyrig key fault drop")?;
    is_red(desk.line(&info).within(10).well(), NEVER_ENDED)?;
    desk.run(info).map(drop)
}

fn without_pin(desk: &mut Desk) -> Result<(), Red> {
    let key = desk.plug("yubikey-5-nfc-5.7")?;
    let listed = desk.line(format!("fido2-token -L -r {}", key.node)).answered(&["24681357"]).well();
    is_red(listed, "FIDO_ERR_PIN_REQUIRED")
}

/// What is said of a client that had to be ended.
const NEVER_ENDED: &str = "did not end in time";

/// What should have been seen was, and for this reason.
fn is_red(came_of_it: Result<String, Red>, why: &str) -> Result<(), Red> {
    match came_of_it {
        Err(Red(seen)) if seen.contains(why) => Ok(()),
        Err(Red(seen)) => Err(Red(format!("it is red for another reason than `{why}`: {seen}"))),
        Ok(said) => Err(Red(format!("it was taken for a success: {said}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_planted_fault_is_seen_by_what_it_does_and_by_nothing_else() {
        let red = |why: &str| Err(Red(why.to_owned()));
        assert_eq!(is_red(red("`fido2-token -I x` did not end in time; its last words: none"), NEVER_ENDED), Ok(()));
        for other in ["exited with 1; its last words: fido2-token: fido_dev_open x: FIDO_ERR_TX", "exited with 127"] {
            let Err(Red(why)) = is_red(red(other), NEVER_ENDED) else { panic!("{other} passes") };
            assert!(why.contains(other), "{why}");
        }
        assert!(is_red(Ok("proto: 0x02".to_owned()), NEVER_ENDED).is_err());
    }
}
