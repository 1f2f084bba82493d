use std::time::Duration;

use keyrig_ctap::message::make_credential::{Options, Parameter, Request, Response};
use keyrig_ctap::message::{PUBLIC_KEY, RelyingParty, get_assertion};
use keyrig_ctap::{Command, Status};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::*;
use crate::client::{ClientProfile, Ignore, Mediation, Page, Withhold};
use crate::device::foreign::{Speaker, Verification};
use crate::device::{Device, DeviceDescription, InProcess, LinkError};

/// A key that another program speaks with, in this process.
struct Elsewhere {
    key: InProcess,
    asked: Vec<NewCredential>,
}

impl Elsewhere {
    fn plug(profile: &str) -> Self {
        Self { key: InProcess::plug(profile, [1; 32]).unwrap(), asked: Vec::new() }
    }

    fn say(&mut self, command: Command, parameters: Vec<u8>) -> Result<Vec<u8>, Trouble> {
        let answer = self.key.transact(&[vec![command.0], parameters].concat()).map_err(Trouble::Link)?;
        match answer.split_first() {
            Some((0, body)) => Ok(body.to_vec()),
            Some((status, _)) => Err(Trouble::Status(Status(*status))),
            None => Err(Trouble::Link(LinkError("nothing came".to_owned()))),
        }
    }
}

fn hash(text: &str) -> [u8; 32] {
    Sha256::digest(text).into()
}

impl Device for Elsewhere {
    fn transact(&mut self, message: &[u8]) -> Result<Vec<u8>, LinkError> {
        assert_eq!(message, [Command::GET_INFO.0], "all else is the other program's to say");
        self.key.transact(message)
    }

    fn transact_u2f(&mut self, message: &[u8]) -> Result<Vec<u8>, LinkError> {
        assert_eq!(message, keyrig_ctap::u2f::version(), "all else is the other program's to say");
        self.key.transact_u2f(message)
    }

    fn make(&mut self, speaker: Speaker, new: &NewCredential) -> Result<Response, Trouble> {
        assert_eq!((speaker, &new.verification), (Speaker::CtapHidFido2, &Verification::None));
        self.asked.push(new.clone());
        let ask = Request {
            client_data_hash: hash(&new.client_data_json),
            rp: RelyingParty { id: new.rp_id.clone(), name: None },
            user: new.user.clone(),
            parameters: new
                .algorithms
                .iter()
                .map(|algorithm| Parameter { algorithm: *algorithm, kind: PUBLIC_KEY.to_owned() })
                .collect(),
            exclude_list: (!new.exclude.is_empty())
                .then(|| new.exclude.iter().map(|id| Descriptor::public_key(id)).collect()),
            extensions: None,
            options: Options { rk: new.discoverable.then_some(true), ..Options::default() },
            pin_uv_auth_param: None,
            pin_uv_auth_protocol: None,
            enterprise_attestation: None,
            attestation_formats: None,
        };
        let answer = self.say(Command::MAKE_CREDENTIAL, ask.encode())?;
        Ok(Response::decode(&answer).unwrap())
    }

    fn assert(&mut self, _: Speaker, wanted: &Wanted) -> Result<Vec<Assertion>, Trouble> {
        let ask = get_assertion::Request {
            rp_id: wanted.rp_id.clone(),
            client_data_hash: hash(&wanted.client_data_json),
            allow_list: (!wanted.allow.is_empty())
                .then(|| wanted.allow.iter().map(|id| Descriptor::public_key(id)).collect()),
            extensions: None,
            options: Options { up: (!wanted.presence).then_some(false), ..Options::default() },
            pin_uv_auth_param: None,
            pin_uv_auth_protocol: None,
        };
        let mut answers = vec![self.say(Command::GET_ASSERTION, ask.encode())?];
        let first = get_assertion::Response::decode(&answers[0]).unwrap();
        for _ in 1..first.number_of_credentials.unwrap_or(1) {
            answers.push(self.say(Command::GET_NEXT_ASSERTION, Vec::new())?);
        }
        let read = |answer: &Vec<u8>| get_assertion::Response::decode(answer).unwrap();
        Ok(answers.iter().map(|answer| Assertion { response: read(answer), secrets: vec![[8; 32]] }).collect())
    }

    fn grant(&mut self, _: Duration) {}

    fn describe(&self) -> DeviceDescription {
        DeviceDescription { emulated: false, ..self.key.describe() }
    }
}

fn creation() -> Value {
    json!({
        "rp": {"name": "Corp", "id": "corp.example.com"},
        "user": {"id": "AQID", "name": "alice", "displayName": "Alice"},
        "challenge": "AAECAw",
        "pubKeyCredParams": [{"type": "public-key", "alg": -7}],
        "authenticatorSelection": {"userVerification": "discouraged"}
    })
}

