//! The shape of answers, of refusals above all, and the API's description.

use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::{Value, json};

use crate::authenticator::{Authenticator, ICLOUD, YUBIKEY};
use crate::world::{ADMIN, ALICE, World};

#[tokio::test]
async fn success_and_refusal_have_the_shape_of_the_conformance_api() {
    let world = World::with("hardened").await;
    let options = world.browser().registration_options(ALICE).await.ok();
    assert_eq!(options["errorMessage"], "");
    let browser = world.browser();
    let mut synced = Authenticator::synced(1, ICLOUD);
    let refusal = browser.register(ADMIN, &mut synced).await.refused(400, "aaguid_not_permitted_for_tier_0");
    assert_eq!(refusal["step"], "policy of tier 0: aaguid_blocklist");
    assert!(refusal["errorMessage"].as_str().unwrap().contains(ICLOUD));
    browser.register(ALICE, &mut Authenticator::key(1, YUBIKEY)).await.ok();
}

#[tokio::test]
async fn a_bad_request_gets_a_clear_answer_and_changes_nothing() {
    let world = World::with("hardened").await;
    let browser = world.browser();
    let bad = [
        ("/attestation/options", json!({}), 400, "body"),
        ("/attestation/options", json!([]), 400, "body"),
        ("/attestation/options", json!({"username": "x"}), 400, "body"),
        ("/attestation/options", json!({"username": 7, "displayName": "x"}), 400, "body"),
        ("/attestation/options", json!({"username": "", "displayName": "x"}), 400, "username"),
        ("/attestation/options", json!({"username": "a\u{7}b", "displayName": "x"}), 400, "username"),
        ("/attestation/options", json!({"username": "x".repeat(257), "displayName": "x"}), 400, "username"),
        ("/attestation/options", json!({"username": "administrator", "displayName": "x"}), 400, "username"),
        ("/attestation/options", json!({"username": "x", "displayName": "x", "attestation": "full"}), 400, "body"),
        ("/attestation/result", json!({}), 400, "member_missing"),
        ("/attestation/result", json!(null), 400, "not_an_object"),
        ("/assertion/options", json!({"username": ["x"]}), 400, "body"),
        ("/assertion/result", json!({"id": "AA==", "type": "public-key", "response": {}}), 400, "member_not_base64url"),
        ("/session/actions", json!({"tier": -1}), 400, "body"),
        ("/session/actions", json!({"tier": 0}), 401, "not_signed_in"),
        ("/recovery", json!({"username": ALICE, "method": "charm"}), 400, "body"),
        ("/recovery", json!({"username": ALICE, "method": "hardware_security_key"}), 400, "member_missing"),
        ("/recovery/pass", json!({"username": ALICE}), 400, "body"),
        ("/nowhere", json!({}), 404, "no_such_route"),
        ("/session", json!({}), 405, "no_such_route"),
        ("/admin/users", json!({"username": "x"}), 401, "admin_token"),
    ];
    let before = world.ask("/admin/users").await;
    for (path, body, status, reason) in bad {
        let refusal = browser.post(path, body).await.refused(status, reason);
        assert!(!refusal["errorMessage"].as_str().unwrap().is_empty());
        assert!(refusal["class"].is_string());
    }
    let admin = [
        ("/admin/users", json!({"username": ALICE}), 409, "user_exists"),
        ("/admin/users", json!({"username": "x", "group": []}), 400, "body"),
        ("/admin/passes", json!({"username": "nobody"}), 404, "user_unknown"),
        ("/admin/approvals", json!({"username": ALICE, "approver": "nobody"}), 404, "user_unknown"),
        ("/admin/clock", json!({"seconds": -1}), 400, "body"),
        ("/admin/downstream", json!({"url": "http://10.1.1.1", "token": ""}), 400, "downstream_url"),
        ("/admin/users/nobody/disable", json!({}), 404, "user_unknown"),
    ];
    for (path, body, status, reason) in admin {
        world.tell(path, body).await.refused(status, reason);
    }
    world.admin(Method::PATCH, "/admin/users/%ff", Some(json!({}))).await.refused(400, "path");
    assert_eq!(world.ask("/admin/users").await, before);
}

#[tokio::test]
async fn bodies_have_a_type_a_length_and_one_of_each_member() {
    let world = World::with("hardened").await;
    let url = format!("{}/assertion/options", world.running.url);
    let post = |kind: &'static str, body: String| {
        let request = reqwest::Client::new().post(&url).header("content-type", kind).body(body);
        async move { request.send().await.unwrap().status().as_u16() }
    };
    assert_eq!(post("application/json; charset=utf-8", "{}".into()).await, 200);
    assert_eq!(post("text/plain", "{}".into()).await, 415);
    assert_eq!(post("application/json", format!("{{\"username\":\"{}\"}}", "x".repeat(70_000))).await, 413);
    assert_eq!(post("application/json", "{\"username\":\"a\",\"username\":\"b\"}".into()).await, 400);
    for nested in ["{\"extensions\":{\"a\":1,\"a\":2}}", "{\"extensions\":{\"a\":[{\"b\":1,\"b\":1}]}}"] {
        assert_eq!(post("application/json", nested.into()).await, 400, "{nested}");
    }
    assert_eq!(post("application/json", format!("{}{}", "[".repeat(5000), "]".repeat(5000))).await, 400);
    assert_eq!(post("application/json", "\u{feff}{}".into()).await, 400);
    assert_eq!(post("application/json", String::new()).await, 400);
    assert_eq!(reqwest::Client::new().post(&url).body("{}").send().await.unwrap().status(), 415);
}

#[tokio::test]
async fn every_route_described_is_served_and_no_other_method_is() {
    let world = World::with("hardened").await;
    let description = world.browser().get("/openapi.json").await.body;
    let paths = description["paths"].as_object().unwrap();
    assert!(paths.len() > 20);
    let served = [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE];
    for (path, item) in paths {
        let described: BTreeSet<&str> = item.as_object().unwrap().keys().map(String::as_str).collect();
        for method in &served {
            let name = method.as_str().to_lowercase();
            let answer = world.admin(method.clone(), &path.replace(['{', '}'], "x"), None).await;
            assert_eq!(answer.status != 405, described.contains(name.as_str()), "{method} {path}");
            assert_ne!(answer.reason() == "no_such_route", described.contains(name.as_str()), "{method} {path}");
        }
    }
}

#[tokio::test]
async fn the_policy_can_be_read_back() {
    let world = World::with("hardened").await;
    let shown = world.ask("/admin/policy").await;
    assert_eq!(shown["name"], "hardened");
    let tier_0 = &shown["policy"]["fido2_policies"][0];
    assert_eq!((&tier_0["target"], &tier_0["aaguid_allowlist"][0]), (&json!("tier-0-admins"), &json!(YUBIKEY)));
    assert_eq!(shown["policy"]["rotation"]["push_after"], "1m");
    let read_back = keyrig_relying_party::Policy::read("shown", &shown["policy"].to_string()).unwrap();
    assert_eq!(read_back.document().fido2_policies.len(), 3);
    let audit: Value = world.ask("/admin/audit").await;
    assert_eq!(audit["retain_days"], 365);
}
