//! systemd's encrypted disks: a key unlocks a volume.

use super::super::desk::{Desk, Red, says};
use super::{Client, Row, nothing};
use crate::system_packages::Need;

pub(super) const CLIENT: Client = Client {
    name: "systemd",
    needs: &[Need::Cryptenroll, Need::Cryptsetup, Need::Fido2Tools],
    prepare: nothing,
    seconds: 15,
    rows: &[Row { ceremony: "a key unlocks a volume", play: volume }],
    alone: &[],
};

fn volume(desk: &mut Desk) -> Result<(), Red> {
    let key = desk.plug("yubikey-5-nfc-5.7")?;
    let enroll = "PASSWORD=long-enough systemd-cryptenroll --fido2-device=auto --fido2-with-client-pin=no volume";
    let attach = "/lib/systemd/systemd-cryptsetup attach opened $PWD/volume - fido2-device=auto,headless=1,tries=1,token-timeout=5";
    desk.run("modprobe -a loop dm-crypt && truncate -s 32M volume && printf long-enough > words")?;
    desk.run("cryptsetup luksFormat -q --pbkdf pbkdf2 --pbkdf-force-iterations 1000 volume words")?;
    desk.run(enroll)?;
    says(&desk.run("cryptsetup luksDump volume")?, "systemd-fido2")?;
    desk.run(attach)?;
    desk.run("test -b /dev/mapper/opened && cryptsetup close opened")?;
    drop(key);
    let _another = desk.plug("yubikey-5-nfc-5.7")?;
    desk.line(attach).refused("Wrong security token").map(drop)
}
