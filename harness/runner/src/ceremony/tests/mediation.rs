//! Conditional create: a registration without a dialogue (WebAuthn L3 §5.1.3).

use std::time::Duration;

use keyrig_ctap::auth_data::{AuthData, Flags};
use serde_json::{Value, json};

use super::{creation, order, plug, run, with};
use crate::base64url;
use crate::ceremony::{Ceremony, Order};
use crate::client::{Mediation, Page};
use crate::device::{Device, DeviceDescription, InProcess, LinkError};
use crate::tamper::Foil;

/// Makes server-side credentials without verification even where there is a PIN.
const KEY: &str = "yubikey-5-nfc-5.8";

/// A key whose owner has set no PIN, which nobody may do in passing.
struct WithoutPin(InProcess);

impl Device for WithoutPin {
    fn transact(&mut self, message: &[u8]) -> Result<Vec<u8>, LinkError> {
        self.0.transact(message)
    }

    fn grant(&mut self, span: Duration) {
        self.0.grant(span);
    }

    fn describe(&self) -> DeviceDescription {
        DeviceDescription { emulated: false, ..self.0.describe() }
    }
}

fn make(device: &mut dyn Device, mediation: Mediation, verification: &str, page: Page) -> Result<Flags, String> {
    let order = Order { mediation, page, ..order(Ceremony::Registration, &[]) };
    let selection = json!({"residentKey": "discouraged", "userVerification": verification});
    let options = with(creation(), "/authenticatorSelection", selection);
    Ok(flags(&run(&order, &options, Foil::default(), device)?.credential))
}

fn page() -> Page {
    Page::new("https://corp.example.com")
}

fn flags(credential: &Value) -> Flags {
    let auth_data = credential["response"]["authenticatorData"].as_str().unwrap();
    AuthData::parse(&base64url::decode(auth_data).unwrap()).unwrap().flags
}

#[test]
fn only_what_is_required_is_collected() {
    let mut key = plug(KEY);
    for (mediation, verification, verified) in [
        (Mediation::Conditional, "required", true),
        (Mediation::Conditional, "preferred", false),
        (Mediation::Conditional, "discouraged", false),
        (Mediation::Optional, "preferred", true),
    ] {
        let flags = make(&mut key, mediation, verification, page()).unwrap();
        assert_eq!(flags.contains(Flags::UV), verified, "{mediation:?} {verification}");
    }
}

#[test]
fn what_cannot_be_collected_is_a_constraint() {
    let mut unable = WithoutPin(plug(KEY));
    let required = |mediation, device: &mut dyn Device| make(device, mediation, "required", page()).err();
    assert_eq!(required(Mediation::Conditional, &mut unable).as_deref(), Some("ConstraintError"));
    assert_eq!(required(Mediation::Optional, &mut unable).as_deref(), Some("NotAllowedError"), "the control");
}

#[test]
fn a_frame_of_another_origin_gets_none() {
    let framed = || Page { top_origin: Some("https://other.example".to_owned()), ..page() };
    let made = |mediation| make(&mut plug(KEY), mediation, "preferred", framed());
    assert_eq!(made(Mediation::Conditional).err().as_deref(), Some("NotAllowedError"));
    assert!(made(Mediation::Optional).is_ok(), "the control");
}
