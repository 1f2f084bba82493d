//! A key that is plugged in does what `keyrig key` says, as a program on its link sees it.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::thread;

use crate::on_a_desk::{Desk, Host, assertion, credential_id, flags, hex, keyrig, registration, sign_count};
use keyrig_ctap::{Command, Status};

#[test]
fn a_touch_completes_what_waits_for_it() {
    let desk = Desk::with(&["--store", "key.redb"]);
    let mut host = Host::at(&desk);
    host.send(&registration("example.org", false));
    assert_eq!(desk.key(&["touch", "--wait", "10s"]), "desk: touch, for authenticatorMakeCredential\n");
    let (status, _) = host.answer();
    assert_eq!(status, Status::OK);
    let listed: serde_json::Value = serde_json::from_str(&desk.key(&["credentials", "list", "--json"])).unwrap();
    assert_eq!((&listed[0]["rp_id"], &listed[0]["user_name"]), (&"example.org".into(), &"alice".into()));
    let log = desk.key(&["log"]);
    for line in ["CBOR authenticatorMakeCredential", "asks for touch", "the user: touch", "CBOR CTAP1_ERR_SUCCESS"] {
        assert!(log.contains(line), "{line} in {log}");
    }
}

#[test]
fn who_says_no_is_believed_and_a_key_that_asks_nothing_takes_no_touch() {
    let desk = Desk::with(&[]);
    let (code, told) = desk.key_fails(&["touch"]);
    assert_eq!(code, Some(1));
    assert!(told.contains("it asks nothing"), "{told}");
    let mut host = Host::at(&desk);
    host.send(&registration("example.org", false));
    desk.key(&["decline", "--wait", "10s"]);
    assert_eq!(host.answer().0, Status::OPERATION_DENIED);
}

#[test]
fn a_finger_is_good_or_wrong() {
    let desk = Desk::of("icloud-keychain", &[]);
    let mut host = Host::at(&desk);
    host.send(&registration("example.org", true));
    desk.key(&["finger", "wrong", "--wait", "10s"]);
    let told: serde_json::Value = serde_json::from_str(&desk.key(&["status", "--json"])).unwrap();
    assert_eq!(told["uv_retries"], 2);
    assert_ne!(host.answer().0, Status::OK);
    host.send(&registration("example.org", true));
    desk.key(&["finger", "good", "--wait", "10s"]);
    let (status, body) = host.answer();
    assert_eq!(status, Status::OK);
    assert_eq!(flags(&body) & 0x05, 0x05, "UP and UV");
}

#[test]
fn a_key_that_was_pulled_out_says_nothing_and_is_another_when_it_is_back() {
    let desk = Desk::with(&[]);
    let mut host = Host::at(&desk);
    host.send(&registration("example.org", false));
    let gone = thread::spawn(move || host.is_cut_off());
    assert_eq!(desk.key(&["remove"]), "desk: out of its port\n");
    assert!(gone.join().unwrap(), "a key that is gone says nothing");
    assert!(!desk.link().exists());
    assert_eq!(desk.key(&["insert"]), "desk: in its port\n");
    let mut host = Host::at(&desk);
    host.send(&[Command::GET_INFO.0]);
    assert_eq!(host.answer().0, Status::OK);
    assert_eq!(desk.key_fails(&["insert"]).0, Some(1));
}

#[test]
fn a_power_cycle_ends_what_is_under_way_and_the_key_is_there_again() {
    let desk = Desk::with(&["--gestures", "power-cycle x2"]);
    for _ in 0..2 {
        let mut host = Host::at(&desk);
        host.send(&registration("example.org", false));
        assert!(host.is_cut_off());
    }
    desk.key(&["gestures", "always"]);
    let mut host = Host::at(&desk);
    desk.key(&["power-cycle"]);
    assert!(host.is_cut_off(), "whoever asks nothing loses it too");
    let mut host = Host::at(&desk);
    host.send(&registration("example.org", false));
    assert_eq!(host.answer().0, Status::OK);
}

#[test]
fn backup_flags_are_those_that_were_set() {
    let desk = Desk::with(&["--gestures", "always"]);
    assert_eq!(desk.key_fails(&["set", "backup-state", "on"]).0, Some(2));
    desk.key(&["set", "backup-eligible", "on"]);
    assert_eq!(desk.key(&["set", "backup-state", "on"]), "desk: backup eligible on, backup state on\n");
    let mut host = Host::at(&desk);
    host.send(&registration("example.org", false));
    let (_, body) = host.answer();
    assert_eq!(flags(&body) & 0x18, 0x18, "BE and BS");
}

