use std::time::Duration;

use keyrig_ctap::attestation::AttestationObject;
use keyrig_ctap::gesture::Script;
use keyrig_ctap::u2f::Instruction;
use proptest::prelude::*;
use serde_json::Value;

use super::*;
use crate::client::{Client, ClientProfile, CreationOptions, Ignore, Made, Mediation, Page, RequestOptions, Withhold};
use crate::device::{Device, DeviceDescription, InProcess};

const APP_ID: &str = "https://corp.example.com/app-id.json";

/// How the client differs from an honest one with no habits.
#[derive(Clone, Copy, Default)]
struct Habits {
    withhold: Withhold,
    mediation: Mediation,
}

fn client<'a>(page: &'a Page, habits: Habits) -> Client<'a> {
    Client {
        profile: ClientProfile::l3(),
        page,
        pin: "12345678",
        ignore: Ignore::default(),
        withhold: habits.withhold,
        transports: None,
        choose: None,
        mediation: habits.mediation,
        seed: [2; 32],
    }
}

fn key() -> InProcess {
    InProcess::plug("yubikey-4", [1; 32]).unwrap()
}

fn creation(changes: Value) -> Value {
    changed(
        json!({
            "rp": {"name": "Corp", "id": "corp.example.com"},
            "user": {"id": "AQID", "name": "alice", "displayName": "Alice"},
            "challenge": "AAECAw",
            "pubKeyCredParams": [{"type": "public-key", "alg": -8}, {"type": "public-key", "alg": -7}],
            "attestation": "direct",
        }),
        changes,
    )
}

fn request(allow: &[&str], changes: Value) -> Value {
    let allow: Vec<_> = allow.iter().map(|id| json!({"type": "public-key", "id": id})).collect();
    changed(json!({"rpId": "corp.example.com", "challenge": "AAECAw", "allowCredentials": allow}), changes)
}

fn changed(mut options: Value, changes: Value) -> Value {
    let Value::Object(changes) = changes else { panic!("{changes}") };
    options.as_object_mut().unwrap().extend(changes);
    options
}

/// The ceremony, and the U2F messages that it took.
fn create(device: &mut dyn Device, changes: Value) -> (Result<Made, Stop>, Vec<String>) {
    let page = Page::new("https://corp.example.com");
    let mut link = Link::new(device);
    let options = CreationOptions::from_json(&creation(changes)).unwrap();
    let made = client(&page, Habits::default()).create(&options, &mut link, &mut |_| Ok(()));
    (made, said(&mut link))
}

fn get_with(device: &mut dyn Device, options: &Value, habits: Habits) -> (Result<Made, Stop>, Vec<String>) {
    let page = Page::new("https://corp.example.com");
    let mut link = Link::new(device);
    let options = RequestOptions::from_json(options).unwrap();
    let made = client(&page, habits).get(&options, &mut link, &mut |_| Ok(()));
    (made, said(&mut link))
}

fn get(device: &mut dyn Device, options: &Value) -> Result<Made, Stop> {
    get_with(device, options, Habits::default()).0
}

/// What was said after it was found what the authenticator speaks, with the status words.
fn said(link: &mut Link<'_>) -> Vec<String> {
    let log = link.take_log();
    let told: Vec<String> = log.iter().map(|exchange| format!("{} {}", exchange.command, exchange.status)).collect();
    let found = ["authenticatorGetInfo CTAP1_ERR_INVALID_COMMAND", "U2F_VERSION SW_NO_ERROR"];
    assert_eq!(told[..2], found, "{told:?}");
    told[2..].to_vec()
}

fn exception(stopped: Result<Made, Stop>) -> &'static str {
    match stopped {
        Err(Stop::Refused(error)) => error.name,
        other => panic!("{other:?}"),
    }
}

fn member(made: &Made, name: &str) -> Vec<u8> {
    base64url::decode(made.credential["response"][name].as_str().unwrap()).unwrap()
}

fn id(made: &Made) -> String {
    base64url::encode(&made.credential_id)
}

