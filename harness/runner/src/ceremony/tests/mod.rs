//! Ceremonies without a target: the client, an emulated authenticator, and lies.

mod guidance;
mod mediation;
mod perform;
mod rubbish;

use std::collections::BTreeSet;
use std::time::Duration;

use keyrig_ctap::Aaguid;
use keyrig_ctap::attestation::AttestationObject;
use keyrig_ctap::auth_data::{AuthData, Flags};
use keyrig_ctap::cose::PublicKey;
use keyrig_ctap::gesture::{Deed, Script};
use p256::ecdsa::signature::Verifier as _;
use p256::ecdsa::{Signature, VerifyingKey};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::play::{Answered, Played, honest, play};
use super::{Ceremony, CeremonyError, OptionsRequest, Order};
use crate::base64url;
use crate::client::{ClientProfile, Ignore, Link, Mediation, Page};
use crate::device::{Device, DeviceDescription, InProcess, LinkError};
use crate::tamper::{self, Argument, Foil, Need, TamperCall};

const YUBIKEY: &str = "yubikey-5-nfc-5.4";
const ICLOUD: &str = "icloud-keychain";
const TPM: &str = "windows-hello-es256";

fn plug(profile: &str) -> InProcess {
    InProcess::plug(profile, [1; 32]).unwrap()
}

fn order(ceremony: Ceremony, tampers: &[TamperCall]) -> Order<'_> {
    Order {
        ceremony,
        user: Some("alice"),
        request: OptionsRequest::default(),
        tampers,
        client: ClientProfile::l3(),
        page: Page::new("https://corp.example.com"),
        pin: "12345678",
        mediation: Mediation::default(),
        ignore: Ignore::default(),
        transports: None,
        choose: None,
        seed: [2; 32],
    }
}

fn creation() -> Value {
    json!({
        "rp": {"name": "Corp", "id": "corp.example.com"},
        "user": {"id": "AQID", "name": "alice", "displayName": "Alice"},
        "challenge": "AAECAwQFBgcICQoLDA0O_w",
        "pubKeyCredParams": [{"type": "public-key", "alg": -7}, {"type": "public-key", "alg": -257}],
        "authenticatorSelection": {"residentKey": "required", "userVerification": "required"},
        "attestation": "direct",
        "extensions": {"credProps": true}
    })
}

fn request() -> Value {
    json!({"rpId": "corp.example.com", "challenge": "AAECAwQFBgcICQoLDA0O_w", "userVerification": "required"})
}

fn run(order: &Order<'_>, options: &Value, foil: Foil, device: &mut dyn Device) -> Result<Answered, String> {
    match play(order, options, foil, &mut Link::new(device)) {
        Ok(Played::Answered(answered)) => Ok(answered),
        Ok(Played::Stopped(error)) => Err(error.name.to_owned()),
        Err(error) => Err(error.to_string()),
    }
}

fn register(device: &mut dyn Device) -> Answered {
    run(&order(Ceremony::Registration, &[]), &creation(), Foil::default(), device).unwrap()
}

fn with(json: Value, pointer: &str, value: Value) -> Value {
    let mut json = json;
    *json.pointer_mut(pointer).unwrap() = value;
    json
}

fn attestation(answered: &Answered) -> (AttestationObject, AuthData) {
    let text = answered.credential["response"]["attestationObject"].as_str().unwrap();
    let object = AttestationObject::parse(&base64url::decode(text).unwrap()).unwrap();
    let data = AuthData::parse(&object.auth_data).unwrap();
    (object, data)
}

fn call(tamper: &'static tamper::Tamper) -> TamperCall {
    let argument = match (tamper.argument, tamper.id) {
        (Argument::Required("aaguid"), _) => Some("ee882879-721c-4913-9775-3dfcce97072b"),
        (Argument::Required("profile"), _) => Some("feitian-epass-fido2"),
        (Argument::Required(_), _) => Some("bob"),
        (_, "wire/transports") => Some("ble"),
        _ => None,
    };
    TamperCall::new(tamper.id, argument).unwrap()
}

