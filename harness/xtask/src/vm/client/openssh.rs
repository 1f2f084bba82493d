//! OpenSSH's keys that live in a security key.

use super::super::desk::{Desk, Red, holds, says};
use super::super::key::Key;
use super::{Client, Row, nothing};
use crate::system_packages::Need;

pub(super) const CLIENT: Client = Client {
    name: "openssh",
    needs: &[Need::Ssh, Need::Sshd],
    prepare: nothing,
    seconds: 25,
    rows: &[
        Row { ceremony: "an ecdsa-sk key signs", play: ecdsa },
        Row { ceremony: "an ed25519-sk key signs", play: ed25519 },
        Row { ceremony: "a resident key with a PIN is got back", play: resident },
        Row { ceremony: "a sign-in at sshd", play: sign_in },
    ],
    alone: &[],
};

const PIN: &str = "24681357";

/// OpenSSH asks for a PIN through a program of the user's choice.
const ASKED: &str = "SSH_ASKPASS=./say-pin SSH_ASKPASS_REQUIRE=force";

fn ecdsa(desk: &mut Desk) -> Result<(), Red> {
    signs(desk, "ecdsa-sk", "ECDSA-SK")
}

fn ed25519(desk: &mut Desk) -> Result<(), Red> {
    signs(desk, "ed25519-sk", "ED25519-SK")
}

fn signs(desk: &mut Desk, kind: &str, shown: &str) -> Result<(), Red> {
    let _key = desk.plug("yubikey-5-nfc-5.7")?;
    desk.run(format!("ssh-keygen -q -t {kind} -N '' -f id"))?;
    says(&desk.run("ssh-keygen -l -f id.pub")?, shown)?;
    desk.put("letter", "to whom it may concern\n")?;
    desk.run("ssh-keygen -Y sign -f id -n file letter")?;
    desk.run("echo \"alice $(cut -d' ' -f1,2 id.pub)\" > allowed")?;
    let verify = "ssh-keygen -Y verify -f allowed -I alice -n file -s letter.sig";
    says(&desk.run(format!("{verify} < letter"))?, "Good \"file\" signature")?;
    desk.line(format!("echo to somebody else | {verify}")).refused("Could not verify signature")?;
    Ok(())
}

fn resident(desk: &mut Desk) -> Result<(), Red> {
    let key = desk.plug("yubikey-5-nfc-5.7")?;
    set_pin(desk, &key)?;
    desk.run(format!("{ASKED} ssh-keygen -q -t ed25519-sk -O resident -O verify-required -N '' -f id"))?;
    desk.run("mkdir got; cd got; SSH_ASKPASS=../say-pin SSH_ASKPASS_REQUIRE=force ssh-keygen -K -N ''")?;
    let made = desk.run("cut -d' ' -f2 id.pub")?;
    let got = desk.run("cut -d' ' -f2 got/id_ed25519_sk_rk.pub")?;
    holds(made == got, "the key that was got back is another")
}

fn sign_in(desk: &mut Desk) -> Result<(), Red> {
    let key = desk.plug("yubikey-5-nfc-5.7")?;
    desk.run("ssh-keygen -q -t ed25519 -N '' -f server")?;
    desk.run("ssh-keygen -q -t ecdsa-sk -N '' -f id && cp id.pub authorized")?;
    desk.run("ssh-keygen -q -t ed25519 -N '' -f stranger")?;
    let options = "-o HostKey=$PWD/server -o AuthorizedKeysFile=$PWD/authorized -o ListenAddress=127.0.0.1:2222 \
        -o StrictModes=no -o UsePAM=no -o PermitRootLogin=yes -o PidFile=none";
    let _sshd = desk.start(&format!("/usr/sbin/sshd -D -e -f /dev/null {options}"))?;
    desk.run(
        "until ssh-keyscan -t ed25519 -p 2222 127.0.0.1 > known 2> /dev/null && test -s known; do sleep 0.2; done",
    )?;
    let ssh = "ssh -F none -p 2222 -o UserKnownHostsFile=$PWD/known -o IdentitiesOnly=yes -o PasswordAuthentication=no \
        -o KbdInteractiveAuthentication=no";
    says(&desk.run(format!("{ssh} -i id root@127.0.0.1 echo signed in"))?, "signed in")?;
    desk.line(format!("{ssh} -i stranger root@127.0.0.1 echo signed in")).refused("Permission denied")?;
    drop(key);
    desk.line(format!("{ssh} -i id root@127.0.0.1 echo signed in")).refused("Permission denied")?;
    Ok(())
}

fn set_pin(desk: &mut Desk, key: &Key) -> Result<(), Red> {
    desk.line(format!("fido2-token -S {}", key.node)).answered(&[PIN, PIN]).well()?;
    desk.put("say-pin", &format!("#!/bin/sh\necho {PIN}\n"))?;
    desk.run("chmod +x say-pin").map(drop)
}