#[test]
fn faults_strike_once_and_the_next_request_is_well() {
    let desk = Desk::with(&[]);
    for (fault, wrong) in [("wrong-channel", "another channel"), ("error-reply", "an error"), ("drop", "nothing")] {
        let mut host = Host::at(&desk);
        desk.key(&["fault", fault]);
        host.send(&[Command::GET_INFO.0]);
        desk.wait_for_the_fault();
        assert!(host.is_wrong(fault), "{fault} lets the host see {wrong}");
        let mut host = Host::at(&desk);
        host.send(&[Command::GET_INFO.0]);
        assert_eq!(host.answer().0, Status::OK, "after {fault}");
    }
}

#[test]
fn an_update_keeps_what_it_is_told_to_and_the_firmware_is_another() {
    let desk = Desk::of("updatable-key-1", &["--gestures", "always"]);
    let mut host = Host::at(&desk);
    host.send(&registration("example.org", false));
    let (_, body) = host.answer();
    let id = credential_id(&body);
    assert!(desk.key(&["upgrade", "updatable-key-2"]).ends_with("with 1 credentials\n"));
    let mut host = Host::at(&desk);
    host.send(&assertion("example.org", &id));
    assert_eq!(host.answer().0, Status::OK);
    assert!(desk.key(&["upgrade", "updatable-key-1", "--keep", "nothing"]).ends_with("with 0 credentials\n"));
}

#[test]
fn a_snapshot_is_put_back_and_is_its_owners_alone() {
    let desk = Desk::with(&["--gestures", "always"]);
    let mut host = Host::at(&desk);
    host.send(&registration("example.org", false));
    let (_, body) = host.answer();
    let id = credential_id(&body);
    desk.key(&["snapshot", "taken.keyrig"]);
    let mode = fs::metadata(desk.folder().join("taken.keyrig")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    assert_eq!(desk.key_fails(&["snapshot", "taken.keyrig"]).0, Some(2), "a snapshot is not written over");
    let begins = hex(&id)[..12].to_owned();
    assert_eq!(desk.key(&["credentials", "delete", &begins]), "desk: deleted; it has 0 credentials\n");
    host.send(&assertion("example.org", &id));
    assert_eq!(host.answer().0, Status::NO_CREDENTIALS);
    assert_eq!(desk.key(&["restore", "taken.keyrig"]), "desk: restored, 1 credentials\n");
    let mut host = Host::at(&desk);
    host.send(&assertion("example.org", &id));
    assert_eq!(host.answer().0, Status::OK);
}

#[test]
fn a_snapshot_that_is_put_back_brings_its_counter_back() {
    let desk = Desk::with(&["--gestures", "always"]);
    let count = |id: &[u8]| {
        let mut host = Host::at(&desk);
        host.send(&assertion("example.org", id));
        sign_count(&host.answer().1)
    };
    let mut host = Host::at(&desk);
    host.send(&registration("example.org", false));
    let id = credential_id(&host.answer().1);
    let before = count(&id);
    desk.key(&["snapshot", "taken.keyrig"]);
    assert_eq!([count(&id), count(&id)], [before + 1, before + 2]);
    desk.key(&["restore", "taken.keyrig"]);
    assert_eq!(count(&id), before + 1, "the relying party sees it go back");
}

#[test]
fn an_acknowledged_credential_outlives_a_kill() {
    let mut desk = Desk::with(&["--gestures", "always", "--store", "key.redb"]);
    let mut host = Host::at(&desk);
    host.send(&registration("example.org", false));
    let (_, body) = host.answer();
    let id = credential_id(&body);
    desk.kill_and_plug_again();
    let mut host = Host::at(&desk);
    host.send(&assertion("example.org", &id));
    assert_eq!(host.answer().0, Status::OK);
}

#[test]
fn a_store_is_of_one_product() {
    let desk = Desk::with(&["--store", "key.redb"]);
    let folder = desk.leave();
    let output = keyrig(folder.path())
        .args(["plug", "security-key-nfc-5.4", "--store", "key.redb", "--link", "socket:other.hid"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(told.contains("keyrig plug yubikey-5-nfc-5.7 --store key.redb"), "{told}");
}

#[test]
fn the_log_can_be_followed() {
    let desk = Desk::with(&["--gestures", "always"]);
    let followed = desk.follow_log();
    let mut host = Host::at(&desk);
    host.send(&[Command::GET_INFO.0]);
    host.answer();
    desk.leave();
    let lines: Vec<serde_json::Value> = followed.join().unwrap();
    let info = lines.iter().find(|line| line["decoded"]["kind"] == "ctap-response").unwrap();
    assert_eq!(info["decoded"]["title"], "CTAP response of authenticatorGetInfo");
}
