//! The controls of the hardened policy: switched off one at a time, each changes one expectation and no other.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as B64;
use serde_json::json;

use crate::authenticator::{Attests, Authenticator, BLOCKED, ICLOUD, MANAGED, YUBIKEY};
use crate::world::{ADMIN, ALICE, SRE, World};
use keyrig_ctap::Aaguid;
use keyrig_ctap::auth_data::Flags;

const ALLOW: &str = "    aaguid_allowlist:
      - 2fc0579f-8113-47ea-b116-bb5a8db9202a # YubiKey 5 with NFC, firmware 5.2 and 5.4
      - 73bb0cd4-e502-49b8-9c6f-b59445bf720b # YubiKey 5 FIPS without NFC
      - 833b721a-ff5f-4d00-bb2e-bdda3ec01e29 # Feitian ePass FIDO2
";
const BLOCK: &str = "    aaguid_blocklist:
      - adce0002-35bc-c60a-648b-0b25f1f05503 # Chrome on a Mac
      - fbfc3007-154e-4ecc-8c0b-6e020557d7bd # iCloud Keychain
      - dd4ec289-e01d-41c9-bb89-70fa845d4bf2 # iCloud Keychain, managed
      - ea9b8d66-4d01-1d21-3ce4-b6b48cb575d4 # Google Password Manager
      - bada5566-a7aa-401f-bd96-45619a55120d # 1Password
";

/// What to replace, and by what, to switch off the control behind each row of the guide's table.
const SWITCHES: [(&str, &str); 9] = [
    ("check: declared", "check: none"),
    (BLOCK, ""),
    (ALLOW, ""),
    ("enforce_at_authentication: true", "enforce_at_authentication: false"),
    ("        - video_id_proof:", "        - one_time_code: sms\n        - video_id_proof:"),
    ("        set_attribute: passkey_recovery_cooldown_until=now+24h\n", ""),
    ("allowed_transports: [usb, nfc]\n", "allowed_transports: [usb, nfc, hybrid]\n"),
    ("on_change: step_up", "on_change: ignore"),
    ("push_after: 60s", "push_after: 24h"),
];

#[tokio::test]
async fn each_control_changes_its_own_row_and_no_other() {
    assert_eq!(rows(&World::with("hardened").await).await, [true; 9]);
    for (row, (passage, replacement)) in SWITCHES.iter().enumerate() {
        let mut expected = [true; 9];
        expected[row] = false;
        let world = World::hardened_but(passage, replacement).await;
        assert_eq!(rows(&world).await, expected, "row {}", row + 1);
    }
}

#[tokio::test]
async fn a_plain_rollout_has_none_of_them_but_the_origin_check() {
    let world = World::with("default").await;
    assert_eq!(rows(&world).await, [true, false, false, false, false, false, false, false, false]);
}

/// Whether each row of the table is as the guide hardens it. Users of one row are not those of another.
async fn rows(world: &World) -> [bool; 9] {
    [
        phishing_is_blocked(world).await,
        blocked_model_is_refused(world).await,
        only_listed_models_enrol(world).await,
        promoted_user_leaves_the_cloud_behind(world).await,
        text_messages_recover_nothing(world).await,
        recovery_cools_down(world).await,
        hybrid_is_refused(world).await,
        flip_takes_a_step_up(world).await,
        revocation_arrives_in_five_minutes(world).await,
    ]
}

async fn create(world: &World, name: &str, group: &str) {
    world.tell("/admin/users", json!({"username": name, "groups": [group]})).await.ok();
}

async fn phishing_is_blocked(world: &World) -> bool {
    let mut key = Authenticator::key(10, YUBIKEY);
    world.browser().register("phished@corp.example.com", &mut key).await.ok();
    let mut proxied = Authenticator { origin: "https://corp-example.evil.example", ..key };
    let answer = world.browser().sign_in(Some("phished@corp.example.com"), &mut proxied).await;
    answer.reason() == "origin_not_expected"
}

async fn blocked_model_is_refused(world: &World) -> bool {
    let mut blocked = Authenticator { attests: Attests::Not, ..Authenticator::key(20, BLOCKED) };
    world.browser().register(ADMIN, &mut blocked).await.reason() == "aaguid_not_permitted_for_tier_0"
}

