//! Conditional mediation: a registration without a dialogue, and a sign-in by a pick (WebAuthn L3 §5.1.3, §5.1.4).

use std::time::Duration;

use keyrig_ctap::auth_data::{AuthData, Flags};
use serde_json::{Value, json};

use super::{creation, order, plug, request, run, with};
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

fn registered(device: &mut dyn Device, user: &str, discoverable: &str) -> String {
    let options = with(creation(), "/user/id", user.into());
    let options = with(options, "/authenticatorSelection/residentKey", discoverable.into());
    let answered = run(&order(Ceremony::Registration, &[]), &options, Foil::default(), device).unwrap();
    answered.credential["id"].as_str().unwrap().to_owned()
}

/// The id of the credential that signs, or the exception.
fn pick(device: &mut dyn Device, mediation: Mediation, allow: &[&str], choose: Option<&str>) -> Result<String, String> {
    let choose = choose.and_then(base64url::decode);
    let order = Order { mediation, choose, ..order(Ceremony::Authentication, &[]) };
    let allow: Value = allow.iter().map(|id| json!({"type": "public-key", "id": id})).collect();
    let mut options = request();
    options["allowCredentials"] = allow;
    let answered = run(&order, &options, Foil::default(), device)?;
    Ok(answered.credential["id"].as_str().unwrap().to_owned())
}

#[test]
fn the_pick_among_the_suggested_passkeys_signs() {
    for profile in [KEY, "icloud-keychain"] {
        let mut device = plug(profile);
        let ids = ["AQID", "BAUG"].map(|user| registered(&mut device, user, "required"));
        for id in &ids {
            let picked = pick(&mut device, Mediation::Conditional, &[], Some(id.as_str()));
            assert_eq!(picked.as_ref(), Ok(id), "{profile}");
            let named = pick(&mut device, Mediation::Conditional, &[id.as_str()], None);
            assert_eq!(named.as_ref(), Ok(id), "{profile}: those that the options name filter");
        }
    }
}

#[test]
fn only_passkeys_are_suggested() {
    let mut key = plug(KEY);
    let id = registered(&mut key, "AQID", "discouraged");
    let refused = Err("NotAllowedError".to_owned());
    assert_eq!(pick(&mut key, Mediation::Conditional, &[&id], None), refused, "it is not discoverable");
    assert_eq!(pick(&mut key, Mediation::Optional, &[&id], None), Ok(id), "the control");
    let passkey = registered(&mut key, "BAUG", "required");
    assert_eq!(pick(&mut key, Mediation::Conditional, &["AAAA"], None), refused, "it is not among those named");
    assert_eq!(pick(&mut key, Mediation::Conditional, &[], None), Ok(passkey));
}
