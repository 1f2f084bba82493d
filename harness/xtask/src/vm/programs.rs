//! Crates that are clients of keys, each in a small program of harness/targets/usb-clients, and a relying party that
//! judges what they make.

use std::path::PathBuf;

use super::desk::{Desk, Red, says};
use crate::failure::Failure;
use crate::process;
use crate::system_packages::Need;
use crate::workspace;

/// What the programs are built with and used with.
pub(super) const NEEDS: &[Need] =
    &[Need::Curl, Need::Fido2Tools, Need::Libdbus, Need::Libssl, Need::Libudev, Need::PkgConfig, Need::PublicSuffix];

const MANIFEST: &str = "harness/targets/usb-clients/Cargo.toml";
const PIN: &str = "24681357";
const URL: &str = "http://127.0.0.1:8080";
const ORIGIN: &str = "https://example.org";
const USER: &str = "alice@corp.example.com";

/// Builds all of them.
///
/// # Errors
/// When one does not compile.
pub(super) fn build() -> Result<(), Failure> {
    let mut build = process::cargo(["build", "--quiet", "--locked", "--bins", "--manifest-path", MANIFEST]);
    process::run(build.env("CARGO_TARGET_DIR", target()))
}

/// Where [`build`] leaves the program `name`.
pub(super) fn path(name: &str) -> String {
    target().join("debug").join(name).display().to_string()
}

/// The program registers and signs in by touch, at a relying party under `policy` that judges both.
///
/// # Errors
/// What went wrong.
pub(super) fn by_touch(desk: &mut Desk, name: &str, policy: &str) -> Result<(), Red> {
    let _key = desk.plug("yubikey-5-nfc-5.7")?;
    ceremonies(desk, name, policy, "discouraged", "")
}

/// As [`by_touch`], with a PIN that verifies the user; and with a wrong one, which does not.
///
/// # Errors
/// What went wrong.
pub(super) fn by_pin(desk: &mut Desk, name: &str, policy: &str) -> Result<(), Red> {
    let key = desk.plug("yubikey-5-nfc-5.7")?;
    desk.line(format!("fido2-token -S {}", key.node)).answered(&[PIN, PIN]).well()?;
    ceremonies(desk, name, policy, "required", PIN)
}

fn ceremonies(desk: &mut Desk, name: &str, policy: &str, verification: &str, pin: &str) -> Result<(), Red> {
    let program = path(name);
    let serve = "keyrig rp serve --rp-id example.org --port 8080 --origin";
    let _serving = desk.start(&format!("{serve} {ORIGIN} --policy {policy}"))?;
    desk.run(format!("curl -s --retry 60 --retry-delay 1 --retry-connrefused {URL}/health"))?;
    let ask = "curl -sS --fail-with-body --cookie jar --cookie-jar jar --json";

    let wishes = format!(
        r#"{{"username":"{USER}","displayName":"Alice","attestation":"direct","authenticatorSelection":{{"userVerification":"{verification}"}}}}"#
    );
    desk.run(format!("{ask} '{wishes}' {URL}/attestation/options > new.json"))?;
    desk.run(format!("{program} create {ORIGIN} {pin} < new.json > made.json"))?;
    says(&desk.run(format!("{ask} @made.json {URL}/attestation/result"))?, r#""status":"ok""#)?;

    let wishes = format!(r#"{{"username":"{USER}","userVerification":"{verification}"}}"#);
    desk.run(format!("{ask} '{wishes}' {URL}/assertion/options > asked.json"))?;
    desk.run(format!("{program} get {ORIGIN} {pin} < asked.json > signed.json"))?;
    says(&desk.run(format!("{ask} @signed.json {URL}/assertion/result"))?, r#""status":"ok""#)?;
    says(&desk.run(format!("curl -sS --fail --cookie jar {URL}/session"))?, USER)
}

fn target() -> PathBuf {
    workspace::output().join("usb-clients")
}