async fn only_listed_models_enrol(world: &World) -> bool {
    create(world, "root1", "tier-0-admins").await;
    create(world, "root2", "tier-0-admins").await;
    world.browser().register("root1", &mut Authenticator::key(30, YUBIKEY)).await.ok();
    let mut unlisted = Authenticator { aaguid: Aaguid([7; 16]), ..Authenticator::key(31, YUBIKEY) };
    world.browser().register("root2", &mut unlisted).await.reason() == "aaguid_not_allowed_for_tier_0"
}

async fn promoted_user_leaves_the_cloud_behind(world: &World) -> bool {
    let mut synced = Authenticator::synced(40, ICLOUD);
    world.browser().register(ALICE, &mut synced).await.ok();
    world.set_groups(ALICE, &["tier-0-admins"]).await;
    world.browser().sign_in(Some(ALICE), &mut synced).await.status == 400
}

async fn text_messages_recover_nothing(world: &World) -> bool {
    let ask = json!({"username": "bob@corp.example.com", "method": "sms"});
    world.browser().post("/recovery", ask).await.reason() == "recovery_method_not_allowed"
}

async fn recovery_cools_down(world: &World) -> bool {
    create(world, "root3", "tier-0-admins").await;
    let proof = json!({"username": "root3", "provider": "persona", "token": "call", "badge_match": true});
    world.tell("/admin/id-proofs", proof).await.ok();
    let browser = world.browser();
    let by_video = json!({"username": "root3", "method": "video_id_proof", "token": "call"});
    if browser.post("/recovery", by_video).await.status != 200 {
        let by_sms = json!({"username": "root3", "method": "sms"});
        browser.post("/recovery", by_sms.clone()).await.ok();
        let code = world.ask("/admin/outbox?username=root3").await["messages"][0]["code"].clone();
        browser.post("/recovery", json!({"username": "root3", "method": "sms", "code": code})).await.ok();
    }
    browser.register("root3", &mut Authenticator::key(60, YUBIKEY)).await.ok();
    browser.act(0).await.reason() == "recovery_cooldown"
}

async fn hybrid_is_refused(world: &World) -> bool {
    create(world, "root4", "tier-0-admins").await;
    let mut hybrid = Authenticator { transports: vec!["hybrid"], ..Authenticator::key(70, YUBIKEY) };
    world.browser().register("root4", &mut hybrid).await.reason() == "transport_not_allowed_for_tier_0"
}

async fn flip_takes_a_step_up(world: &World) -> bool {
    let mut synced = Authenticator { attests: Attests::Trusted, ..Authenticator::synced(80, MANAGED) };
    synced.flags = synced.flags.without(Flags::BS);
    world.browser().register(SRE, &mut synced).await.ok();
    synced.flags |= Flags::BS;
    world.browser().sign_in(Some(SRE), &mut synced).await.reason() == "step_up_required"
}

async fn revocation_arrives_in_five_minutes(world: &World) -> bool {
    let downstream = World::with("default").await;
    let mut key = Authenticator::key(90, YUBIKEY);
    create(world, "root5", "tier-0-admins").await;
    world.browser().register("root5", &mut key).await.ok();
    let request = json!({"url": downstream.running.url, "token": downstream.running.admin_token});
    world.tell("/admin/downstream", request).await.ok();
    downstream.browser().sign_in(Some("root5"), &mut key).await.ok();
    world.revoke(&key).await.ok();
    world.tell("/admin/clock", json!({"seconds": 300})).await.ok();
    downstream.browser().sign_in(Some("root5"), &mut key).await.reason() == "credential_revoked"
}

#[tokio::test]
async fn an_origin_is_read_from_the_client_data_that_verification_reads() {
    let world = World::hardened_but("check: declared", "check: within_rp_id").await;
    let browser = world.browser();
    let unattested = Authenticator { attests: Attests::Not, ..Authenticator::key(1, YUBIKEY) };
    let mut key = Authenticator { origin: "https://app.corp.example.com", ..unattested };
    let options = browser.registration_options(ALICE).await.ok();
    let mut credential = key.create(&options);
    let client_data = B64.decode(credential["response"]["clientDataJSON"].as_str().unwrap()).unwrap();
    let marked = [&b"\xef\xbb\xbf"[..], &client_data].concat();
    credential["response"]["clientDataJSON"] = B64.encode(marked).into();
    browser.post("/attestation/result", credential).await.ok();
}