fn foil(need: Need, ceremony: Ceremony, device: &mut dyn Device) -> Foil {
    let mut foil = Foil::default();
    match need {
        Need::Nothing => {}
        Need::OtherSession => foil.other_session = Some(vec![9; 32]),
        Need::UsedChallenge => foil.used_challenge = base64url::decode("AAECAwQFBgcICQoLDA0O_w"),
        Need::OtherUser => {
            foil.other_user_handle = Some(vec![9; 8]);
            foil.other_credential = Some(vec![9; 64]);
        }
        Need::OtherAnswer => {
            let options = if ceremony == Ceremony::Registration { creation() } else { request() };
            let options = with(options, "/challenge", json!("AAAA"));
            let order = order(ceremony, &[]);
            let made = honest(&order, &options, &mut Link::new(device), &mut |_| Ok(())).unwrap();
            foil.other_answer = Some(made.credential);
        }
    }
    foil
}

#[test]
fn each_tamper_changes_exactly_what_it_says() {
    for tamper in tamper::all() {
        let mut seen = BTreeSet::new();
        for ceremony in tamper.ceremonies {
            let mut device = plug(liar(tamper));
            let device: &mut dyn Device = &mut device;
            let options = if *ceremony == Ceremony::Registration { creation() } else { request() };
            if *ceremony == Ceremony::Authentication {
                register(device);
            }
            let foil = foil(tamper.need, *ceremony, device);
            let calls = [call(tamper)];
            let answered = run(&order(*ceremony, &calls), &options, foil, device)
                .unwrap_or_else(|why| panic!("{} at {}: {why}", tamper.id, ceremony.as_str()));
            assert!(!answered.fields.is_empty(), "{} changed nothing", tamper.id);
            seen.extend(answered.fields.into_iter().map(|difference| difference.path));
        }
        let said: BTreeSet<_> = tamper.changes.iter().map(|path| (*path).to_owned()).collect();
        assert_eq!(seen, said, "{}", tamper.id);
    }
}

/// Who can tell the lie.
fn liar(tamper: &tamper::Tamper) -> &'static str {
    match tamper.id {
        "authenticator/foreign-binding" | "authenticator/tpm-magic" => TPM,
        _ => YUBIKEY,
    }
}

/// One of each attestation format.
const FORMATS: [&str; 8] = [
    "android-authenticator",
    "apple-anonymous",
    "compound-key",
    ICLOUD,
    TPM,
    "windows-hello-software",
    YUBIKEY,
    "yubikey-5-nfc-5.8",
];

#[test]
fn each_lie_of_the_authenticator_is_signed_in_every_format_or_says_why_not() {
    let lies = tamper::all().iter().filter(|tamper| tamper.id.starts_with("authenticator/"));
    for tamper in lies.filter(|tamper| tamper.ceremonies.contains(&Ceremony::Registration)) {
        let mut told = 0;
        for profile in FORMATS {
            let mut device = plug(profile);
            let device: &mut dyn Device = &mut device;
            let foil = foil(tamper.need, Ceremony::Registration, device);
            let calls = [call(tamper)];
            match run(&order(Ceremony::Registration, &calls), &creation(), foil, device) {
                Ok(answered) => told += usize::from(!answered.fields.is_empty()),
                Err(why) => assert!(why.contains("cannot be told here"), "{} with {profile}: {why}", tamper.id),
            }
        }
        assert!(told > 0, "{} was told by nobody", tamper.id);
    }
}

#[test]
fn without_a_tamper_nothing_is_changed() {
    let mut device = plug(YUBIKEY);
    assert_eq!(register(&mut device).fields, []);
    let order = order(Ceremony::Authentication, &[]);
    assert_eq!(run(&order, &request(), Foil::default(), &mut device).unwrap().fields, []);
}

