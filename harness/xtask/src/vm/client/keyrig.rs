//! Our own words, beside programs that nobody here wrote: what is done to a key, they notice.

use super::super::desk::{Desk, Red, holds, says};
use super::super::key::nodes;
use super::{Client, Row, nothing};
use crate::system_packages::Need;

pub(super) const CLIENT: Client = Client {
    name: "keyrig",
    needs: &[Need::Fido2Tools],
    prepare: nothing,
    seconds: 115,
    rows: &[
        Row { ceremony: "a touch by hand", play: touch },
        Row { ceremony: "a person declines", play: decline },
        Row { ceremony: "pulled out while it asks, put back", play: pulled_out },
        Row { ceremony: "killed, it leaves nothing behind", play: killed },
        Row { ceremony: "two keys at once", play: two },
        Row { ceremony: "what the machine needs is there", play: doctor },
        Row { ceremony: "the runner takes it for a real key", play: runner },
        Row { ceremony: "the runner's second client", play: second_client },
    ],
    alone: &[],
};

const KEY: &str = "yubikey-5-nfc-5.7";
const PIN: &str = "24681357";

/// The parameters of a new credential, as fido2-cred reads them.
pub(super) const NEW: &str = "MTExMTExMTExMTExMTExMTExMTExMTExMTExMTExMTE=\nexample.org\nalice\nYWxpY2U=\n";

fn touch(desk: &mut Desk) -> Result<(), Red> {
    let key = desk.plug_with(&[KEY])?;
    says(&desk.run("fido2-token -L")?, &key.node)?;
    desk.put("new", NEW)?;
    desk.run(format!("fido2-cred -M -i new -o made {} & keyrig key touch --wait 60s; wait $!", key.node))?;
    desk.run("fido2-cred -V -i made -o /dev/null").map(drop)
}

fn decline(desk: &mut Desk) -> Result<(), Red> {
    let key = desk.plug_with(&[KEY])?;
    desk.put("new", NEW)?;
    let line = format!("fido2-cred -M -i new -o made {} & keyrig key decline --wait 60s; wait $!", key.node);
    desk.line(line).refused("FIDO_ERR_OPERATION_DENIED").map(drop)
}

fn pulled_out(desk: &mut Desk) -> Result<(), Red> {
    let mut key = desk.plug_with(&[KEY])?;
    desk.put("new", NEW)?;
    let asked = "until keyrig key status | grep -q blinking; do :; done";
    let line = format!("fido2-cred -M -i new -o made {} & {asked}; keyrig key remove; wait $!", key.node);
    desk.line(line).refused("fido_dev_make_cred: FIDO_ERR_")?;
    holds(nodes()?.is_empty(), "a key that is pulled out has a node")?;
    desk.run("keyrig key insert")?;
    key.wait_for_node()?;
    says(&desk.run(format!("fido2-token -I {}", key.node))?, "proto: 0x02")
}

fn killed(desk: &mut Desk) -> Result<(), Red> {
    let key = desk.plug(KEY)?;
    says(&desk.run("keyrig key list")?, KEY)?;
    drop(key);
    holds(nodes()?.is_empty(), "a key whose program was killed has a node")?;
    desk.line("keyrig key status").refused("failed to find a key")?;
    let again = desk.plug(KEY)?;
    says(&desk.run("keyrig key list")?, KEY)?;
    says(&desk.run(format!("fido2-token -I {}", again.node))?, "proto: 0x02")
}

fn two(desk: &mut Desk) -> Result<(), Red> {
    let _keys = desk.plug_with(&[KEY, "security-key-nfc-5.4", "--gestures", "always"])?;
    desk.run("until [ $(ls /dev/hidraw* | wc -l) = 2 ]; do sleep 0.1; done; udevadm settle")?;
    let nodes = nodes()?;
    holds(nodes.len() == 2, "two keys have not two nodes")?;
    let one = desk.run(format!("fido2-token -I {}", nodes[0]))?;
    let other = desk.run(format!("fido2-token -I {}", nodes[1]))?;
    let aaguid = |info: &str| info.lines().find(|line| line.starts_with("aaguid")).map(str::to_owned);
    holds(aaguid(&one) != aaguid(&other), "both say that they are the same")
}

fn doctor(desk: &mut Desk) -> Result<(), Red> {
    let _key = desk.plug(KEY)?;
    // Bluetooth and the rules that spare being root are not needed here.
    let said = desk.run("keyrig doctor || test $? = 3")?;
    let fine = |what: &str| said.lines().any(|line| line.split_whitespace().take(2).eq(["fine", what]));
    for what in ["hidraw", "udev", "uhid"] {
        holds(fine(what), &format!("{what} is not fine: {said}"))?;
    }
    Ok(())
}

fn runner(desk: &mut Desk) -> Result<(), Red> {
    let _key = desk.plug(KEY)?;
    says(&desk.run("keyrig devices")?, "/dev/hidraw")?;
    let said = desk.run("keyrig run --device hid --target builtin:default --allow-inconclusive ceremony")?;
    holds(said.contains("pass"), "no scenario has passed")
}

/// What the crate `ctap-hid-fido2` has a key do, the relying party accepts; a credential of that client and one of our
/// own differ in nothing that it looks at.
fn second_client(desk: &mut Desk) -> Result<(), Red> {
    let key = desk.plug("yubikey-5-nfc-5.7")?;
    let by_it = "--device hid --client ctap-hid-fido2";
    let user = "--user alice@corp.example.com --target builtin:default";
    says(&desk.run(format!("keyrig authenticate {by_it} {user}"))?, "accepted")?;
    desk.line(format!("fido2-token -S {}", key.node)).answered(&[PIN, PIN]).well()?;
    let unlocked = format!("export KEYRIG_PIN={PIN}; keyrig authenticate {by_it} --user alice@corp.example.com");
    says(&desk.run(format!("{unlocked} --target builtin:guide-b-literal"))?, "accepted")?;
    let lie = format!("{unlocked} --target builtin:default --tamper wire/break-signature --expect rejected");
    says(&desk.run(lie)?, "rejected")?;
    let scenarios = "ceremony/discoverable-sign-in ceremony/excluded-credential";
    let run = format!("export KEYRIG_PIN={PIN}; keyrig run {by_it} --target builtin:default {scenarios}");
    let said = desk.run(run)?;
    holds(said.matches("pass ").count() >= 2, "a scenario has not passed")?;
    desk.line(format!("keyrig register --client ctap-hid-fido2 {user}")).refused("reaches keys on USB only").map(drop)
}
