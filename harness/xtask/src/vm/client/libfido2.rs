//! libfido2 by its three tools: fido2-token, fido2-cred and fido2-assert.

use super::super::desk::{Desk, Red, holds, says};
use super::super::key::Key;
use super::{Client, Row, nothing};
use crate::system_packages::Need;

pub(super) const CLIENT: Client = Client {
    name: "libfido2",
    needs: &[Need::Fido2Tools],
    prepare: nothing,
    seconds: 65,
    rows: &[
        Row { ceremony: "list and info", play: list },
        Row { ceremony: "a PIN is set, changed and guessed", play: pin },
        Row { ceremony: "register and sign in, ES256", play: es256 },
        Row { ceremony: "register and sign in, EdDSA", play: eddsa },
        Row { ceremony: "register and sign in, RS256", play: rs256 },
        Row { ceremony: "register and sign in, U2F", play: u2f },
        Row { ceremony: "a PIN verifies the user", play: verified },
        Row { ceremony: "hmac-secret", play: hmac_secret },
        Row { ceremony: "discoverable credentials are managed", play: discoverable },
        Row { ceremony: "large blobs", play: large_blobs },
        Row { ceremony: "configuration", play: configuration },
        Row { ceremony: "fingers", play: fingers },
        Row { ceremony: "reset", play: reset },
    ],
    alone: &[],
};

const YUBIKEY: &str = "yubikey-5-nfc-5.7";
const BIO: &str = "yubikey-bio-5.7.4";
const PIN: &str = "24681357";

/// A client data hash, in base64.
const HASH: &str = "MTExMTExMTExMTExMTExMTExMTExMTExMTExMTExMTE=";
/// Other 32 bytes, in base64.
const SALT: &str = "MjIyMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjI=";

/// libfido2's tools write over a file and keep what stands behind: a shorter signature would leave the last line's end.
const CLEARED: &str = "rm -f signed";

fn list(desk: &mut Desk) -> Result<(), Red> {
    let key = desk.plug(YUBIKEY)?;
    says(&desk.run("fido2-token -L")?, &format!("{}: vendor=", key.node))?;
    let info = desk.run(format!("fido2-token -I {}", key.node))?;
    for line in ["proto: 0x02", "FIDO_2_1", "credProtect", "hmac-secret", "noclientPin", "pin retries: 8", "maxmsgsiz"]
    {
        says(&info, line)?;
    }
    drop(key);
    holds(desk.run("fido2-token -L")?.is_empty(), "a key that is pulled out is listed")
}

fn pin(desk: &mut Desk) -> Result<(), Red> {
    let key = desk.plug(YUBIKEY)?;
    let node = &key.node;
    set_pin(desk, &key)?;
    desk.line(format!("fido2-token -C {node}")).answered(&[PIN, "97531468", "97531468"]).well()?;
    desk.line(format!("fido2-token -L -r {node}")).answered(&[PIN]).refused("FIDO_ERR_PIN_INVALID")?;
    says(&desk.run(format!("fido2-token -I {node}"))?, "pin retries: 7")?;
    desk.line(format!("fido2-token -L -r {node}")).answered(&["97531468"]).refused("FIDO_ERR_NO_CREDENTIALS")?;
    says(&desk.run(format!("fido2-token -I {node}"))?, "pin retries: 8")
}

fn es256(desk: &mut Desk) -> Result<(), Red> {
    registers_and_signs_in(desk, YUBIKEY, "es256", "")
}

fn eddsa(desk: &mut Desk) -> Result<(), Red> {
    registers_and_signs_in(desk, YUBIKEY, "eddsa", "")
}

fn rs256(desk: &mut Desk) -> Result<(), Red> {
    registers_and_signs_in(desk, "ctap-2.3-everything", "rs256", "")
}

fn u2f(desk: &mut Desk) -> Result<(), Red> {
    registers_and_signs_in(desk, YUBIKEY, "es256", "-u")
}

/// A registration that verifies, a sign-in that verifies, and the same two with a bit of theirs changed.
fn registers_and_signs_in(desk: &mut Desk, profile: &str, kind: &str, option: &str) -> Result<(), Red> {
    let key = desk.plug(profile)?;
    register(desk, &key, &format!("-M {option}"), kind, "")?;
    desk.line(format!("sed '1s/M/N/' made | fido2-cred -V {kind}")).refused("fido2-cred: ")?;
    sign_in(desk, &key, &format!("-G -p {option}"), "")?;
    desk.run(format!("fido2-assert -V -p -i signed key.pem {kind}"))?;
    desk.line(format!("sed '1s/M/N/' signed | fido2-assert -V -p key.pem {kind}")).refused("fido2-assert: ")?;
    Ok(())
}