#[test]
fn lies_of_the_authenticator_seam_are_signed() {
    let mut device = plug(YUBIKEY);
    let (_, registered) = attestation(&register(&mut device));
    let Ok(PublicKey::Ec2 { x, y, .. }) = registered.attested.unwrap().public_key.public_key() else { panic!() };
    let key = VerifyingKey::from_sec1_bytes(&[&[4][..], &x, &y].concat()).unwrap();

    for (tamper, genuine) in [("authenticator/clear-uv", true), ("wire/clear-uv", false)] {
        let calls = [tamper.parse().unwrap()];
        let order = order(Ceremony::Authentication, &calls);
        let answered = run(&order, &request(), Foil::default(), &mut device).unwrap();
        let part = |name: &str| base64url::decode(answered.credential["response"][name].as_str().unwrap()).unwrap();
        let data = part("authenticatorData");
        assert!(!AuthData::parse(&data).unwrap().flags.contains(Flags::UV), "{tamper}");
        let signed = [data, Sha256::digest(part("clientDataJSON")).to_vec()].concat();
        let signature = Signature::from_der(&part("signature")).unwrap();
        assert_eq!(key.verify(&signed, &signature).is_ok(), genuine, "{tamper}");
    }
}

#[test]
fn the_honest_answer_is_that_of_level_3() {
    let mut device = plug(YUBIKEY);
    let answered = register(&mut device);
    let json = &answered.credential;
    assert_eq!(json["id"], json["rawId"]);
    assert_eq!(json["id"], base64url::encode(&answered.credential_id));
    assert_eq!(json["authenticatorAttachment"], "cross-platform");
    assert_eq!(json["clientExtensionResults"], json!({"credProps": {"rk": true}}));
    assert_eq!(json["response"]["transports"], json!(["nfc", "usb"]));
    assert_eq!(json["response"]["publicKeyAlgorithm"], -7);
    let (object, data) = attestation(&answered);
    assert_eq!(object.format, "packed");
    assert!(data.flags.contains(Flags::UP | Flags::UV | Flags::AT), "{}", data.flags);
    assert_eq!(base64url::encode(&object.auth_data), json["response"]["authenticatorData"].as_str().unwrap());
    let client_data = base64url::decode(json["response"]["clientDataJSON"].as_str().unwrap()).unwrap();
    assert_eq!(client_data, answered.client_data_json.as_bytes());
}

#[test]
fn clients_have_their_habits_under_none() {
    let options = with(creation(), "/attestation", json!("none"));
    for (client, profile, kept) in
        [("l3", YUBIKEY, true), ("chromium-156", YUBIKEY, false), ("l3", ICLOUD, true), ("chromium-156", ICLOUD, true)]
    {
        let mut device = plug(profile);
        let order = Order { client: ClientProfile::find(client).unwrap(), ..order(Ceremony::Registration, &[]) };
        let answered = run(&order, &options, Foil::default(), &mut device).unwrap();
        let (object, data) = attestation(&answered);
        let model = device.describe().aaguid.unwrap();
        let expected = if kept { model } else { Aaguid::ZERO };
        assert_eq!((object.format.as_str(), data.attested.unwrap().aaguid), ("none", expected), "{client} {profile}");
    }
}

#[test]
fn a_credential_that_is_there_already_is_an_invalid_state() {
    let mut device = plug(YUBIKEY);
    let mut options = creation();
    let id = register(&mut device).credential["id"].clone();
    let order_ = order(Ceremony::Registration, &[]);
    options["excludeCredentials"] = json!([{"type": "public-key", "id": id}]);
    let refused = run(&order_, &options, Foil::default(), &mut device).err();
    assert_eq!(refused.as_deref(), Some("InvalidStateError"));
    let many: Vec<Value> = (0..20).map(|n| json!({"type": "public-key", "id": base64url::encode(&[n; 64])})).collect();
    options["excludeCredentials"] = json!([&[json!({"type": "public-key", "id": id})], many.as_slice()].concat());
    let refused = run(&order_, &options, Foil::default(), &mut device).err();
    assert_eq!(refused.as_deref(), Some("InvalidStateError"), "first of a list longer than the authenticator takes");
    options["excludeCredentials"] = json!(many);
    assert!(run(&order_, &options, Foil::default(), &mut device).is_ok());
    options["excludeCredentials"] = json!([{"type": "public-key", "id": id}]);
    let careless = Order { ignore: Ignore { exclude_credentials: true, ..Ignore::default() }, ..order_ };
    assert!(run(&careless, &options, Foil::default(), &mut device).is_ok());
}

