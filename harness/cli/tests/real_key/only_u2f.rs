//! A key that speaks U2F and nothing else, as a YubiKey 4 does.

use std::process::Stdio;

use super::plugged::{Key, text, wait_for};
use super::{as_foretold, json};

const YUBIKEY_4: &str = "yubikey-4";

/// `U2F_REGISTER` in the log of the key.
const REGISTER: &str = "MSG 73 bytes";

#[test]
fn every_scenario_ends_as_the_list_foretells() {
    let played = as_foretold(&Key::plug(YUBIKEY_4));
    assert!(played >= 20, "{played} were played");
}

#[test]
fn devices_tells_what_is_known_of_it() {
    let key = Key::plug(YUBIKEY_4);
    let told = text(&key.keyrig(&["devices"]));
    for words in
        ["U2F key", "none: it speaks U2F only", "the device calls itself 4.3.7", "U2F_V2 over usb", "it takes none"]
    {
        assert!(told.contains(words), "{words}: {told}");
    }
    let found = json(&key.keyrig(&["devices", "--json"]));
    assert_eq!((&found[0]["aaguid"], &found[0]["versions"][0]), (&serde_json::Value::Null, &"U2F_V2".into()));
}

#[test]
fn a_person_is_asked_once_and_may_take_their_time() {
    let key = Key::plug_with(YUBIKEY_4, "person");
    let words = ["register", "--user", "alice@corp.example.com", "--target", "builtin:default"];
    let mut registering = key.command(&words).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    wait_for(registering.stderr.as_mut().unwrap(), "touch your key now");
    let sent = || text(&key.told(&["log"])).matches(REGISTER).count();
    assert!((0..2000).any(|_| sent() > 1), "the message is sent again while nobody touches the key");
    let touched = key.told(&["touch", "--wait", "10s"]);
    assert_eq!(touched.status.code(), Some(0), "{}", text(&touched));
    let registered = registering.wait_with_output().unwrap();
    assert_eq!(registered.status.code(), Some(0), "{}", text(&registered));
    assert!(text(&registered).contains("accepted"), "{}", text(&registered));
}
