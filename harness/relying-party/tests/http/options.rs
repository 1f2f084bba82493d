//! What the options say for whom.

use serde_json::{Value, json};

use crate::authenticator::{Authenticator, ICLOUD, YUBIKEY};
use crate::world::{ADMIN, ALICE, SRE, World};

fn selection(options: &Value) -> (&str, &str, &str, Value, Value) {
    let selection = &options["authenticatorSelection"];
    (
        options["attestation"].as_str().unwrap(),
        selection["residentKey"].as_str().unwrap(),
        selection["userVerification"].as_str().unwrap(),
        selection["authenticatorAttachment"].clone(),
        options["pubKeyCredParams"].as_array().unwrap().iter().map(|param| param["alg"].clone()).collect(),
    )
}

#[tokio::test]
async fn each_tier_gets_the_options_of_its_policy() {
    let roaming = json!("cross-platform");
    for (policy, username, expected) in [
        ("guide-a", ALICE, ("none", "required", "required", Value::Null, json!([-7, -257]))),
        ("guide-a", ADMIN, ("direct", "required", "required", roaming.clone(), json!([-7]))),
        ("hardened", ADMIN, ("direct", "required", "required", roaming, json!([-7, -8]))),
        ("hardened", SRE, ("direct", "required", "required", Value::Null, json!([-7, -8]))),
        ("hardened", ALICE, ("none", "required", "required", Value::Null, json!([-7, -8]))),
        ("default", ADMIN, ("none", "preferred", "preferred", Value::Null, json!([-7, -8, -257]))),
    ] {
        let world = World::with(policy).await;
        let options = world.browser().registration_options(username).await.ok();
        assert_eq!(selection(&options), expected, "{policy} {username}");
        assert_eq!(options["rp"]["id"], "corp.example.com");
        assert_eq!(options["extensions"], json!({"credProps": true}));
        assert_eq!(options["timeout"], 300_000);
        assert_eq!(options["challenge"].as_str().unwrap().len(), 43);
    }
}

#[tokio::test]
async fn a_request_is_heard_only_where_the_policy_is_silent() {
    let request = json!({
        "username": ADMIN, "displayName": "A", "attestation": "indirect", "extensions": {"example": 1},
        "authenticatorSelection": {
            "requireResidentKey": false, "authenticatorAttachment": "platform", "userVerification": "discouraged",
        },
    });
    let lax = World::with("default").await.browser().post("/attestation/options", request.clone()).await.ok();
    let expected = ("indirect", "discouraged", "discouraged", json!("platform"), json!([-7, -8, -257]));
    assert_eq!(selection(&lax), expected);
    assert_eq!(lax["extensions"], json!({"example": 1, "credProps": true}));
    let strict = World::with("hardened").await.browser().post("/attestation/options", request).await.ok();
    let expected = ("direct", "required", "required", json!("cross-platform"), json!([-7, -8]));
    assert_eq!(selection(&strict), expected);
}

#[tokio::test]
async fn who_asks_to_sign_in_learns_nothing_about_who_exists() {
    let world = World::with("hardened").await;
    world.browser().register(ALICE, &mut Authenticator::key(1, YUBIKEY)).await.ok();
    let ask = async |name: &str| world.browser().post("/assertion/options", json!({"username": name})).await.ok();
    let (known, unknown) = (ask(ALICE).await, ask("nobody@corp.example.com").await);
    assert_eq!(unknown["allowCredentials"], ask("nobody@corp.example.com").await["allowCredentials"]);
    for options in [known, unknown] {
        assert_eq!(options["allowCredentials"].as_array().unwrap().len(), 1);
        assert_eq!(options["allowCredentials"][0]["id"].as_str().unwrap().len(), 43);
        assert_eq!(options["userVerification"], "required");
    }
}

#[tokio::test]
async fn the_transports_offered_at_sign_in_are_those_the_policy_allows() {
    let world = World::with("hardened").await;
    let mut phone = Authenticator::synced(1, ICLOUD);
    world.browser().register(ALICE, &mut phone).await.ok();
    let ask = async || world.browser().post("/assertion/options", json!({"username": ALICE})).await.ok();
    assert_eq!(ask().await["allowCredentials"][0]["transports"], json!(["internal", "hybrid"]));
    world.set_groups(ALICE, &["tier-0-admins"]).await;
    assert_eq!(ask().await["allowCredentials"][0].get("transports"), None);
}

