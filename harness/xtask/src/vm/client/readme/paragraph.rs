//! What the README says below its block of commands.

use super::super::super::desk::{Desk, Red, holds, says};
use super::{NEW, PROFILE};

/// `--store` keeps what the key remembers through kills.
pub(super) fn store(desk: &mut Desk) -> Result<(), Red> {
    let file = desk.folder.join("key.redb").display().to_string();
    let words = [PROFILE, "--gestures", "always", "--store", &file];
    desk.put("new", NEW)?;
    let key = desk.plug_with(&words)?;
    desk.run(format!("fido2-cred -M -r -i new -o made {}; fido2-cred -V -i made -o key", key.node))?;
    // A key that is dropped is killed by a signal that no program hears.
    drop(key);
    let key = desk.plug_with(&words)?;
    says(&desk.run("keyrig key credentials list")?, "example.org")?;
    desk.run("(head -1 new; echo example.org; head -1 key) > asked; sed 1d key > key.pem")?;
    desk.run(format!("fido2-assert -G -p -i asked -o signed {}", key.node))?;
    desk.run("fido2-assert -V -p -i signed key.pem es256").map(drop)
}

/// `--trace` writes down what goes over the link.
pub(super) fn trace(desk: &mut Desk) -> Result<(), Red> {
    let key = desk.plug_with(&[PROFILE, "--trace", "/run/desk/key.pcapng"])?;
    desk.run(format!("fido2-token -I {}", key.node))?;
    says(&desk.run("keyrig decode --trace key.pcapng")?, "authenticatorGetInfo")
}

/// `--hooks` lets others touch it.
pub(super) fn hooks(desk: &mut Desk) -> Result<(), Red> {
    let key = desk.plug_with(&[PROFILE, "--hooks", "127.0.0.1:3000"])?;
    desk.put("new", NEW)?;
    let asks = "until keyrig key status | grep -q blinking; do sleep 0.1; done";
    let touch = "curl -sS --fail -X POST http://127.0.0.1:3000/conformance/userpresence";
    desk.run(format!("fido2-cred -M -i new -o made {} & {asks}; {touch}; wait $!", key.node))?;
    desk.run("fido2-cred -V -i made -o /dev/null").map(drop)
}

/// The socket stands in `$XDG_RUNTIME_DIR/keyrig`, for one user alone.
pub(super) fn socket(desk: &mut Desk) -> Result<(), Red> {
    let _key = desk.plug_with(&[PROFILE])?;
    let modes = desk.run(format!("stat -c '%a %F' $XDG_RUNTIME_DIR/keyrig $XDG_RUNTIME_DIR/keyrig/{PROFILE}.sock"))?;
    holds(modes == "700 directory\n600 socket\n", &format!("others may come near it: {modes}"))
}