/// What the key makes by U2F for the AppID, as long before WebAuthn.
fn made_for_app_id(key: &mut InProcess) -> String {
    let parameters = Parameters { challenge: [7; 32], application: sha256(APP_ID.as_bytes()) };
    let answer = key.transact_u2f(&parameters.register()).unwrap();
    base64url::encode(Registration::parse(&answer).unwrap().key_handle)
}

const NOT_HERE: &str = "AAAAAAAAAAAAAAAAAAAAAAAA";

#[test]
fn a_registration_is_what_an_authenticator_of_ctap2_would_have_answered() {
    let (made, said) = create(&mut key(), json!({"attestation": "direct"}));
    assert_eq!(said, ["U2F_REGISTER SW_NO_ERROR"]);
    let made = made.unwrap();
    let object = AttestationObject::parse(&member(&made, "attestationObject")).unwrap();
    assert_eq!(object.format, "fido-u2f");
    let data = AuthData::parse(&object.auth_data).unwrap();
    assert_eq!((data.flags, data.sign_count), (Flags::UP | Flags::AT, 0));
    assert_eq!(data.rp_id_hash, sha256(b"corp.example.com"));
    let attested = data.attested.unwrap();
    assert_eq!((attested.aaguid, attested.public_key.algorithm()), (Aaguid::ZERO, Some(Algorithm::ES256)));
    assert_eq!(attested.credential_id, made.credential_id);
    assert_eq!(made.credential["authenticatorAttachment"], "cross-platform");
    let (made, _) = create(&mut key(), json!({"attestation": "none"}));
    let object = AttestationObject::parse(&member(&made.unwrap(), "attestationObject")).unwrap();
    assert_eq!((object.format.as_str(), object.statement.as_slice()), ("none", &[0xa0][..]));
}

#[test]
fn what_u2f_has_not_is_not_asked_of_it() {
    for options in [
        json!({"authenticatorSelection": {"residentKey": "required"}}),
        json!({"authenticatorSelection": {"requireResidentKey": true}}),
        json!({"authenticatorSelection": {"userVerification": "required"}}),
        json!({"pubKeyCredParams": [{"type": "public-key", "alg": -8}, {"type": "public-key", "alg": -257}]}),
        json!({"extensions": {"largeBlob": {"support": "required"}}}),
        json!({"extensions": {
            "credentialProtectionPolicy": "userVerificationRequired", "enforceCredentialProtectionPolicy": true
        }}),
    ] {
        let (made, said) = create(&mut key(), options.clone());
        assert_eq!((exception(made), said.len()), ("NotAllowedError", 0), "{options}");
    }
    for preferred in [
        json!({"authenticatorSelection": {"residentKey": "preferred", "userVerification": "preferred"}}),
        json!({"extensions": {"credProps": true, "prf": {}, "largeBlob": {"support": "preferred"}}}),
    ] {
        let made = create(&mut key(), preferred.clone()).0.unwrap();
        let results = &made.credential["clientExtensionResults"];
        let none = json!({"credProps": {"rk": false}, "prf": {"enabled": false}, "largeBlob": {"supported": false}});
        assert!(*results == json!({}) || *results == none, "{preferred}: {results}");
    }
}

#[test]
fn a_key_that_is_registered_is_touched_and_makes_no_second_credential() {
    let mut key = key();
    let first = id(&create(&mut key, json!({})).0.unwrap());
    let exclude = |id: &str| {
        json!({"excludeCredentials": [
            {"type": "public-key", "id": NOT_HERE}, {"type": "public-key", "id": id}
        ]})
    };
    let (made, said) = create(&mut key, exclude(&first));
    assert_eq!(exception(made), "InvalidStateError");
    let asked =
        ["U2F_AUTHENTICATE SW_WRONG_DATA", "U2F_AUTHENTICATE SW_CONDITIONS_NOT_SATISFIED", "U2F_REGISTER SW_NO_ERROR"];
    assert_eq!(said, asked);
    key.set_gestures(Script::always(keyrig_ctap::gesture::Deed::Nothing)).unwrap();
    key.grant(Duration::from_secs(1));
    assert_eq!(exception(create(&mut key, exclude(&first)).0), "NotAllowedError", "who does not touch is told nothing");
    key.set_gestures(Script::default()).unwrap();
    assert!(create(&mut key, exclude(NOT_HERE)).0.is_ok(), "the control");
}