fn request(allow: &[&str]) -> Value {
    let allow: Vec<_> = allow.iter().map(|id| json!({"type": "public-key", "id": id})).collect();
    json!({
        "rpId": "corp.example.com", "challenge": "AAECAw", "userVerification": "discouraged", "allowCredentials": allow
    })
}

fn perform(device: &mut dyn Device, options: &Value, choose: Option<&[u8]>) -> Result<Made, Stop> {
    let page = Page::new("https://corp.example.com");
    let client = Client {
        profile: ClientProfile::find("ctap-hid-fido2").unwrap(),
        page: &page,
        pin: "12345678",
        ignore: Ignore::default(),
        withhold: Withhold::default(),
        transports: None,
        choose,
        mediation: Mediation::default(),
        seed: [2; 32],
    };
    let mut link = Link::new(device);
    match options.get("rp") {
        Some(_) => client.create(&CreationOptions::from_json(options)?, &mut link, &mut |_| Ok(())),
        None => client.get(&RequestOptions::from_json(options)?, &mut link, &mut |_| Ok(())),
    }
}

fn unable(stopped: Result<Made, Stop>) -> String {
    match stopped {
        Err(Stop::Unable(why)) => why,
        other => panic!("{other:?}"),
    }
}

#[test]
fn another_program_registers_and_signs_in() {
    let mut key = Elsewhere::plug("yubikey-5-nfc-5.7");
    let made = perform(&mut key, &creation(), None).unwrap();
    let id = made.credential["id"].as_str().unwrap().to_owned();
    assert_eq!(key.asked[0].client_data_json, made.client_data_json, "what is hashed is what the page gets");
    let signed = perform(&mut key, &request(&[&id]), None).unwrap();
    assert_eq!(signed.credential_id, made.credential_id);
    let mut again = creation();
    again["excludeCredentials"] = json!([{"type": "public-key", "id": id}]);
    let refused = perform(&mut key, &again, None);
    assert!(matches!(refused, Err(Stop::Refused(error)) if error.name == "InvalidStateError"));
}

#[test]
fn the_credential_that_the_person_picks_answers() {
    let mut key = Elsewhere::plug("yubikey-5-nfc-5.7");
    let mut ids = Vec::new();
    for user in ["AQID", "BAUG"] {
        let mut options = creation();
        options["user"]["id"] = user.into();
        options["authenticatorSelection"]["residentKey"] = "required".into();
        ids.push(perform(&mut key, &options, None).unwrap().credential_id);
    }
    for id in ids {
        assert_eq!(perform(&mut key, &request(&[]), Some(&id)).unwrap().credential_id, id);
    }
}

#[test]
fn secrets_become_the_results_of_prf() {
    let mut key = Elsewhere::plug("yubikey-5-nfc-5.7");
    let made = perform(&mut key, &creation(), None).unwrap();
    let mut options = request(&[made.credential["id"].as_str().unwrap()]);
    options["extensions"] = json!({"prf": {"eval": {"first": "AA"}}});
    let results = perform(&mut key, &options, None).unwrap().credential["clientExtensionResults"].clone();
    assert_eq!(results, json!({"prf": {"results": {"first": crate::base64url::encode(&[8; 32])}}}));
}

#[test]
fn what_the_other_program_has_not_is_said() {
    let mut key = Elsewhere::plug("yubikey-5-nfc-5.7");
    for (extensions, name) in [
        (json!({"appidExclude": "https://corp.example.com/app-id.json"}), "appidExclude"),
        (json!({"largeBlob": {"support": "preferred"}}), "largeBlob"),
        (json!({"pinComplexityPolicy": true}), "pinComplexityPolicy"),
    ] {
        let mut options = creation();
        options["extensions"] = extensions;
        assert!(unable(perform(&mut key, &options, None)).ends_with(name), "{name}");
    }
    let mut many = creation();
    many["excludeCredentials"] = (0..9).map(|_| json!({"type": "public-key", "id": "AAAA"})).collect();
    assert!(
        unable(perform(&mut key, &many, None)).contains("all 9 credentials at once, and the authenticator takes 8")
    );
    for options in [creation(), request(&["AAAA"])] {
        let why = unable(perform(&mut Elsewhere::plug("yubikey-4"), &options, None));
        assert_eq!(why, "the client ctap-hid-fido2 speaks no U2F, and the key speaks nothing else");
    }
    let why = unable(perform(&mut InProcess::plug("yubikey-5-nfc-5.7", [1; 32]).unwrap(), &creation(), None));
    assert_eq!(why, "the client ctap-hid-fido2 reaches keys on USB only");
}
