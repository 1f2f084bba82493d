//! Sign-ins of Unix: the PAM module of FIDO, through pamtester.

use super::super::desk::{Desk, Red, says};
use super::{Client, Row, nothing};
use crate::system_packages::Need;

pub(super) const CLIENT: Client = Client {
    name: "pam_u2f",
    needs: &[Need::Fido2Tools, Need::PamU2f, Need::Pamtester, Need::Pamu2fcfg],
    prepare: nothing,
    seconds: 10,
    rows: &[
        Row { ceremony: "a sign-in by touch", play: touch },
        Row { ceremony: "a sign-in by touch and PIN", play: pin },
    ],
    alone: &[],
};

const PIN: &str = "24681357";
const MAKE: &str = "pamu2fcfg -u root -o pam://desk -i pam://desk";
const SIGN_IN: &str = "pamtester keyrig root authenticate";

fn touch(desk: &mut Desk) -> Result<(), Red> {
    let key = desk.plug("yubikey-5-nfc-5.7")?;
    service(desk, "")?;
    desk.run(format!("{MAKE} > keys && cat keys"))?;
    says(&desk.run(SIGN_IN)?, "successfully authenticated")?;
    drop(key);
    let _another = desk.plug("yubikey-5-nfc-5.7")?;
    desk.line(SIGN_IN).refused("pamtester: ").map(drop)
}

fn pin(desk: &mut Desk) -> Result<(), Red> {
    let key = desk.plug("yubikey-5-nfc-5.7")?;
    service(desk, "pinverification=1")?;
    desk.line(format!("fido2-token -S {}", key.node)).answered(&[PIN, PIN]).well()?;
    desk.line(format!("{MAKE} -N > keys")).answered(&[PIN]).well()?;
    says(&desk.line(SIGN_IN).answered(&[PIN]).well()?, "successfully authenticated")?;
    desk.line(SIGN_IN).answered(&["00000000"]).refused("pamtester: ").map(drop)
}

/// A service of PAM that asks for a key and for nothing else; its file lies in the memory of the guest.
fn service(desk: &mut Desk, options: &str) -> Result<(), Red> {
    let module = format!("pam_u2f.so authfile=/run/desk/keys origin=pam://desk appid=pam://desk {options}");
    desk.put("keyrig", &format!("auth required {module}\naccount required pam_permit.so\n"))?;
    let folder = "mkdir -p /run/pam.d && cp keyrig /run/pam.d/keyrig";
    desk.run(format!("{folder} && (mountpoint -q /etc/pam.d || mount --bind /run/pam.d /etc/pam.d)")).map(drop)
}
