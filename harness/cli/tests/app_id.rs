//! A credential that was made by U2F signs in by its AppID, at a client that looks for it and a relying party that
//! expects it.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use keyrig_ctap::cose::{Algorithm, CoseKey, Curve, PublicKey};
use keyrig_ctap::u2f::{Apdu, Instruction};
use keyrig_relying_party::verify::{
    self, AuthenticationExpectation, AuthenticationResponse, CredentialRecord, ExtensionExpectation, Framing,
    SignCountPolicy,
};
use keyrig_runner::client::{
    Client, ClientProfile, CreationOptions, Ignore, Link, Made, Mediation, Page, RequestOptions, Stop, Withhold,
};
use keyrig_runner::device::{Device as _, InProcess};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

const APP_ID: &str = "https://corp.example.com/app-id.json";
const ORIGIN: &str = "https://corp.example.com";
const USER: &[u8] = b"alice";

/// The record of a credential that the key makes by U2F.
fn made_by_u2f(key: &mut InProcess) -> CredentialRecord {
    let data = [[7; 32], Sha256::digest(APP_ID).into()].concat();
    let register = Apdu { class: 0, instruction: Instruction::REGISTER, p1: 0, p2: 0, data: &data };
    let answer = key.transact_u2f(&register.encode()).expect("a key of this process answers");
    assert_eq!((answer[0], &answer[answer.len() - 2..]), (5, &[0x90, 0][..]), "a registration, and no error");
    let public_key = PublicKey::Ec2 { curve: Curve::P256, x: answer[2..34].to_vec(), y: answer[34..66].to_vec() };
    CredentialRecord {
        id: answer[67..67 + usize::from(answer[66])].to_vec(),
        user_handle: USER.to_vec(),
        public_key: CoseKey::from_bytes(&public_key.to_cose(Algorithm::ES256)),
        sign_count: 0,
        uv_initialized: false,
        backup_eligible: false,
        backup_state: false,
    }
}

fn with_client<T>(
    key: &mut InProcess,
    ceremony: impl FnOnce(&Client<'_>, &mut Link<'_>) -> Result<T, Stop>,
) -> Result<T, Stop> {
    let client = Client {
        profile: ClientProfile::l3(),
        page: &Page::new(ORIGIN),
        pin: "73915824",
        ignore: Ignore::default(),
        withhold: Withhold::default(),
        transports: None,
        choose: None,
        mediation: Mediation::default(),
        seed: [3; 32],
    };
    ceremony(&client, &mut Link::new(key))
}

fn sign(key: &mut InProcess, record: &CredentialRecord, extensions: Value) -> Result<Made, Stop> {
    let options = json!({
        "rpId": "corp.example.com", "challenge": "AAECAw", "userVerification": "discouraged",
        "allowCredentials": [{"type": "public-key", "id": BASE64_URL_SAFE_NO_PAD.encode(&record.id)}],
        "extensions": extensions
    });
    with_client(key, |client, link| client.get(&RequestOptions::from_json(&options)?, link, &mut |_| Ok(())))
}

fn expected(app_id: Option<&str>) -> AuthenticationExpectation {
    AuthenticationExpectation {
        challenge: vec![0, 1, 2, 3],
        origins: vec![ORIGIN.to_owned()],
        rp_id: "corp.example.com".to_owned(),
        framing: Framing::SameOriginOnly,
        user_verification_required: false,
        allow_credentials: Vec::new(),
        identified_user: Some(USER.to_vec()),
        backup_state_is_policy: true,
        sign_count: SignCountPolicy::Refuse,
        app_id: app_id.map(str::to_owned),
        extensions: ExtensionExpectation::default(),
    }
}

#[test]
fn it_signs_in_where_both_sides_know_of_the_app_id() {
    let mut key = InProcess::plug("yubikey-5-nfc-5.4", [1; 32]).unwrap();
    let record = made_by_u2f(&mut key);
    assert!(matches!(sign(&mut key, &record, json!({})), Err(Stop::Refused(_))), "nobody speaks of an AppID");
    let made = sign(&mut key, &record, json!({"appid": APP_ID})).unwrap();
    assert_eq!(made.credential["clientExtensionResults"], json!({"appid": true}));
    let response = AuthenticationResponse::from_json(&made.credential).unwrap();
    verify::authentication(&expected(Some(APP_ID)), &record, &response).unwrap();
    let refused = verify::authentication(&expected(None), &record, &response).unwrap_err();
    assert_eq!(refused.reason, "rp_id_hash_mismatch", "the relying party did not ask for it");
    let mut silent = made.credential;
    silent["clientExtensionResults"] = json!({});
    let silent = AuthenticationResponse::from_json(&silent).unwrap();
    let refused = verify::authentication(&expected(Some(APP_ID)), &record, &silent).unwrap_err();
    assert_eq!(refused.reason, "rp_id_hash_mismatch", "the client does not say that it used it");
}

/// With a key that speaks U2F and nothing else; `cargo xtask test --only u2f` has it written to the file that
/// `KEYRIG_APP_ID` names.
#[test]
fn a_sign_in_by_u2f_for_an_outside_verifier() {
    let mut key = InProcess::plug("yubikey-4", [1; 32]).unwrap();
    let record = made_by_u2f(&mut key);
    let made = sign(&mut key, &record, json!({"appid": APP_ID})).unwrap();
    let response = AuthenticationResponse::from_json(&made.credential).unwrap();
    verify::authentication(&expected(Some(APP_ID)), &record, &response).unwrap();
    let Ok(PublicKey::Ec2 { x, y, .. }) = record.public_key.public_key() else { panic!("a key of P-256") };
    let told = json!({
        "appId": APP_ID, "rpId": "corp.example.com", "origin": ORIGIN, "challenge": "AAECAw",
        "keyHandle": BASE64_URL_SAFE_NO_PAD.encode(&record.id),
        "publicKey": BASE64_URL_SAFE_NO_PAD.encode([&[4], x.as_slice(), &y].concat()),
        "response": made.credential,
    });
    if let Some(path) = std::env::var_os("KEYRIG_APP_ID") {
        std::fs::write(path, told.to_string()).unwrap();
    }
}

#[test]
fn a_key_that_holds_one_makes_no_second_credential() {
    let mut key = InProcess::plug("yubikey-5-nfc-5.4", [1; 32]).unwrap();
    let record = made_by_u2f(&mut key);
    let mut create = |extensions: Value| {
        let options = json!({
            "rp": {"name": "Corp", "id": "corp.example.com"}, "user": {"id": "AQID", "name": "a", "displayName": "A"},
            "challenge": "AAECAw", "pubKeyCredParams": [{"type": "public-key", "alg": -7}],
            "excludeCredentials": [{"type": "public-key", "id": BASE64_URL_SAFE_NO_PAD.encode(&record.id)}],
            "extensions": extensions
        });
        with_client(&mut key, |client, link| {
            client.create(&CreationOptions::from_json(&options)?, link, &mut |_| Ok(()))
        })
    };
    let excluded = create(json!({"appidExclude": APP_ID}));
    assert!(matches!(&excluded, Err(Stop::Refused(error)) if error.name == "InvalidStateError"), "{excluded:?}");
    assert!(create(json!({})).is_ok(), "the control: nobody says under which AppID it was made");
}