#[test]
fn a_page_of_another_site_gets_nothing() {
    for (origin, answer) in [
        ("https://corp.example.com", None),
        ("https://login.corp.example.com", None),
        ("https://evil.example", Some("SecurityError")),
        ("https://corp.example.com.evil.example", Some("SecurityError")),
        ("http://corp.example.com", Some("SecurityError")),
    ] {
        let order = Order { page: Page::new(origin), ..order(Ceremony::Registration, &[]) };
        let refused = run(&order, &creation(), Foil::default(), &mut plug(YUBIKEY)).err();
        assert_eq!(refused.as_deref(), answer, "{origin}");
    }
}

#[test]
fn selection_criteria_pass_authenticators_over() {
    let cases = [
        (YUBIKEY, "/authenticatorSelection/userVerification", json!("required"), None),
        ("yubikey-5-nfc-5.1", "/authenticatorSelection/userVerification", json!("discouraged"), None),
        (YUBIKEY, "/authenticatorSelection", json!({"authenticatorAttachment": "platform"}), Some("NotAllowedError")),
        (YUBIKEY, "/authenticatorSelection", json!({"authenticatorAttachment": "cross-platform"}), None),
        (ICLOUD, "/authenticatorSelection", json!({"authenticatorAttachment": "platform"}), None),
        (ICLOUD, "/authenticatorSelection", json!({"authenticatorAttachment": "cross-platform"}), None),
        (
            "windows-hello-hardware",
            "/authenticatorSelection",
            json!({"authenticatorAttachment": "cross-platform"}),
            Some("NotAllowedError"),
        ),
        (ICLOUD, "/pubKeyCredParams", json!([{"type": "public-key", "alg": -257}]), Some("NotAllowedError")),
    ];
    for (profile, pointer, value, answer) in cases {
        let options = with(creation(), pointer, value.clone());
        let refused = run(&order(Ceremony::Registration, &[]), &options, Foil::default(), &mut plug(profile)).err();
        assert_eq!(refused.as_deref(), answer, "{profile} {pointer} {value}");
    }
    let any = Ignore { attachment: true, ..Ignore::default() };
    let options = with(creation(), "/authenticatorSelection", json!({"authenticatorAttachment": "platform"}));
    let order = Order { ignore: any, ..order(Ceremony::Registration, &[]) };
    assert!(run(&order, &options, Foil::default(), &mut plug(YUBIKEY)).is_ok());
}

#[test]
fn a_human_may_decline_wait_or_mistype() {
    let mut device = plug(YUBIKEY);
    register(&mut device);
    for gesture in [Deed::Decline, Deed::Nothing] {
        device.set_gestures(Script::always(gesture)).unwrap();
        let refused = run(&order(Ceremony::Authentication, &[]), &request(), Foil::default(), &mut device).err();
        assert_eq!(refused.as_deref(), Some("NotAllowedError"), "{gesture:?}");
    }
    device.set_gestures(Script::default()).unwrap();
    let mistyped = Order { pin: "87654321", ..order(Ceremony::Authentication, &[]) };
    let refused = run(&mistyped, &request(), Foil::default(), &mut device).err();
    assert_eq!(refused.as_deref(), Some("NotAllowedError"));
    assert!(run(&order(Ceremony::Authentication, &[]), &request(), Foil::default(), &mut device).is_ok());
}

#[test]
fn the_client_cancels_when_its_time_is_over() {
    for (timeout, status) in [(1_000, "CTAP2_ERR_KEEPALIVE_CANCEL"), (600_000, "CTAP2_ERR_USER_ACTION_TIMEOUT")] {
        let mut device = plug(YUBIKEY);
        register(&mut device);
        device.set_gestures(Script::always(Deed::Nothing)).unwrap();
        let mut options = request();
        options["timeout"] = json!(timeout);
        let mut link = Link::new(&mut device);
        honest(&order(Ceremony::Authentication, &[]), &options, &mut link, &mut |_| Ok(())).unwrap_err();
        assert_eq!(link.take_log().last().unwrap().status, status, "{timeout} ms");
    }
}

