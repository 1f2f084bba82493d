//! What may be enrolled, and who may enrol it.

use keyrig_ctap::Aaguid;
use keyrig_ctap::auth_data::Flags;
use serde_json::json;

use crate::authenticator::{Attests, Authenticator, BLOCKED, FEITIAN, ICLOUD, MANAGED, YUBIKEY};
use crate::world::{ADMIN, ALICE, BOB, SRE, World};

type Spoil = fn(&mut Authenticator);

#[tokio::test]
async fn a_listed_key_is_enrolled_and_signs_in_with_and_without_a_name() {
    let world = World::with("hardened").await;
    let browser = world.browser();
    let mut key = Authenticator::key(1, YUBIKEY);
    browser.register(ADMIN, &mut key).await.ok();
    assert_eq!(browser.get("/session").await.ok()["tier"], 0);

    for username in [Some(ADMIN), None] {
        let other = world.browser();
        other.get("/session").await.refused(401, "not_signed_in");
        other.sign_in(username, &mut key).await.ok();
        let session = other.get("/session").await.ok();
        assert_eq!((&session["username"], &session["scope"]), (&json!(ADMIN), &json!("full")));
        other.act(0).await.ok();
        other.post("/session/logout", json!({})).await.ok();
        other.act(0).await.refused(401, "not_signed_in");
    }

    let listed = world.ask(&format!("/admin/credentials?username={ADMIN}")).await;
    let listed = &listed["credentials"][0];
    assert_eq!((&listed["aaguid"], &listed["be"], &listed["bs"]), (&json!(YUBIKEY), &json!(false), &json!(false)));
    assert_eq!((&listed["sign_count"], &listed["transports"]), (&json!(3), &json!(["usb", "nfc"])));
    assert_eq!(
        listed["attestation"],
        json!({"format": "packed", "kind": {"basic": {"trusted": true}}, "covers_aaguid": true})
    );
    assert_eq!(world.ask(&format!("/admin/users?username={ADMIN}")).await["users"][0]["credentials_missing"], 1);
}

#[tokio::test]
async fn a_blocked_aaguid_is_refused_by_name_under_hardened_and_accepted_under_default() {
    let mut blocked = Authenticator { attests: Attests::Not, ..Authenticator::key(1, BLOCKED) };
    let world = World::with("hardened").await;
    let refusal = world.browser().register(ADMIN, &mut blocked).await.refused(400, "aaguid_not_permitted_for_tier_0");
    assert_eq!(refusal["class"], "aaguid-blocked");
    assert_eq!(refusal["reasons"], json!(["aaguid_not_permitted_for_tier_0", "attestation_required_for_tier_0"]));
    World::with("default").await.browser().register(ADMIN, &mut blocked).await.ok();
}

#[tokio::test]
async fn tier_0_refuses_each_defect_for_its_own_reason() {
    let defects: [(&str, Spoil); 8] = [
        ("aaguid_not_permitted_for_tier_0", |a| a.aaguid = ICLOUD.parse().unwrap()),
        ("aaguid_not_allowed_for_tier_0", |a| a.aaguid = Aaguid([7; 16])),
        ("backup_eligible_not_allowed_for_tier_0", |a| a.flags |= Flags::BE),
        ("attestation_required_for_tier_0", |a| a.attests = Attests::Not),
        ("attestation_untrusted_for_tier_0", |a| a.attests = Attests::Itself),
        ("attestation_untrusted_for_tier_0", |a| a.attests = Attests::Rogue),
        ("transport_not_allowed_for_tier_0", |a| a.transports = vec!["hybrid"]),
        ("platform_authenticator_not_allowed_for_tier_0", |a| a.attachment = "platform"),
    ];
    let world = World::with("hardened").await;
    for (reason, spoil) in defects {
        let mut key = Authenticator::key(1, YUBIKEY);
        spoil(&mut key);
        world.browser().register(ADMIN, &mut key).await.refused(400, reason);
    }
    let listed = world.ask(&format!("/admin/credentials?username={ADMIN}")).await;
    assert_eq!(listed["credentials"], json!([]));
    world.browser().register(ADMIN, &mut Authenticator::key(1, YUBIKEY)).await.ok();
}

#[tokio::test]
async fn tier_1_takes_managed_icloud_only_with_its_attestation() {
    let world = World::with("hardened").await;
    let mut managed = Authenticator::synced(1, MANAGED);
    world.browser().register(SRE, &mut managed).await.refused(400, "attestation_required_for_tier_1");
    managed.attests = Attests::Trusted;
    world.browser().register(SRE, &mut managed).await.ok();
    world.browser().register(ALICE, &mut Authenticator::synced(2, ICLOUD)).await.ok();
}

#[tokio::test]
async fn a_root_of_one_model_vouches_for_no_other() {
    let world = World::trusting_for(FEITIAN).await;
    let mut yubikey = Authenticator::key(1, YUBIKEY);
    world.browser().register(ADMIN, &mut yubikey).await.refused(400, "attestation_untrusted_for_tier_0");
    world.browser().register(ADMIN, &mut Authenticator::key(1, FEITIAN)).await.ok();
}

#[tokio::test]
async fn somebody_unknown_enrols_as_workforce() {
    let world = World::with("hardened").await;
    world.browser().register("new@corp.example.com", &mut Authenticator::synced(1, ICLOUD)).await.ok();
    let users = world.ask("/admin/users?username=new@corp.example.com").await;
    assert_eq!(users["users"][0]["tier"], 2);
}

#[tokio::test]
async fn another_credential_takes_its_owner() {
    let world = World::with("hardened").await;
    let browser = world.browser();
    let mut first = Authenticator::key(1, YUBIKEY);
    browser.register(ADMIN, &mut first).await.ok();

    let stranger = world.browser();
    stranger.registration_options(ADMIN).await.refused(403, "sign_in_required");
    stranger.register(ALICE, &mut Authenticator::key(3, YUBIKEY)).await.ok();
    stranger.registration_options(ADMIN).await.refused(403, "sign_in_required");

    let options = browser.registration_options(ADMIN).await.ok();
    assert_eq!(options["excludeCredentials"][0]["id"], first.id_text());
    assert_eq!(options["excludeCredentials"][0]["transports"], json!(["usb", "nfc"]));
    browser.register(ADMIN, &mut Authenticator::key(2, FEITIAN)).await.ok();
    world.browser().sign_in(Some(ADMIN), &mut first).await.ok();
}

#[tokio::test]
async fn a_credential_id_is_registered_once() {
    let world = World::with("hardened").await;
    world.browser().register(ALICE, &mut Authenticator::key(1, YUBIKEY)).await.ok();
    world.browser().register(BOB, &mut Authenticator::key(1, YUBIKEY)).await.refused(400, "credential_exists");
}

#[tokio::test]
async fn a_promotion_is_enforced_at_sign_in_and_in_sessions_that_live() {
    let world = World::with("hardened").await;
    let browser = world.browser();
    let mut synced = Authenticator::synced(1, ICLOUD);
    browser.register(ALICE, &mut synced).await.ok();
    browser.act(2).await.ok();
    browser.act(0).await.refused(403, "tier_not_permitted");
    world.set_groups(ALICE, &["tier-0-admins"]).await;
    browser.act(0).await.refused(403, "aaguid_not_permitted_for_tier_0");
    world.browser().sign_in(Some(ALICE), &mut synced).await.refused(400, "aaguid_not_permitted_for_tier_0");
    world.set_groups(ALICE, &["tier-2-workforce"]).await;
    world.browser().sign_in(Some(ALICE), &mut synced).await.ok();
}
