//! What ends when a credential is revoked or an account disabled.

use reqwest::Method;
use serde_json::json;

use crate::authenticator::{Authenticator, YUBIKEY};
use crate::world::{ALICE, World};

#[tokio::test]
async fn a_revoked_credential_takes_its_sessions_with_it_and_no_others() {
    let world = World::with("hardened").await;
    let (first, second) = (world.browser(), world.browser());
    let (mut lost, mut kept) = (Authenticator::key(1, YUBIKEY), Authenticator::key(2, YUBIKEY));
    first.register(ALICE, &mut lost).await.ok();
    first.register(ALICE, &mut kept).await.ok();
    first.sign_in(Some(ALICE), &mut lost).await.ok();
    second.sign_in(Some(ALICE), &mut kept).await.ok();

    world.revoke(&lost).await.ok();
    first.get("/session").await.refused(401, "not_signed_in");
    second.get("/session").await.ok();
    let options = world.browser().post("/assertion/options", json!({"username": ALICE})).await.ok();
    assert_eq!(options["allowCredentials"].as_array().unwrap().len(), 1);
    world.browser().sign_in(Some(ALICE), &mut lost).await.refused(400, "credential_revoked");
    world.browser().sign_in(None, &mut lost).await.refused(400, "credential_revoked");
    second.register(ALICE, &mut lost).await.refused(400, "credential_exists");
    world.revoke(&lost).await.ok();
    assert_eq!(world.audited(ALICE, "credential_revoked").await, 1);
    world.revoke(&Authenticator::key(9, YUBIKEY)).await.refused(404, "credential_unknown");
}

#[tokio::test]
async fn a_disabled_account_is_inert_until_it_is_enabled() {
    let world = World::with("hardened").await;
    let (browser, half_way) = (world.browser(), world.browser());
    let mut key = Authenticator::key(1, YUBIKEY);
    browser.register(ALICE, &mut key).await.ok();
    let pending = half_way.post("/assertion/options", json!({"username": ALICE})).await.ok();
    let pass = world.tell("/admin/passes", json!({"username": ALICE})).await.ok();

    world.admin(Method::POST, &format!("/admin/users/{ALICE}/disable"), None).await.ok();
    browser.get("/session").await.refused(401, "not_signed_in");
    half_way.post("/assertion/result", key.get(&pending)).await.refused(400, "challenge_missing");
    world.browser().sign_in(Some(ALICE), &mut key).await.refused(403, "user_disabled");
    world.browser().sign_in(None, &mut key).await.refused(403, "user_disabled");
    world.browser().registration_options(ALICE).await.refused(403, "user_disabled");
    let with_pass = json!({"username": ALICE, "code": pass["code"]});
    world.browser().post("/recovery/pass", with_pass.clone()).await.refused(401, "pass_invalid");
    world.tell("/admin/passes", json!({"username": ALICE})).await.refused(403, "user_disabled");

    world.admin(Method::POST, &format!("/admin/users/{ALICE}/enable"), None).await.ok();
    world.browser().sign_in(Some(ALICE), &mut key).await.ok();
    world.browser().post("/recovery/pass", with_pass).await.refused(401, "pass_invalid");
}
