//! Mozilla's crate `authenticator`, which Firefox speaks to keys with, answers a relying party's options with the key
//! that this machine sees.
//!
//! `authenticator-rs create|get ORIGIN [PIN] < options.json > answer.json`

use std::sync::mpsc::{Sender, channel};
use std::thread;

use authenticator::authenticatorservice::{AuthenticatorService, RegisterArgs, SignArgs};
use authenticator::crypto::COSEAlgorithm;
use authenticator::ctap2::server::{
    PublicKeyCredentialDescriptor, PublicKeyCredentialParameters, PublicKeyCredentialUserEntity, RelyingParty,
    ResidentKeyRequirement, Transport, UserVerificationRequirement,
};
use authenticator::statecallback::StateCallback;
use authenticator::{Pin, StatusPinUv, StatusUpdate};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

const PATIENCE_MS: u64 = 60_000;

fn main() {
    let mut words = std::env::args().skip(1);
    let (verb, origin) = (words.next().expect("a verb"), words.next().expect("an origin"));
    let pin = words.next();
    let options: Value = serde_json::from_reader(std::io::stdin()).expect("options are on standard input");
    let answer = match verb.as_str() {
        "create" => create(&options, origin, pin),
        _ => get(&options, origin, pin),
    };
    println!("{answer}");
}

fn create(options: &Value, origin: String, pin: Option<String>) -> Value {
    let client_data = client_data("webauthn.create", options, &origin);
    let asked = RegisterArgs {
        client_data_hash: Sha256::digest(&client_data).into(),
        relying_party: RelyingParty { id: text(&options["rp"]["id"]), name: None },
        origin,
        user: PublicKeyCredentialUserEntity {
            id: bytes(&options["user"]["id"]),
            name: Some(text(&options["user"]["name"])),
            display_name: None,
        },
        pub_cred_params: vec![PublicKeyCredentialParameters { alg: COSEAlgorithm::ES256 }],
        exclude_list: Vec::new(),
        user_verification_req: verification(&options["authenticatorSelection"]),
        resident_key_req: ResidentKeyRequirement::Discouraged,
        extensions: Default::default(),
        pin: None,
        use_ctap1_fallback: false,
    };
    let (said, made) = channel();
    let callback = StateCallback::new(Box::new(move |result| said.send(result).expect("somebody waits")));
    let mut service = service();
    service.register(PATIENCE_MS, asked, updates(pin), callback).expect("a registration begins");
    let made = made.recv().expect("it ends").expect("the key registers");
    let id = made.att_obj.auth_data.credential_data.as_ref().expect("a new credential").credential_id.clone();
    let attestation_object = serde_cbor::to_vec(&made.att_obj).expect("an attestation object is CBOR");
    public_key_credential(
        &id,
        json!({
            "clientDataJSON": encoded(&client_data),
            "attestationObject": encoded(&attestation_object),
        }),
    )
}

fn get(options: &Value, origin: String, pin: Option<String>) -> Value {
    let client_data = client_data("webauthn.get", options, &origin);
    let allowed = options["allowCredentials"].as_array().cloned().unwrap_or_default();
    let asked = SignArgs {
        client_data_hash: Sha256::digest(&client_data).into(),
        origin,
        relying_party_id: text(&options["rpId"]),
        allow_list: allowed
            .iter()
            .map(|one| PublicKeyCredentialDescriptor { id: bytes(&one["id"]), transports: vec![Transport::USB] })
            .collect(),
        user_verification_req: verification(options),
        user_presence_req: true,
        extensions: Default::default(),
        pin: None,
        use_ctap1_fallback: false,
    };
    let (said, signed) = channel();
    let callback = StateCallback::new(Box::new(move |result| said.send(result).expect("somebody waits")));
    let mut service = service();
    service.sign(PATIENCE_MS, asked, updates(pin), callback).expect("a sign-in begins");
    let signed = signed.recv().expect("it ends").expect("the key signs in").assertion;
    let id = signed.credentials.map_or_else(|| bytes(&allowed[0]["id"]), |credential| credential.id);
    public_key_credential(
        &id,
        json!({
            "clientDataJSON": encoded(&client_data),
            "authenticatorData": encoded(&signed.auth_data.to_vec()),
            "signature": encoded(&signed.signature),
        }),
    )
}

fn service() -> AuthenticatorService {
    let mut service = AuthenticatorService::new().expect("the service starts");
    service.add_u2f_usb_hid_platform_transports();
    service
}

/// Somebody who knows the PIN, or has none.
fn updates(pin: Option<String>) -> Sender<StatusUpdate> {
    let (said, heard) = channel();
    thread::spawn(move || {
        for update in heard {
            if let StatusUpdate::PinUvError(StatusPinUv::PinRequired(ask)) = update {
                ask.send(Pin::new(pin.as_deref().expect("the key wants a PIN"))).expect("the service waits for it");
            } else {
                eprintln!("{update:?}");
            }
        }
    });
    said
}

fn client_data(kind: &str, options: &Value, origin: &str) -> Vec<u8> {
    json!({"type": kind, "challenge": options["challenge"], "origin": origin, "crossOrigin": false})
        .to_string()
        .into_bytes()
}

fn public_key_credential(id: &[u8], response: Value) -> Value {
    let id = encoded(id);
    json!({"id": id, "rawId": id, "type": "public-key", "response": response, "clientExtensionResults": {}})
}

fn verification(from: &Value) -> UserVerificationRequirement {
    match from["userVerification"].as_str() {
        Some("required") => UserVerificationRequirement::Required,
        Some("discouraged") => UserVerificationRequirement::Discouraged,
        _ => UserVerificationRequirement::Preferred,
    }
}

fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}

fn bytes(value: &Value) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(text(value)).expect("base64url")
}

fn encoded(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}