fn verified(desk: &mut Desk) -> Result<(), Red> {
    let key = desk.plug(YUBIKEY)?;
    set_pin(desk, &key)?;
    register(desk, &key, "-M -v", "es256", PIN)?;
    sign_in(desk, &key, "-G -p -v", PIN)?;
    desk.run("fido2-assert -V -p -v -i signed key.pem es256")?;
    let wrong = format!("fido2-assert -G -p -v -i asked -o signed {}", key.node);
    desk.line(wrong).answered(&["00000000"]).refused("FIDO_ERR_PIN_INVALID")?;
    sign_in(desk, &key, "-G -p", "")?;
    desk.line("fido2-assert -V -p -v -i signed key.pem es256").refused("FIDO_ERR_")?;
    Ok(())
}

fn hmac_secret(desk: &mut Desk) -> Result<(), Red> {
    let key = desk.plug(YUBIKEY)?;
    register(desk, &key, "-M -h", "es256", "")?;
    let mut secrets = Vec::new();
    for salt in [SALT, HASH, SALT] {
        desk.run(format!("{CLEARED}; (echo {HASH}; echo example.org; head -1 key; echo {salt}) > asked"))?;
        desk.run(format!("fido2-assert -G -p -h -i asked -o signed {}", key.node))?;
        desk.run("fido2-assert -V -p -h -i signed key.pem es256")?;
        secrets.push(desk.run("tail -1 signed")?);
    }
    holds(secrets[0] == secrets[2], "the same salt gives another secret")?;
    holds(secrets[0] != secrets[1], "another salt gives the same secret")
}

fn discoverable(desk: &mut Desk) -> Result<(), Red> {
    let key = desk.plug(YUBIKEY)?;
    let node = &key.node;
    set_pin(desk, &key)?;
    register(desk, &key, "-M -r -v", "es256", PIN)?;
    let with_pin = |desk: &mut Desk, line: String| desk.line(line).answered(&[PIN]).well();
    says(&with_pin(desk, format!("fido2-token -I -c {node}"))?, "existing rk(s): 1")?;
    says(&with_pin(desk, format!("fido2-token -L -r {node}"))?, "example.org")?;
    says(&with_pin(desk, format!("fido2-token -L -k example.org {node}"))?, "YWxpY2U= es256")?;

    desk.run(format!("(echo {HASH}; echo example.org) > asked"))?;
    with_pin(desk, format!("fido2-assert -G -r -p -v -i asked -o signed {node}"))?;
    desk.run("fido2-assert -V -p -v -i signed key.pem es256")?;
    says(&desk.run("sed -n 5p signed")?, "YWxpY2U=")?;

    let renamed = format!("fido2-token -S -c -i $(head -1 key) -k YWxpY2U= -n bob -p Bob {node}");
    with_pin(desk, renamed)?;
    says(&with_pin(desk, format!("fido2-token -L -k example.org {node}"))?, "Bob")?;
    with_pin(desk, format!("fido2-token -D -i $(head -1 key) {node}"))?;
    says(&with_pin(desk, format!("fido2-token -I -c {node}"))?, "existing rk(s): 0")
}

fn large_blobs(desk: &mut Desk) -> Result<(), Red> {
    let key = desk.plug(YUBIKEY)?;
    let node = &key.node;
    set_pin(desk, &key)?;
    register(desk, &key, "-M -b -r -v", "es256", PIN)?;
    desk.run("tail -1 made > blob.key; head -c 700 /dev/urandom > blob")?;
    let with_pin = |desk: &mut Desk, line: String| desk.line(line).answered(&[PIN]).well();
    with_pin(desk, format!("fido2-token -S -b -k blob.key blob {node}"))?;
    with_pin(desk, format!("fido2-token -G -b -k blob.key got {node}"))?;
    desk.run("cmp blob got")?;
    says(&with_pin(desk, format!("fido2-token -L -b {node}"))?, "00:")?;
    with_pin(desk, format!("fido2-token -D -b -k blob.key {node}"))?;
    let gone = format!("fido2-token -G -b -k blob.key again {node}");
    desk.line(gone).answered(&[PIN]).refused("FIDO_ERR_NOTFOUND")?;
    Ok(())
}