#[test]
fn the_credential_that_is_here_signs() {
    let mut key = key();
    let own = id(&create(&mut key, json!({})).0.unwrap());
    let options = request(&[NOT_HERE, &own], json!({}));
    let (signed, said) = get_with(&mut key, &options, Habits::default());
    let asked = [
        "U2F_AUTHENTICATE SW_WRONG_DATA",
        "U2F_AUTHENTICATE SW_CONDITIONS_NOT_SATISFIED",
        "U2F_AUTHENTICATE SW_NO_ERROR",
    ];
    assert_eq!(said, asked);
    let signed = signed.unwrap();
    assert_eq!(id(&signed), own);
    let data = AuthData::parse(&member(&signed, "authenticatorData")).unwrap();
    assert_eq!((data.flags, data.rp_id_hash), (Flags::UP, sha256(b"corp.example.com")));
    assert!(data.sign_count > 0);
    assert_eq!(signed.credential["response"].get("userHandle"), None);

    assert_eq!(exception(get(&mut key, &request(&[NOT_HERE], json!({})))), "NotAllowedError");
    assert_eq!(exception(get(&mut key, &request(&[], json!({})))), "NotAllowedError", "none is discoverable");
    let verified = request(&[&own], json!({"userVerification": "required"}));
    assert_eq!(exception(get(&mut key, &verified)), "NotAllowedError");
    let conditional = Habits { mediation: Mediation::Conditional, ..Habits::default() };
    assert_eq!(exception(get_with(&mut key, &options, conditional).0), "NotAllowedError");
}

#[test]
fn who_is_not_asked_is_not_present() {
    let mut key = key();
    let own = id(&create(&mut key, json!({})).0.unwrap());
    let habits = Habits { withhold: Withhold { presence: true, verification: false }, ..Habits::default() };
    let signed = get_with(&mut key, &request(&[&own], json!({})), habits).0.unwrap();
    assert_eq!(AuthData::parse(&member(&signed, "authenticatorData")).unwrap().flags, Flags::default());
}

#[test]
fn a_credential_of_an_app_id_signs_where_the_options_name_it() {
    let mut key = key();
    let (old, new) = (made_for_app_id(&mut key), id(&create(&mut key, json!({})).0.unwrap()));
    let by_app_id = |id: &str| request(&[id], json!({"extensions": {"appid": APP_ID}}));
    assert_eq!(exception(get(&mut key, &request(&[&old], json!({})))), "NotAllowedError");
    for (credential, used) in [(&old, true), (&new, false)] {
        let signed = get(&mut key, &by_app_id(credential)).unwrap();
        assert_eq!(signed.credential["clientExtensionResults"], json!({"appid": used}));
        let data = AuthData::parse(&member(&signed, "authenticatorData")).unwrap();
        assert_eq!(data.rp_id_hash, sha256(if used { APP_ID.as_bytes() } else { b"corp.example.com" }));
    }
    let foreign = request(&[&old], json!({"extensions": {"appid": "https://elsewhere.example/app-id.json"}}));
    assert_eq!(exception(get_unasked(&mut key, &foreign)), "SecurityError");
}

#[test]
fn a_credential_of_an_app_id_is_excluded_where_the_options_name_it() {
    let mut key = key();
    let old = made_for_app_id(&mut key);
    let exclude = json!([{"type": "public-key", "id": old}]);
    let named = json!({"excludeCredentials": exclude, "extensions": {"appidExclude": APP_ID}});
    assert_eq!(exception(create(&mut key, named).0), "InvalidStateError");
    let made = create(&mut key, json!({"excludeCredentials": exclude})).0;
    assert!(made.is_ok(), "the control: nobody says under which AppID it was made");
    let other = json!([{"type": "public-key", "id": NOT_HERE}]);
    let made = create(&mut key, json!({"excludeCredentials": other, "extensions": {"appidExclude": APP_ID}})).0;
    assert_eq!(made.unwrap().credential["clientExtensionResults"], json!({"appidExclude": true}));
}