#[test]
fn the_same_pin_typed_on_another_keyboard_is_the_same_pin() {
    let mut device = plug(YUBIKEY);
    let composed = Order { pin: "\u{e9}cole-1234", ..order(Ceremony::Registration, &[]) };
    run(&composed, &creation(), Foil::default(), &mut device).unwrap();
    let decomposed = Order { pin: "e\u{301}cole-1234", ..order(Ceremony::Authentication, &[]) };
    assert!(run(&decomposed, &request(), Foil::default(), &mut device).is_ok());
}

#[test]
fn the_human_picks_among_discoverable_credentials() {
    let mut device = plug(YUBIKEY);
    let first = register(&mut device).credential_id;
    let options = with(creation(), "/user/id", json!("BAUG"));
    let order_ = order(Ceremony::Registration, &[]);
    let second = run(&order_, &options, Foil::default(), &mut device).unwrap().credential_id;
    for choice in [first, second] {
        let order = Order { choose: Some(choice.clone()), ..order(Ceremony::Authentication, &[]) };
        assert_eq!(run(&order, &request(), Foil::default(), &mut device).unwrap().credential_id, choice);
    }
}

#[test]
fn a_synced_copy_signs_with_the_same_credential() {
    let mut device = plug(ICLOUD);
    let id = register(&mut device).credential_id;
    let mut copy = device.synced_copy([3; 32]).unwrap();
    let order = order(Ceremony::Authentication, &[]);
    assert_eq!(run(&order, &request(), Foil::default(), copy.as_mut()).unwrap().credential_id, id);
    let stranger = run(&order, &request(), Foil::default(), &mut plug(ICLOUD)).err();
    assert_eq!(stranger.as_deref(), Some("NotAllowedError"));
}

/// A key that cannot be made to lie.
struct RealKey(InProcess);

impl Device for RealKey {
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

#[test]
fn a_real_key_does_not_lie_and_gets_no_pin() {
    let calls = ["authenticator/clear-uv".parse().unwrap()];
    let mut key = RealKey(plug(YUBIKEY));
    let lie = order(Ceremony::Registration, &calls);
    let error = play(&lie, &creation(), Foil::default(), &mut Link::new(&mut key)).err();
    assert!(matches!(error, Some(CeremonyError::CannotLie(_))), "{error:?}");
    let order = order(Ceremony::Registration, &[]);
    let refused = run(&order, &creation(), Foil::default(), &mut key).err();
    assert_eq!(refused.as_deref(), Some("NotAllowedError"), "it has no PIN and nobody may set one");
}

#[test]
fn a_lie_that_the_authenticator_cannot_follow_is_no_answer() {
    let eddsa = with(creation(), "/pubKeyCredParams", json!([{"type": "public-key", "alg": -8}]));
    for (tamper, options) in [
        ("authenticator/u2f-attestation", eddsa.clone()),
        ("authenticator/other-root=no-such-profile", creation()),
        ("client/algorithm-not-offered=-257", creation()),
        (
            "client/algorithm-not-offered",
            with(
                eddsa,
                "/pubKeyCredParams",
                json!([{"type": "public-key", "alg": -7}, {"type": "public-key", "alg": -8}]),
            ),
        ),
        ("wire/negated-signature", with(creation(), "/attestation", json!("none"))),
        ("client/parent-origin", creation()),
    ] {
        let calls = [tamper.parse().unwrap()];
        let mut order = order(Ceremony::Registration, &calls);
        if tamper == "client/parent-origin" {
            order.page = Page::new("http://localhost");
        }
        let options =
            if tamper == "client/parent-origin" { with(options, "/rp/id", json!("localhost")) } else { options };
        let error = play(&order, &options, Foil::default(), &mut Link::new(&mut plug(YUBIKEY))).err();
        assert!(matches!(error, Some(CeremonyError::CannotLie(_))), "{tamper}: {error:?}");
    }
}

#[test]
fn the_same_seed_gives_the_same_bytes() {
    let bytes = || {
        let mut device = plug(YUBIKEY);
        let mut link = Link::new(&mut device);
        honest(&order(Ceremony::Registration, &[]), &creation(), &mut link, &mut |_| Ok(())).unwrap();
        link.take_log()
    };
    assert_eq!(bytes(), bytes());
}