fn configuration(desk: &mut Desk) -> Result<(), Red> {
    let key = desk.plug("yubikey-5-nfc-ep-5.7")?;
    let node = &key.node;
    set_pin(desk, &key)?;
    let with_pin = |desk: &mut Desk, line: String| desk.line(line).answered(&[PIN]).well();
    let info = |desk: &mut Desk| desk.run(format!("fido2-token -I {node}"));
    says(&info(desk)?, "noep")?;
    with_pin(desk, format!("fido2-token -S -a {node}"))?;
    holds(!info(desk)?.contains("noep"), "enterprise attestation is still off")?;
    with_pin(desk, format!("fido2-token -S -u {node}"))?;
    holds(!info(desk)?.contains("noalwaysUv"), "alwaysUv is still off")?;
    with_pin(desk, format!("fido2-token -D -u {node}"))?;
    says(&info(desk)?, "noalwaysUv")?;
    with_pin(desk, format!("fido2-token -S -l 8 {node}"))?;
    says(&info(desk)?, "minpinlen: 8")?;
    with_pin(desk, format!("fido2-token -S -m example.org {node}"))?;
    with_pin(desk, format!("fido2-token -S -f {node}"))?;
    says(&info(desk)?, "pin change required: true")?;
    desk.line(format!("fido2-token -C {node}")).answered(&[PIN, "97531468", "97531468"]).well()?;
    says(&info(desk)?, "pin change required: false")
}

fn fingers(desk: &mut Desk) -> Result<(), Red> {
    let key = desk.plug(BIO)?;
    let node = &key.node;
    set_pin(desk, &key)?;
    let with_pin = |desk: &mut Desk, line: String| desk.line(line).answered(&[PIN]).well();
    with_pin(desk, format!("fido2-token -S -e {node}"))?;
    let listed = with_pin(desk, format!("fido2-token -L -e {node}"))?;
    let template = listed.split("00: ").nth(1).and_then(|rest| rest.split_whitespace().next());
    let template = template.ok_or_else(|| Red("no finger is listed".into()))?.to_owned();
    with_pin(desk, format!("fido2-token -S -e -i {template} -n thumb {node}"))?;
    says(&with_pin(desk, format!("fido2-token -L -e {node}"))?, "thumb")?;

    register(desk, &key, "-M", "es256", "")?;
    desk.run(format!("(echo {HASH}; echo example.org; head -1 key) > asked"))?;
    desk.run(format!("fido2-assert -G -p -t uv=true -i asked -o signed {node}"))?;
    desk.run("fido2-assert -V -p -v -i signed key.pem es256")?;

    with_pin(desk, format!("fido2-token -D -e -i {template} {node}"))?;
    desk.line(format!("fido2-token -L -e {node}")).answered(&[PIN]).refused("FIDO_ERR_INVALID_OPTION").map(drop)
}

fn reset(desk: &mut Desk) -> Result<(), Red> {
    let mut key = desk.plug(YUBIKEY)?;
    set_pin(desk, &key)?;
    // A key is reset within 10 s of its power-up, of which the PIN has taken some.
    desk.run("keyrig key power-cycle")?;
    key.wait_for_node()?;
    desk.run(format!("fido2-token -R {}", key.node))?;
    says(&desk.run(format!("fido2-token -I {}", key.node))?, "noclientPin")
}

fn set_pin(desk: &mut Desk, key: &Key) -> Result<(), Red> {
    desk.line(format!("fido2-token -S {}", key.node)).answered(&[PIN, PIN]).well().map(drop)
}

/// Makes a credential, verifies it, and leaves its id in the first line of `key` and its public key in `key.pem`.
fn register(desk: &mut Desk, key: &Key, options: &str, kind: &str, pin: &str) -> Result<(), Red> {
    desk.run(format!("(echo {HASH}; echo example.org; echo alice; echo YWxpY2U=) > new"))?;
    let make = format!("fido2-cred {options} -i new -o made {} {kind}", key.node);
    desk.line(make).answered(&[pin]).well()?;
    let hmac = if options.contains("-h") { " -h" } else { "" };
    desk.run(format!("fido2-cred -V{hmac} -i made -o key {kind} && sed 1d key > key.pem && cat key"))?;
    Ok(())
}

/// Signs in with that credential, and leaves the assertion in `signed`.
fn sign_in(desk: &mut Desk, key: &Key, options: &str, pin: &str) -> Result<(), Red> {
    desk.run(format!("{CLEARED}; (echo {HASH}; echo example.org; head -1 key) > asked"))?;
    desk.line(format!("fido2-assert {options} -i asked -o signed {}", key.node)).answered(&[pin]).well()?;
    Ok(())
}
