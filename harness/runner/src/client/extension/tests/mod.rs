//! Extensions from the options to the results, with authenticators in this process, and against vectors of others.

mod array_vectors;
mod credentials;
mod inputs;
mod large_blobs;
mod prf_vectors;
mod pseudo_random;

use serde_json::{Value, json};

use crate::client::{
    Client, ClientProfile, CreationOptions, Ignore, Link, Made, Mediation, Page, RequestOptions, Stop, Withhold,
};
use crate::device::{Device, InProcess};
use crate::exchange::CtapExchange;

const YUBIKEY: &str = "yubikey-5-nfc-5.8";
/// Without hmac-secret-mc and large blobs.
const OLD_YUBIKEY: &str = "yubikey-5-nfc-5.4";

fn plug(profile: &str) -> InProcess {
    InProcess::plug(profile, [1; 32]).unwrap()
}

fn creation(extensions: Value) -> Value {
    json!({
        "rp": {"name": "Corp", "id": "corp.example.com"},
        "user": {"id": "AQID", "name": "alice", "displayName": "Alice"},
        "challenge": "AAECAw",
        "pubKeyCredParams": [{"type": "public-key", "alg": -7}],
        "authenticatorSelection": {"residentKey": "required", "userVerification": "preferred"},
        "extensions": extensions
    })
}

fn request(allow: &[&str], extensions: Value) -> Value {
    let allow: Vec<_> = allow.iter().map(|id| json!({"type": "public-key", "id": id})).collect();
    json!({
        "rpId": "corp.example.com", "challenge": "AAECAw", "userVerification": "discouraged",
        "allowCredentials": allow, "extensions": extensions
    })
}

/// A ceremony, and what client and authenticator said to each other.
fn with_client<T>(
    device: &mut dyn Device,
    ceremony: impl FnOnce(&Client<'_>, &mut Link<'_>) -> Result<T, Stop>,
) -> (Result<T, Stop>, Vec<CtapExchange>) {
    let page = Page::new("https://corp.example.com");
    let client = Client {
        profile: ClientProfile::l3(),
        page: &page,
        pin: "12345678",
        ignore: Ignore::default(),
        withhold: Withhold::default(),
        transports: None,
        choose: None,
        mediation: Mediation::default(),
        seed: [2; 32],
    };
    let mut link = Link::new(device);
    let made = ceremony(&client, &mut link);
    (made, link.take_log())
}

fn create(device: &mut dyn Device, options: &Value) -> Result<Made, Stop> {
    with_client(device, |client, link| client.create(&CreationOptions::from_json(options)?, link, &mut |_| Ok(()))).0
}

fn get(device: &mut dyn Device, options: &Value) -> Result<Made, Stop> {
    with_client(device, |client, link| client.get(&RequestOptions::from_json(options)?, link, &mut |_| Ok(()))).0
}

/// The id of a new credential, and its `clientExtensionResults`.
fn created(device: &mut dyn Device, extensions: Value) -> (String, Value) {
    told(create(device, &creation(extensions)).unwrap())
}

/// The id of the credential that signed, and the `clientExtensionResults`.
fn signed(device: &mut dyn Device, allow: &[&str], extensions: Value) -> (String, Value) {
    told(get(device, &request(allow, extensions)).unwrap())
}

fn told(made: Made) -> (String, Value) {
    (made.credential["id"].as_str().unwrap().to_owned(), made.credential["clientExtensionResults"].clone())
}

/// The name of the exception.
fn exception<T: std::fmt::Debug>(stopped: Result<T, Stop>) -> &'static str {
    match stopped {
        Err(Stop::Refused(error)) => error.name,
        other => panic!("{other:?}"),
    }
}

fn vectors(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

fn hex(case: &Value, member: &str) -> Vec<u8> {
    let text = case[member].as_str().unwrap();
    (0..text.len() / 2).map(|i| u8::from_str_radix(&text[2 * i..2 * i + 2], 16).unwrap()).collect()
}
