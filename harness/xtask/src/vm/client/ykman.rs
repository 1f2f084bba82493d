//! Yubico's own manager, of PyPI, which sees a key that says it is Yubico's and no other.

use super::super::desk::{Desk, Red, holds, says};
use super::super::key::Key;
use super::{Client, Row};
use crate::failure::Failure;
use crate::python;
use crate::system_packages::Need;

pub(super) const CLIENT: Client = Client {
    name: "ykman",
    // pyscard, which it loads, is compiled.
    needs: &[Need::CHeadersOfPython, Need::Fido2Tools, Need::Libpcsclite, Need::PkgConfig, Need::Python, Need::Swig],
    prepare,
    seconds: 135,
    rows: &[
        Row { ceremony: "list and info", play: list },
        Row { ceremony: "a PIN, credentials and configuration", play: manage },
        Row { ceremony: "reset, with the key put back in", play: reset },
        Row { ceremony: "a fleet is provisioned", play: provisions },
        Row { ceremony: "a fleet whose script forgets enterprise attestation", play: forgets },
    ],
    alone: &[],
};

const MANAGER: &str = "yubikey-manager==5.9.2";
const YUBIKEY: &str = "yubikey-5-nfc-5.7";
const ENTERPRISE: &str = "yubikey-5-nfc-ep-5.7";
const PIN: &str = "24681357";

/// A reset as it is done by hand: ykman says when the key is to be pulled out and when it is to be put back.
const RESET: &str = r#"
reset() {
  echo y | ykman fido reset > said 2>&1 &
  until grep -q Remove said; do sleep 0.2; done
  keyrig key --key "$KEYRIG_KEY" remove
  until grep -q Re-insert said; do sleep 0.2; done
  keyrig key --key "$KEYRIG_KEY" insert
  wait $!
  cat said
}
"#;

const ENVIRONMENT: &str = "ykman";

fn prepare() -> Result<(), Failure> {
    python::environment(ENVIRONMENT, MANAGER).map(drop)
}

fn list(desk: &mut Desk) -> Result<(), Red> {
    let neutral = desk.plug(YUBIKEY)?;
    holds(!ykman(desk, "ykman list")?.contains("YubiKey"), "a neutral key is taken for Yubico's")?;
    drop(neutral);
    let _key = plug(desk, YUBIKEY)?;
    says(&ykman(desk, "ykman list")?, "YubiKey 5 NFC (5.7.1) [FIDO]")?;
    says(&ykman(desk, "ykman fido info")?, "a25342c0-3cdc-4414-8e46-f4807fca511c")
}

fn manage(desk: &mut Desk) -> Result<(), Red> {
    let key = plug(desk, ENTERPRISE)?;
    says(&ykman(desk, &format!("ykman fido access change-pin --new-pin {PIN}"))?, "FIDO PIN updated.")?;
    let wrong = with_manager("ykman fido access verify-pin --pin 00000000");
    desk.line(wrong).refused("PIN_INVALID")?;

    desk.put("new", super::keyrig::NEW)?;
    desk.line(format!("fido2-cred -M -r -v -i new -o made {}", key.node)).answered(&[PIN]).well()?;
    let listed = ykman(desk, &format!("ykman fido credentials list --csv --pin {PIN}"))?;
    let id = listed.lines().find_map(|line| line.split(',').next().filter(|_| line.contains("example.org")));
    let id = id.ok_or_else(|| Red(format!("no credential is listed: {listed}")))?;
    ykman(desk, &format!("ykman fido credentials delete --force --pin {PIN} {id}"))?;

    ykman(desk, &format!("ykman fido config toggle-always-uv --pin {PIN}"))?;
    ykman(desk, &format!("ykman fido config enable-ep-attestation --pin {PIN}"))?;
    ykman(desk, &format!("ykman fido access set-min-length --pin {PIN} 8"))?;
    let info = desk.run(format!("fido2-token -I {}", key.node))?;
    holds(!info.contains("noalwaysUv") && !info.contains("noep"), "an option is still off")?;
    ["minpinlen: 8", "remaining rk(s): 100"].iter().try_for_each(|line| says(&info, line))
}

fn reset(desk: &mut Desk) -> Result<(), Red> {
    let key = plug(desk, YUBIKEY)?;
    desk.line(format!("fido2-token -S {}", key.node)).answered(&[PIN, PIN]).well()?;
    desk.put("reset.sh", RESET)?;
    let said = ykman(desk, &format!("KEYRIG_KEY={YUBIKEY}; . ./reset.sh; reset"))?;
    says(&said, "FIDO application data reset.")?;
    says(&desk.run(format!("fido2-token -I {}", key.node))?, "noclientPin")
}

fn provisions(desk: &mut Desk) -> Result<(), Red> {
    let said = rehearse(desk, &["reset", ENABLE, SET_PIN], 0)?;
    says(&said, &format!("good      {ENTERPRISE}: the command ended with 0"))
}

fn forgets(desk: &mut Desk) -> Result<(), Red> {
    let said = rehearse(desk, &[ENABLE, "reset", SET_PIN], 1)?;
    says(&said, &format!("NOT GOOD  {ENTERPRISE}: the command ended with 0"))?;
    says(&said, "enterprise-attestation is false, not true")
}

const ENABLE: &str = "ykman fido config enable-ep-attestation";
const SET_PIN: &str = "ykman fido access change-pin --new-pin 24681357";

/// Rehearses a script of these steps, and gives what `keyrig fleet` says of it.
fn rehearse(desk: &mut Desk, steps: &[&str], code: i32) -> Result<String, Red> {
    desk.put("provision.sh", &format!("set -e\n{RESET}\n{}\n", steps.join("\n")))?;
    let wanted = "--pin-is-set true --enterprise-attestation true --slots-left 100";
    let fleet = format!("keyrig fleet plug {ENTERPRISE} --identity product --time-limit 300 {wanted}");
    let line = with_manager(&format!("{fleet} -- sh ./provision.sh"));
    desk.line(line).within(320).exits(code)
}

/// A key that says it is Yubico's, touched whenever it asks.
fn plug(desk: &mut Desk, profile: &str) -> Result<Key, Red> {
    desk.plug_with(&[profile, "--gestures", "always", "--identity", "product"])
}

fn ykman(desk: &mut Desk, line: &str) -> Result<String, Red> {
    desk.run(with_manager(line))
}

/// The line, where ykman is found by its name.
fn with_manager(line: &str) -> String {
    let python = python::made(ENVIRONMENT);
    let programs = python.parent().unwrap_or(&python).display();
    format!("export PATH='{programs}':$PATH PYTHONDONTWRITEBYTECODE=1; {line}")
}