#[tokio::test]
async fn a_challenge_is_good_once_in_one_session_for_five_minutes() {
    let world = World::with("hardened").await;
    let mut key = Authenticator::key(1, YUBIKEY);
    let browser = world.browser();
    let options = browser.registration_options(ALICE).await.ok();
    let honest = key.create(&options);
    world.browser().post("/attestation/result", honest.clone()).await.refused(400, "challenge_missing");
    let evil = Authenticator { origin: "https://evil.example", ..key.clone() }.create(&options);
    browser.post("/attestation/result", evil).await.refused(400, "origin_not_expected");
    browser.post("/attestation/result", honest).await.refused(400, "challenge_missing");

    let options = browser.registration_options(ALICE).await.ok();
    let honest = key.create(&options);
    browser.post("/attestation/result", honest.clone()).await.ok();
    browser.post("/attestation/result", honest).await.refused(400, "challenge_missing");

    let options = browser.post("/assertion/options", json!({"username": ALICE})).await.ok();
    world.wait(std::time::Duration::from_secs(300));
    browser.post("/assertion/result", key.get(&options)).await.refused(400, "challenge_expired");
}

#[tokio::test]
async fn an_account_comes_with_its_first_credential_and_not_before() {
    let world = World::with("hardened").await;
    let known = world.ask("/admin/users").await["users"].as_array().unwrap().len();
    let (first, second) = (world.browser(), world.browser());
    let (mut one, mut two) = (Authenticator::synced(1, ICLOUD), Authenticator::synced(2, ICLOUD));
    let name = "new@corp.example.com";
    let (hers, his) = (first.registration_options(name).await.ok(), second.registration_options(name).await.ok());
    assert_eq!(world.ask("/admin/users").await["users"].as_array().unwrap().len(), known);
    assert_ne!(hers["user"]["id"], his["user"]["id"]);
    first.post("/attestation/result", one.create(&hers)).await.ok();
    let late = second.post("/attestation/result", two.create(&his)).await;
    late.refused(400, "challenge_of_another_account");
    assert_eq!(world.ask("/admin/users").await["users"].as_array().unwrap().len(), known + 1);
    world.browser().sign_in(None, &mut one).await.ok();
}

#[tokio::test]
async fn what_a_stranger_makes_us_remember_is_short() {
    let world = World::with("hardened").await;
    let browser = world.browser();
    let long = json!({"username": ALICE, "displayName": "x".repeat(257)});
    browser.post("/attestation/options", long).await.refused(400, "displayName");
    let empty = json!({"username": ALICE, "displayName": ""});
    browser.post("/attestation/options", empty).await.ok();
    let many: Value = (0..65).map(|n| (format!("e{n}"), json!(true))).collect::<serde_json::Map<_, _>>().into();
    let wide = json!({"x".repeat(257): true});
    for extensions in [many, wide] {
        let request = json!({"username": ALICE, "displayName": "x", "extensions": extensions});
        browser.post("/attestation/options", request.clone()).await.refused(400, "extensions");
        browser.post("/assertion/options", request).await.refused(400, "extensions");
    }

    let id = "A".repeat(60_000);
    let response = json!({"clientDataJSON": "e30", "authenticatorData": "AA", "signature": "AA"});
    let forged = json!({"id": id, "type": "public-key", "response": response});
    browser.post("/assertion/result", forged).await.refused(400, "challenge_missing");
    let log = world.ask("/admin/audit").await.to_string();
    assert!(log.contains("authentication_refused") && log.len() < 2000, "{}", log.len());
}

#[tokio::test]
async fn an_app_id_of_another_domain_is_not_asked_for() {
    let world = World::with("default").await;
    let ask = async |app_id: Value| {
        let request = json!({"username": ALICE, "extensions": {"appid": app_id}});
        world.browser().post("/assertion/options", request).await
    };
    for app_id in
        ["https://corp.example.com/app-id.json", "https://u2f.corp.example.com:8443", "https://corp.example.com"]
    {
        assert_eq!(ask(app_id.into()).await.ok()["extensions"]["appid"], app_id);
    }
    for app_id in [
        json!("https://evil.example/corp.example.com"),
        json!("https://evilcorp.example.com"),
        json!("https://corp.example.com@evil.example"),
        json!("http://corp.example.com"),
        json!("https://example.com"),
        json!(""),
        json!(1),
    ] {
        let refused = ask(app_id.clone()).await;
        assert_eq!(refused.status, 400, "{app_id}");
    }
}
