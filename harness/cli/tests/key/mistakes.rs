//! What is wrong with `keyrig key` is told as it is written down here, with the exit code: where, what, and what to do.

use std::fs;
use std::process::{Command, Stdio};

use crate::on_a_desk::{Desk, keyrig};

/// The words, the exit code, and what standard error says.
type Mistake = (&'static [&'static str], i32, &'static str);

const WITH_A_KEY: &[Mistake] = &[
    (
        &["--key", "dask", "status"],
        2,
        "  × failed to find the key \"dask\"
  help: did you mean \"desk\"? `keyrig key list` names them all",
    ),
    (
        &["--key", "../desk", "status"],
        2,
        "  × failed to find the key \"../desk\"
  help: `keyrig key list` names them all",
    ),
    (
        &["touch"],
        1,
        "  × failed to answer the key: it asks nothing (desk, key)
  help: use it first, or wait for it: \"wait_ms\": 10000, or --wait 10s",
    ),
    (
        &["insert"],
        1,
        "  × failed to insert the key: it is in its port already (desk, key)
  help: remove it first",
    ),
    (
        &["fault", "drp"],
        2,
        "  × failed to find the fault `drp` (desk, body.fault)
  help: one of corrupt-sequence, drop, duplicate, error-reply, reorder, stall, wrong-channel",
    ),
    (
        &["fault", "drop", "--times", "0"],
        2,
        "  × failed to arm the fault 0 times (desk, body.times)
  help: 1 to 1,000 times",
    ),
    (
        &["credentials", "delete", "zz"],
        2,
        "  × failed to read the credential id: it is not hexadecimal (desk, path.id)
  help: write it as GET /v1/credentials and `keyrig key credentials list` do",
    ),
    (
        &["credentials", "delete", "00"],
        2,
        "  × failed to find the credential 00: the key has none with this id (desk, key)
  help: GET /v1/credentials lists those that it has",
    ),
    (
        &["set", "backup-state", "on"],
        2,
        "  × failed to set the backup state: what is backed up has to be eligible for it (WebAuthn L3 §6.1.3) (desk, key)
  help: set eligible as well, or state to false",
    ),
    (
        &["upgrade", "yubikey-5-nfc-5.77"],
        2,
        "  × failed to find the profile \"yubikey-5-nfc-5.77\"
  help: did you mean \"yubikey-5-nfc-5.7\"? `keyrig profile list` names them all",
    ),
    (
        &["upgrade", "nowhere.yaml"],
        2,
        "  × failed to read profile nowhere.yaml: no such file or directory (os error 2)",
    ),
    (
        &["snapshot", "no/such/folder"],
        2,
        "  × failed to write the snapshot no/such/folder: No such file or directory (os error 2)
  help: name a file in a folder of yours; one that is there is not written over",
    ),
    (
        &["restore", "nowhere"],
        2,
        "  × failed to read the snapshot nowhere: No such file or directory (os error 2)
  help: name a file that `keyrig key snapshot` wrote",
    ),
    (
        &["restore", "keyrig/desk.token"],
        2,
        "  × failed to restore the key: these bytes are no snapshot (desk, key)
  help: take one with GET /v1/snapshot, or `keyrig key snapshot`",
    ),
];

#[test]
fn mistakes_with_a_key_are_told_as_written_down() {
    let desk = Desk::with(&[]);
    for (words, code, told) in WITH_A_KEY {
        let (ended, said) = desk.key_fails(words);
        assert_eq!((ended, said.trim_end()), (Some(*code), *told), "{words:?}");
    }
}

#[test]
fn a_key_whose_token_is_gone_or_another_is_told_apart_from_one_that_is_dead() {
    let mut desk = Desk::with(&[]);
    let token = desk.folder().join("keyrig/desk.token");
    let right = fs::read_to_string(&token).unwrap();
    let told = |desk: &Desk| desk.key_fails(&["--key", "desk", "status"]);

    fs::write(&token, right.clone() + "\n").unwrap();
    assert!(desk.key(&["status"]).contains("yubikey-5-nfc-5.7"), "an editor ends a line");
    fs::write(&token, "another").unwrap();
    let (code, said) = told(&desk);
    assert_eq!(code, Some(3), "{said}");
    assert!(said.contains("failed to reach the key desk: it refuses the token in "), "{said}");
    fs::remove_file(&token).unwrap();
    let (code, said) = told(&desk);
    assert_eq!(code, Some(3), "{said}");
    assert!(said.contains("desk.token: No such file") && said.contains("help: the key was killed, or is "), "{said}");

    desk.kill_and_plug_again();
    assert!(desk.key(&["status"]).contains("yubikey-5-nfc-5.7"));
    let folder = desk.killed();
    let mut command = keyrig(folder.path());
    let output = command.args(["key", "--key", "desk", "status"]).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(3), "{said}");
    assert_eq!(
        said.trim_end(),
        "  × failed to reach the key desk: nobody listens there
  help: `keyrig plug` plugs it in; `keyrig key list` shows those that are there"
    );
}

#[test]
fn of_two_keys_one_has_to_be_named_and_a_name_is_taken_once() {
    let desk = Desk::with(&[]);
    let plug = |name: &str, link: &str| -> Command {
        let mut command = keyrig(desk.folder());
        command.args(["plug", "bare", "--name", name, "--link", link]);
        command
    };
    let taken = plug("desk", "socket:other.hid").output().unwrap();
    assert_eq!(taken.status.code(), Some(3));
    assert_eq!(
        String::from_utf8(taken.stderr).unwrap().trim_end(),
        "  × failed to call the key desk: another key of this name is plugged in
  help: --name gives it another; `keyrig key list` shows those that are there"
    );
    let mut other = plug("drawer", "socket:other.hid").stdout(Stdio::piped()).spawn().unwrap();
    while !fs::exists(desk.folder().join("other.hid")).unwrap() {
        std::thread::yield_now();
    }
    let (code, said) = desk.key_fails(&["status"]);
    other.kill().unwrap();
    other.wait().unwrap();
    assert_eq!(code, Some(2), "{said}");
    assert_eq!(
        said.trim_end(),
        "  × failed to choose a key: 2 are there
  help: --key desk, or --key drawer"
    );
}
