//! Accounts of the U2F years: what they had is taken over, and signs in by its AppID.

use keyrig_ctap::auth_data::Flags;
use serde_json::json;

use crate::authenticator::{Authenticator, YUBIKEY};
use crate::world::{ALICE, World};

const APP_ID: &str = "https://corp.example.com/app-id.json";

/// A key that knows U2F and nothing else.
fn old_key() -> Authenticator {
    Authenticator { flags: Flags::UP, ..Authenticator::key(4, YUBIKEY) }
}

fn registration(key: &Authenticator) -> serde_json::Value {
    json!({"username": ALICE, "key_handle": key.id_text(), "public_key": key.point_text(), "counter": 0})
}

#[tokio::test]
async fn a_registration_that_was_taken_over_signs_in_by_its_app_id_and_not_without() {
    let world = World::with("default").await;
    let key = old_key();
    world.tell("/admin/u2f-registrations", registration(&key)).await.ok();
    assert_eq!(world.audited(ALICE, "credential_taken_over").await, 1);
    let listed = world.ask(&format!("/admin/credentials?username={ALICE}")).await;
    assert_eq!(listed["credentials"][0]["aaguid"], "00000000-0000-0000-0000-000000000000");

    for (asked, told, reason) in [
        (json!({}), json!({"appid": true}), Some("rp_id_hash_mismatch")),
        (json!({"appid": APP_ID}), json!({}), Some("rp_id_hash_mismatch")),
        (json!({"appid": APP_ID}), json!({"appid": true}), None),
    ] {
        let browser = world.browser();
        let wanted = json!({"username": ALICE, "extensions": asked});
        let mut options = browser.post("/assertion/options", wanted).await.ok();
        assert_eq!(options["allowCredentials"][0]["id"], key.id_text());
        options["rpId"] = APP_ID.into();
        let mut signed = old_key().get(&options);
        signed["clientExtensionResults"] = told;
        let answer = browser.post("/assertion/result", signed).await;
        match reason {
            Some(reason) => drop(answer.refused(400, reason)),
            None => drop(answer.ok()),
        }
    }
}

#[tokio::test]
async fn what_is_no_registration_is_not_taken_over() {
    let world = World::with("default").await;
    let whole = registration(&old_key());
    for (member, value, status, reason) in [
        ("username", "nobody@corp.example.com", 404, "user_unknown"),
        ("key_handle", "", 400, "key_handle"),
        ("key_handle", "**", 400, "key_handle"),
        ("key_handle", &"A".repeat(344), 400, "key_handle"),
        ("public_key", "", 400, "public_key"),
        ("public_key", "BAAA", 400, "public_key"),
        ("public_key", &format!("BA{}", "A".repeat(85)), 400, "public_key"),
    ] {
        let mut broken = whole.clone();
        broken[member] = value.into();
        world.tell("/admin/u2f-registrations", broken).await.refused(status, reason);
    }
    world.tell("/admin/u2f-registrations", whole.clone()).await.ok();
    world.tell("/admin/u2f-registrations", whole).await.refused(409, "credential_exists");
}