/// A ceremony in which the authenticator hears nothing.
fn get_unasked(device: &mut dyn Device, options: &Value) -> Result<Made, Stop> {
    let page = Page::new("https://corp.example.com");
    let mut link = Link::new(device);
    let made = client(&page, Habits::default()).get(&RequestOptions::from_json(options)?, &mut link, &mut |_| Ok(()));
    assert!(link.take_log().is_empty());
    made
}

#[test]
fn a_slow_hand_is_waited_for_as_long_as_the_options_say() {
    for (gestures, granted_ms, touched) in [
        ("touch after 5s", 30_000, true),
        ("touch after 5s", 4_000, false),
        ("touch after 600ms", 60_000, true),
        ("nothing", 60_000, false),
        ("decline", 60_000, false),
        ("cancel after 2s", 60_000, false),
    ] {
        let mut key = key();
        key.set_gestures(gestures.parse().unwrap()).unwrap();
        let (made, said) = create(&mut key, json!({"timeout": granted_ms}));
        assert_eq!((made.is_ok(), said.len()), (touched, 1), "{gestures} in {granted_ms} ms: {said:?}");
        if !touched {
            assert_eq!(exception(made), "NotAllowedError");
        }
        key.set_gestures(Script::default()).unwrap();
        assert!(create(&mut key, json!({})).0.is_ok(), "{gestures}: nothing of it is left");
    }
    let mut key = key();
    key.set_gestures("remove".parse().unwrap()).unwrap();
    assert!(matches!(create(&mut key, json!({})).0, Err(Stop::Link(_))));
}

/// Speaks U2F, and answers whatever it likes.
struct Rubbish(Vec<Vec<u8>>);

impl Device for Rubbish {
    fn transact(&mut self, _: &[u8]) -> Result<Vec<u8>, LinkError> {
        Ok(vec![Status::INVALID_COMMAND.0])
    }

    fn transact_u2f(&mut self, message: &[u8]) -> Result<Vec<u8>, LinkError> {
        if message[1] == Instruction::VERSION.0 {
            return Ok(keyrig_ctap::u2f::answer(VERSION.as_bytes(), StatusWord::NO_ERROR));
        }
        self.0.pop().ok_or_else(|| LinkError("it has nothing more to say".to_owned()))
    }

    fn grant(&mut self, _: Duration) {}

    fn describe(&self) -> DeviceDescription {
        key().describe()
    }
}

proptest! {
    #[test]
    fn whatever_a_key_answers_ends(answers in proptest::collection::vec(rubbish(), 0..6), own in any::<bool>()) {
        let mut device = Rubbish(answers);
        let _ = create(&mut device, json!({"excludeCredentials": [{"type": "public-key", "id": NOT_HERE}]}));
        let options = request(if own { &[NOT_HERE] } else { &[NOT_HERE, "BQ"] }, json!({}));
        let _ = get(&mut device, &options);
    }
}

fn rubbish() -> impl Strategy<Value = Vec<u8>> {
    let status = prop_oneof![Just(0x9000_u16), Just(0x6985), Just(0x6a80), any::<u16>()];
    let data = prop_oneof![
        proptest::collection::vec(any::<u8>(), 0..8),
        (any::<u8>(), proptest::collection::vec(any::<u8>(), 60..200)).prop_map(|(first, rest)| {
            let first = if first < 0x80 { 0x05 } else { first };
            [vec![first, 0x04], rest].concat()
        }),
    ];
    prop_oneof![(data.clone(), status).prop_map(|(data, status)| [data, status.to_be_bytes().to_vec()].concat()), data,]
}
