//! passkey-rs, a foreign authenticator and client, registers and signs in at a running keyrig relying party.
//!
//! `cargo xtask test --only passkey-rs` serves the relying party and says where it is, in `KEYRIG_URL` and
//! `KEYRIG_ORIGIN`.

use keyrig_target_passkey_rs::Agrees;
use passkey_authenticator::Authenticator;
use passkey_client::{Client, DefaultClientData};
use passkey_crypto::AvailableBackend;
use passkey_types::Passkey;
use passkey_types::ctap2::Aaguid;
use passkey_types::webauthn::{CredentialCreationOptions, CredentialRequestOptions};
use reqwest::StatusCode;
use serde_json::{Value, json};
use url::Url;

/// Evaluates to passkey-rs with an empty store; a macro because its public-suffix type has no public name.
macro_rules! passkeys {
    () => {
        Client::new(Authenticator::new(Aaguid::new_empty(), None::<Passkey>, Agrees, AvailableBackend))
            .allows_insecure_localhost(true)
    };
}

/// Asks the relying party for options and wraps them as `navigator.credentials` takes them.
async fn options(browser: &Browser, path: &str, request: &Value) -> Value {
    let (status, mut answer) = browser.post(path, request).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    let members = answer.as_object_mut().expect("options are a JSON object");
    members.retain(|name, _| name != "status" && name != "errorMessage");
    json!({ "publicKey": answer })
}

fn registration_options(options: Value) -> CredentialCreationOptions {
    serde_json::from_value(options).expect("passkey-rs reads our registration options")
}

fn request_options(options: Value) -> CredentialRequestOptions {
    serde_json::from_value(options).expect("passkey-rs reads our authentication options")
}

/// One browser's view of the relying party: its cookies.
struct Browser {
    url: String,
    http: reqwest::Client,
}

impl Browser {
    fn open() -> Browser {
        let http = reqwest::Client::builder().cookie_store(true).timeout(std::time::Duration::from_secs(120));
        Browser { url: from_environment("KEYRIG_URL"), http: http.build().expect("an HTTP client") }
    }

    async fn post(&self, path: &str, body: &Value) -> (StatusCode, Value) {
        let sent = self.http.post(format!("{}{path}", self.url)).json(body).send().await;
        let answer = sent.expect("the relying party answers");
        (answer.status(), answer.json().await.expect("the answer is JSON"))
    }

    async fn is_signed_in(&self) -> bool {
        let answer = self.http.get(format!("{}/session", self.url)).send().await.expect("the relying party answers");
        answer.status() == StatusCode::OK
    }
}

fn origin() -> Url {
    from_environment("KEYRIG_ORIGIN").parse().expect("the origin is a URL")
}

fn from_environment(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| panic!("{name} is not set; run: cargo xtask test --only passkey-rs"))
}

#[tokio::test]
async fn registers_and_signs_in_with_verification() {
    let (browser, mut passkeys) = (Browser::open(), passkeys!());
    let user = "passkey-rs@corp.example.com";
    let request = json!({
        "username": user, "displayName": "Passkey", "attestation": "none",
        "authenticatorSelection": { "residentKey": "required", "userVerification": "required" },
    });
    let creation = registration_options(options(&browser, "/attestation/options", &request).await);
    let created = passkeys.register(&origin(), creation, DefaultClientData).await.expect("passkey-rs registers");
    let (status, answer) = browser.post("/attestation/result", &json!(created)).await;
    assert_eq!((status, &answer["status"]), (StatusCode::OK, &json!("ok")), "{answer}");

    let browser = Browser::open();
    assert!(!browser.is_signed_in().await);
    let request = json!({ "username": user, "userVerification": "required" });
    let asked = request_options(options(&browser, "/assertion/options", &request).await);
    let asserted = passkeys.authenticate(&origin(), asked, DefaultClientData).await.expect("passkey-rs signs in");
    let (status, answer) = browser.post("/assertion/result", &json!(asserted)).await;
    assert_eq!((status, &answer["status"]), (StatusCode::OK, &json!("ok")), "{answer}");
    assert!(browser.is_signed_in().await);
}

#[tokio::test]
async fn signs_in_without_a_user_name() {
    let (browser, mut passkeys) = (Browser::open(), passkeys!());
    let request = json!({
        "username": "passkey-rs-discoverable@corp.example.com", "displayName": "Passkey",
        "authenticatorSelection": { "residentKey": "required", "requireResidentKey": true },
    });
    let creation = registration_options(options(&browser, "/attestation/options", &request).await);
    let created = passkeys.register(&origin(), creation, DefaultClientData).await.expect("passkey-rs registers");
    let (status, answer) = browser.post("/attestation/result", &json!(created)).await;
    assert_eq!(status, StatusCode::OK, "{answer}");

    let browser = Browser::open();
    let asked = request_options(options(&browser, "/assertion/options", &json!({})).await);
    let asserted = passkeys.authenticate(&origin(), asked, DefaultClientData).await.expect("passkey-rs signs in");
    let (status, answer) = browser.post("/assertion/result", &json!(asserted)).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    assert!(browser.is_signed_in().await);
}

#[tokio::test]
async fn an_excluded_authenticator_says_so() {
    let (browser, mut passkeys) = (Browser::open(), passkeys!());
    let request = json!({ "username": "passkey-rs-twice@corp.example.com", "displayName": "Passkey" });
    let creation = registration_options(options(&browser, "/attestation/options", &request).await);
    let created = passkeys.register(&origin(), creation, DefaultClientData).await.expect("passkey-rs registers");
    let (status, answer) = browser.post("/attestation/result", &json!(created)).await;
    assert_eq!(status, StatusCode::OK, "{answer}");

    let creation = registration_options(options(&browser, "/attestation/options", &request).await);
    assert!(passkeys.register(&origin(), creation, DefaultClientData).await.is_err());
}

#[tokio::test]
async fn another_port_of_the_host_is_another_origin() {
    let (browser, mut passkeys) = (Browser::open(), passkeys!());
    let request = json!({ "username": "passkey-rs-port@corp.example.com", "displayName": "Passkey" });
    let creation = registration_options(options(&browser, "/attestation/options", &request).await);
    let mut elsewhere = origin();
    elsewhere.set_port(Some(8443)).expect("an https origin has a port");
    let created = passkeys.register(&elsewhere, creation, DefaultClientData).await.expect("the client allows it");
    let (status, answer) = browser.post("/attestation/result", &json!(created)).await;
    assert_eq!((status, &answer["class"]), (StatusCode::BAD_REQUEST, &json!("origin")), "{answer}");
}
