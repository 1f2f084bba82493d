//! A page of our own relying party, and a browser on it.

use super::desk::{Desk, Red, says};
use super::key::Key;
use crate::workspace;

/// The PIN of whoever teaches a key their finger; the browser's script knows it.
const PIN: &str = "24681357";

/// Lets a browser go through these ceremonies on a relying party of its own.
///
/// # Errors
/// When one goes wrong, with what the browser's script says of it.
pub(super) fn ceremonies(desk: &mut Desk, browser: &str, ceremonies: &[&str]) -> Result<(), Red> {
    let origin = "http://localhost:8080";
    let serve = "rp serve --policy default --rp-id localhost --port 8080 --origin";
    let _serving = desk.start(&format!("keyrig {serve} {origin}"))?;
    let script = workspace::root().join("harness/xtask/vm/browser.py");
    let line = format!("python3 -B {} {browser} {origin}/health {}", script.display(), ceremonies.join(" "));
    let said = desk.line(line).within(2400).well()?;
    ceremonies.iter().try_for_each(|ceremony| says(&said, &format!("{ceremony}: as it should be")))
}

/// Gives the key the PIN that the browser's script types.
///
/// # Errors
/// When fido2-token does not.
pub(super) fn set_pin(desk: &mut Desk, key: &Key) -> Result<(), Red> {
    desk.line(format!("fido2-token -S {}", key.node)).answered(&[PIN, PIN]).well().map(drop)
}

/// Gives the key the PIN and a finger.
///
/// # Errors
/// When fido2-token does not.
pub(super) fn teach_a_finger(desk: &mut Desk, key: &Key) -> Result<(), Red> {
    set_pin(desk, key)?;
    desk.line(format!("fido2-token -S -e {}", key.node)).answered(&[PIN]).well().map(drop)
}
