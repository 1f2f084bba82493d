//! PyPI's `fido2`: each ceremony is a function of a script.

use super::super::desk::{Desk, Red, says};
use super::{Client, Row};
use crate::failure::Failure;
use crate::python;
use crate::system_packages::Need;
use crate::workspace;

pub(super) const CLIENT: Client = Client {
    name: "python-fido2",
    needs: &[Need::Python],
    prepare,
    seconds: 65,
    rows: &[
        Row { ceremony: "register and sign in", play: |desk| ceremony(desk, YUBIKEY, "ceremonies") },
        Row { ceremony: "a PIN verifies the user", play: |desk| ceremony(desk, YUBIKEY, "verified_ceremonies") },
        Row { ceremony: "U2F", play: |desk| ceremony(desk, YUBIKEY, "u2f") },
        Row { ceremony: "extensions", play: |desk| ceremony(desk, YUBIKEY, "extensions") },
        Row {
            ceremony: "discoverable credentials are managed",
            play: |desk| ceremony(desk, YUBIKEY, "credentials_are_managed"),
        },
        Row { ceremony: "large blobs", play: |desk| ceremony(desk, YUBIKEY, "large_blobs") },
        Row { ceremony: "configuration", play: |desk| ceremony(desk, "yubikey-5-nfc-ep-5.7", "configuration") },
        Row { ceremony: "fingers", play: |desk| ceremony(desk, "yubikey-bio-5.7.4", "fingers") },
    ],
    // A key that has to wait for its turn reads too late what the kernel keeps for it.
    alone: &[Row { ceremony: "CTAPHID carries any length", play: |desk| ceremony(desk, YUBIKEY, "link") }],
};

const YUBIKEY: &str = "yubikey-5-nfc-5.7";

const ENVIRONMENT: &str = "vm";

fn prepare() -> Result<(), Failure> {
    let requirements = std::fs::read_to_string(workspace::root().join("harness/xtask/vm/requirements.txt"))?;
    python::environment(ENVIRONMENT, &requirements).map(drop)
}

fn ceremony(desk: &mut Desk, profile: &str, name: &str) -> Result<(), Red> {
    let python = python::made(ENVIRONMENT);
    let script = workspace::root().join("harness/xtask/vm/python_fido2.py");
    let _key = desk.plug(profile)?;
    let line = format!("{} -B {} {name}", python.display(), script.display());
    says(&desk.line(line).within(600).well()?, "as it should be")
}
