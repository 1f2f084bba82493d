//! What the options and the client's habits make of an authenticator: hints, enterprise attestation.

use keyrig_ctap::Command;
use keyrig_ctap::message::make_credential::Request;
use serde_json::{Value, json};

use super::super::play::honest;
use super::{Link, Order, creation, order, plug, run, with};
use crate::ceremony::Ceremony;
use crate::client::ClientProfile;
use crate::device::Device as _;
use crate::tamper::Foil;

const KEY: &str = "yubikey-5-nfc-5.7";

/// Whether a key that roams is asked although the options want one that is built in.
fn asked(client: &str, hints: &[&str]) -> bool {
    let mut options = with(creation(), "/authenticatorSelection", json!({"authenticatorAttachment": "platform"}));
    options["hints"] = hints.into();
    let order = Order { client: ClientProfile::find(client).unwrap(), ..order(Ceremony::Registration, &[]) };
    match run(&order, &options, Foil::default(), &mut plug(KEY)) {
        Ok(_) => true,
        Err(name) => {
            assert_eq!(name, "NotAllowedError");
            false
        }
    }
}

#[test]
fn hints_take_precedence_over_the_attachment_that_they_contradict() {
    assert!(!asked("l3", &[]), "the control");
    assert!(asked("l3", &["security-key"]));
    assert!(asked("l3", &["hybrid", "client-device"]), "the first controls, and it binds nobody");
    assert!(!asked("l3", &["client-device", "security-key"]), "the first does not contradict");
    assert!(!asked("l3", &["telepathy"]));
    assert!(!asked("chromium-156", &["security-key"]), "that one's habit");
}

/// `enterpriseAttestation` of the request, and whether the serial number is in the attestation.
fn enterprise(client: &str, allowed: bool, conveyance: &str, rp_id: &str) -> (Option<u64>, bool) {
    let mut key = plug("yubikey-5-nfc-ep-5.7");
    if allowed {
        key.allow_enterprise_attestation().unwrap();
    }
    let mut options = with(creation(), "/attestation", conveyance.into());
    options["rp"]["id"] = rp_id.into();
    let page = crate::client::Page::new("https://corp.example.com");
    let client = ClientProfile::find(client).unwrap();
    let order = Order { client, page, ..order(Ceremony::Registration, &[]) };
    let mut link = Link::new(&mut key);
    let made = honest(&order, &options, &mut link, &mut |_| Ok(())).unwrap();
    let asked = link.take_log().into_iter().find(|exchange| exchange.request[0] == Command::MAKE_CREDENTIAL.0);
    let asked = Request::decode(&asked.unwrap().request[1..]).unwrap().enterprise_attestation;
    (asked, holds_serial(&made.credential))
}

/// The extension of the enterprise serial number, 1.3.6.1.4.1.45724.1.1.2 (WebAuthn L3 §8.2.2).
fn holds_serial(credential: &Value) -> bool {
    const SERIAL: [u8; 13] = [0x06, 0x0b, 0x2b, 0x06, 0x01, 0x04, 0x01, 0x82, 0xe5, 0x1c, 0x01, 0x01, 0x02];
    let object = credential["response"]["attestationObject"].as_str().and_then(crate::base64url::decode).unwrap();
    object.windows(SERIAL.len()).any(|bytes| bytes == SERIAL)
}

#[test]
fn enterprise_attestation_needs_authenticator_client_and_options() {
    let corp = "corp.example.com";
    assert_eq!(enterprise("l3-managed", true, "enterprise", corp), (Some(2), true));
    assert_eq!(enterprise("l3-managed", true, "direct", corp), (None, false), "nobody asks");
    assert_eq!(enterprise("l3-managed", true, "enterprise", "example.com"), (None, false), "it is not listed");
    assert_eq!(enterprise("l3-managed", false, "enterprise", corp), (None, false), "it is turned off");
    assert_eq!(enterprise("l3", true, "enterprise", corp), (None, false), "the client permits it to nobody");
    assert_eq!(enterprise("chromium-156", true, "enterprise", corp).0, Some(1), "the key has a list of its own");
}
