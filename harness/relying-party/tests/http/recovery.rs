//! Recoveries: which proofs pass, what they lead to, and what cannot be done with them.

use std::time::Duration;

use serde_json::{Value, json};

use crate::authenticator::{Authenticator, ICLOUD, YUBIKEY};
use crate::world::{ADMIN, ALICE, BOB, Browser, MANAGER, SECURITY, World};

const MINUTE: Duration = Duration::from_secs(60);

async fn id_proof(world: &World, username: &str, token: &str, badge_match: bool) -> Value {
    let proof = json!({"username": username, "provider": "persona", "token": token, "badge_match": badge_match});
    world.tell("/admin/id-proofs", proof).await.ok()
}

async fn by_video(browser: &Browser, username: &str, token: &str) -> crate::world::Answer {
    browser.post("/recovery", json!({"username": username, "method": "video_id_proof", "token": token})).await
}

#[tokio::test]
async fn a_text_message_recovers_an_account_under_default_and_never_under_hardened() {
    let world = World::with("default").await;
    world.browser().register(ALICE, &mut Authenticator::synced(1, ICLOUD)).await.ok();
    let browser = world.browser();
    let ask = json!({"username": ALICE, "method": "sms"});
    assert_eq!(browser.post("/recovery", ask.clone()).await.ok()["next"], "code");
    let sent = world.ask(&format!("/admin/outbox?username={ALICE}")).await["messages"][0]["code"].clone();
    browser
        .post("/recovery", json!({"username": ALICE, "method": "email", "code": sent}))
        .await
        .refused(401, "code_invalid");
    let answer = json!({"username": ALICE, "method": "sms", "code": sent});
    browser.post("/recovery", answer.clone()).await.ok();
    assert_eq!(browser.get("/session").await.ok()["scope"], "register_passkey");
    world.browser().post("/recovery", answer).await.refused(401, "code_invalid");
    browser.register(ALICE, &mut Authenticator::synced(2, ICLOUD)).await.ok();
    browser.act(2).await.ok();

    let world = World::with("hardened").await;
    let methods = world.browser().get("/recovery").await.ok()["methods"].clone();
    assert_eq!(methods, json!(["hardware_security_key", "approval_quorum", "video_id_proof"]));
    world.browser().post("/recovery", ask).await.refused(403, "recovery_method_not_allowed");
    assert_eq!(world.ask("/admin/outbox").await["messages"], json!([]));
}

#[tokio::test]
async fn a_video_call_recovers_once_with_a_match_and_the_cooldown_holds_for_tier_0() {
    let world = World::with("hardened").await;
    let mut old = Authenticator::key(1, YUBIKEY);
    let before = world.browser();
    before.register(ADMIN, &mut old).await.ok();
    let browser = world.browser();
    by_video(&browser, ADMIN, "t1").await.refused(403, "id_proof_missing");
    id_proof(&world, ADMIN, "no-match", false).await;
    by_video(&browser, ADMIN, "no-match").await.refused(403, "id_proof_no_match");
    id_proof(&world, ALICE, "other", true).await;
    by_video(&browser, ADMIN, "other").await.refused(403, "id_proof_missing");
    id_proof(&world, ADMIN, "t1", true).await;
    by_video(&browser, ADMIN, "t1").await.ok();
    by_video(&world.browser(), ADMIN, "t1").await.refused(403, "id_proof_used");

    before.get("/session").await.refused(401, "not_signed_in");
    browser.act(2).await.refused(403, "enrolment_required");
    let mut fresh = Authenticator::key(2, YUBIKEY);
    browser.register(ADMIN, &mut fresh).await.ok();
    world.browser().sign_in(Some(ADMIN), &mut old).await.refused(400, "credential_revoked");

    browser.act(2).await.ok();
    let refusal = browser.act(0).await.refused(403, "recovery_cooldown");
    assert_eq!((&refusal["class"], &refusal["cooldown_until"]), (&json!("cooldown"), &json!("2026-05-27T00:00:00Z")));
    world.wait(24 * 60 * MINUTE - Duration::from_secs(1));
    let later = world.browser();
    later.sign_in(Some(ADMIN), &mut fresh).await.ok();
    later.act(0).await.refused(403, "recovery_cooldown");
    later.register(ADMIN, &mut Authenticator::key(3, YUBIKEY)).await.ok();
    later.act(0).await.refused(403, "recovery_cooldown");
    world.wait(Duration::from_secs(1));
    later.act(0).await.ok();
    assert_eq!(world.audited(ADMIN, "passkey_reset").await, 1);
}

#[tokio::test]
async fn two_people_from_two_groups_approve_with_their_keys_for_the_browser_that_asked() {
    let world = World::with("hardened").await;
    let browser = world.browser();
    let ask = json!({"username": ALICE, "method": "approval_quorum"});
    let missing = browser.post("/recovery", ask.clone()).await.refused(403, "approval_missing");
    assert_eq!((&missing["approvals"], &missing["needed"]), (&json!(0), &json!(2)));
    let approve = |approver: &str| json!({"username": ALICE, "approver": approver});

    world.tell("/admin/approvals", approve(MANAGER)).await.refused(403, "approval_without_step_up");
    world.tell("/admin/approvals", approve(BOB)).await.refused(403, "approver_not_entitled");
    let mut key = Authenticator::key(10, YUBIKEY);
    world.browser().register(MANAGER, &mut key).await.ok();
    world.wait(6 * MINUTE);
    world.tell("/admin/approvals", approve(MANAGER)).await.refused(403, "approval_without_step_up");
    world.browser().sign_in(Some(MANAGER), &mut key).await.ok();
    world.browser().register(SECURITY, &mut Authenticator::key(11, YUBIKEY)).await.ok();
    for approver in [MANAGER, MANAGER] {
        assert_eq!(world.tell("/admin/approvals", approve(approver)).await.ok()["approvals"], 1);
    }
    browser.post("/recovery", ask.clone()).await.refused(403, "approval_missing");

    // A second browser asks: from now on an approval has to say which one it means.
    let thief = world.browser();
    let theirs = thief.post("/recovery", ask.clone()).await.refused(403, "approval_missing");
    world.tell("/admin/approvals", approve(SECURITY)).await.refused(409, "recovery_ambiguous");
    let named = json!({"username": ALICE, "approver": SECURITY, "recovery_id": missing["recovery_id"]});
    world.tell("/admin/approvals", named).await.ok();
    assert_ne!(missing["recovery_id"], theirs["recovery_id"]);
    thief.post("/recovery", ask.clone()).await.refused(403, "approval_missing");
    browser.post("/recovery", ask.clone()).await.ok();
    browser.post("/recovery", ask).await.refused(403, "approval_missing");
}

#[tokio::test]
async fn a_security_key_on_file_recovers_an_account_and_a_synced_credential_does_not() {
    let world = World::with("hardened").await;
    let owner = world.browser();
    let (mut phone, mut key) = (Authenticator::synced(1, ICLOUD), Authenticator::key(2, YUBIKEY));
    owner.register(ALICE, &mut phone).await.ok();
    owner.register(ALICE, &mut key).await.ok();

    let browser = world.browser();
    let proof = async |authenticator: &mut Authenticator, username: &str| {
        let options = browser.post("/assertion/options", json!({})).await.ok();
        let ask = json!({
            "username": username, "method": "hardware_security_key", "credential": authenticator.get(&options),
        });
        browser.post("/recovery", ask).await
    };
    proof(&mut phone, ALICE).await.refused(403, "recovery_key_not_accepted");
    proof(&mut key, BOB).await.refused(403, "recovery_key_not_accepted");
    let mut stolen = Authenticator { key: Authenticator::key(3, YUBIKEY).key, ..key.clone() };
    proof(&mut stolen, ALICE).await.refused(400, "signature_invalid");
    proof(&mut key, ALICE).await.ok();
    owner.get("/session").await.refused(401, "not_signed_in");
    browser.register(ALICE, &mut Authenticator::synced(4, ICLOUD)).await.ok();
    for mut replaced in [phone, key] {
        world.browser().sign_in(Some(ALICE), &mut replaced).await.refused(400, "credential_revoked");
    }
}

#[tokio::test]
async fn a_pass_opens_a_session_for_one_registration() {
    let world = World::with("hardened").await;
    let issue = json!({"username": ALICE});
    let code = world.tell("/admin/passes", issue.clone()).await.ok()["code"].clone();
    assert_eq!(code.as_str().unwrap().len(), 16);
    let browser = world.browser();
    let with = |code: &Value| json!({"username": ALICE, "code": code});
    browser.post("/recovery/pass", with(&code)).await.ok();
    world.browser().post("/recovery/pass", with(&code)).await.refused(401, "pass_invalid");
    browser.act(2).await.refused(403, "enrolment_required");
    world.wait(15 * MINUTE);
    browser.get("/session").await.refused(401, "not_signed_in");

    let code = world.tell("/admin/passes", issue.clone()).await.ok()["code"].clone();
    world.wait(30 * MINUTE - Duration::from_secs(1));
    world.browser().post("/recovery/pass", with(&code)).await.ok();
    let code = world.tell("/admin/passes", issue).await.ok()["code"].clone();
    world.wait(30 * MINUTE);
    world.browser().post("/recovery/pass", with(&code)).await.refused(401, "pass_invalid");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_who_use_a_pass_at_once_one_gets_in() {
    let world = World::with("hardened").await;
    let code = world.tell("/admin/passes", json!({"username": ALICE})).await.ok()["code"].clone();
    let tries = (0..32).map(|_| {
        let (browser, body) = (world.browser(), json!({"username": ALICE, "code": code}));
        tokio::spawn(async move { browser.post("/recovery/pass", body).await.status })
    });
    let mut admitted = 0;
    for attempt in tries.collect::<Vec<_>>() {
        admitted += usize::from(attempt.await.unwrap() == 200);
    }
    assert_eq!(admitted, 1);
}

#[tokio::test]
async fn guessing_locks_the_name_whether_or_not_anybody_has_it() {
    let world = World::with("hardened").await;
    let code = world.tell("/admin/passes", json!({"username": ALICE})).await.ok()["code"].clone();
    for username in [ALICE, "nobody@corp.example.com"] {
        let browser = world.browser();
        let guess = json!({"username": username, "code": "0000000000000000"});
        for _ in 0..5 {
            browser.post("/recovery/pass", guess.clone()).await.refused(401, "pass_invalid");
        }
        let locked = browser.post("/recovery/pass", guess).await.refused(429, "locked_out");
        assert_eq!(locked["retry_after"], 900);
    }
    let right = json!({"username": ALICE, "code": code});
    world.browser().post("/recovery/pass", right.clone()).await.refused(429, "locked_out");
    world.wait(15 * MINUTE);
    world.browser().post("/recovery/pass", right).await.refused(401, "pass_invalid");
}

#[tokio::test]
async fn a_pass_for_tier_0_takes_a_proof() {
    let world = World::with("hardened").await;
    let order = json!({"username": ADMIN});
    world.tell("/admin/passes", order.clone()).await.refused(403, "approval_missing");
    id_proof(&world, ADMIN, "call", true).await;
    let with_proof = json!({"username": ADMIN, "id_proof": "call"});
    world.tell("/admin/passes", with_proof.clone()).await.ok();
    world.tell("/admin/passes", with_proof).await.refused(403, "id_proof_used");

    for (seed, approver) in [(10, MANAGER), (11, SECURITY)] {
        world.tell("/admin/passes", order.clone()).await.refused(403, "approval_missing");
        world.browser().register(approver, &mut Authenticator::key(seed, YUBIKEY)).await.ok();
        let approval = json!({"username": ADMIN, "approver": approver, "purpose": "access_pass"});
        world.tell("/admin/approvals", approval).await.ok();
    }
    world.tell("/admin/passes", order.clone()).await.ok();
    world.tell("/admin/passes", order).await.refused(403, "approval_missing");
}

#[tokio::test]
async fn a_quorum_ends_the_cooldown_in_an_emergency() {
    let world = World::with("hardened").await;
    id_proof(&world, ADMIN, "call", true).await;
    let browser = world.browser();
    by_video(&browser, ADMIN, "call").await.ok();
    browser.register(ADMIN, &mut Authenticator::key(1, YUBIKEY)).await.ok();
    for (seed, approver) in [(10, MANAGER), (11, SECURITY)] {
        browser.act(0).await.refused(403, "recovery_cooldown");
        world.browser().register(approver, &mut Authenticator::key(seed, YUBIKEY)).await.ok();
        let approval = json!({"username": ADMIN, "approver": approver, "purpose": "cooldown"});
        world.tell("/admin/approvals", approval).await.ok();
    }
    browser.act(0).await.ok();
    assert_eq!(world.audited(ADMIN, "cooldown_ended").await, 1);
}

#[tokio::test]
async fn a_proof_tells_nothing_about_who_exists() {
    let world = World::with("hardened").await;
    let [known, unknown] = [ALICE, "nobody@corp.example.com"].map(|name| {
        let browser = world.browser();
        async move { by_video(&browser, name, "made-up").await.refused(403, "id_proof_missing") }
    });
    assert_eq!(known.await, unknown.await);
}

#[tokio::test]
async fn a_recovery_ends_with_the_key_that_proved_it() {
    let world = World::with("hardened").await;
    let mut stolen = Authenticator::key(1, YUBIKEY);
    world.browser().register(ALICE, &mut stolen).await.ok();
    let thief = world.browser();
    let options = thief.post("/assertion/options", json!({})).await.ok();
    let ask = json!({"username": ALICE, "method": "hardware_security_key", "credential": stolen.get(&options)});
    thief.post("/recovery", ask).await.ok();
    world.revoke(&stolen).await.ok();
    thief.get("/session").await.refused(401, "not_signed_in");
    thief.registration_options(ALICE).await.refused(403, "sign_in_required");
}

#[tokio::test]
async fn an_approval_of_one_cooldown_says_nothing_about_the_next() {
    let world = World::with("hardened").await;
    world.browser().register(MANAGER, &mut Authenticator::key(10, YUBIKEY)).await.ok();
    world.browser().register(SECURITY, &mut Authenticator::key(11, YUBIKEY)).await.ok();
    let approve = |approver: &str| json!({"username": ADMIN, "approver": approver, "purpose": "cooldown"});
    world.tell("/admin/approvals", approve(MANAGER)).await.refused(404, "cooldown_unknown");
    let browser = world.browser();
    for token in ["call", "another"] {
        id_proof(&world, ADMIN, token, true).await;
        by_video(&browser, ADMIN, token).await.ok();
        assert_eq!(world.tell("/admin/approvals", approve(MANAGER)).await.ok()["approvals"], 1);
    }
    id_proof(&world, ADMIN, "third", true).await;
    by_video(&browser, ADMIN, "third").await.ok();
    world.tell("/admin/approvals", approve(SECURITY)).await.ok();
    browser.register(ADMIN, &mut Authenticator::key(1, YUBIKEY)).await.ok();
    browser.act(0).await.refused(403, "recovery_cooldown");
}

#[tokio::test]
async fn approvals_help_nobody_who_planted_the_cookie() {
    let world = World::with("hardened").await;
    world.browser().register(MANAGER, &mut Authenticator::key(10, YUBIKEY)).await.ok();
    world.browser().register(SECURITY, &mut Authenticator::key(11, YUBIKEY)).await.ok();
    let thief = world.browser();
    let planted = thief.post("/assertion/options", json!({})).await.cookie.unwrap();
    let ask = json!({"username": ALICE, "method": "approval_quorum"});
    let owner = world.browser_with(&planted);
    let missing = owner.post("/recovery", ask.clone()).await.refused(403, "approval_missing");
    for approver in [MANAGER, SECURITY] {
        let approval = json!({"username": ALICE, "approver": approver, "recovery_id": missing["recovery_id"]});
        world.tell("/admin/approvals", approval).await.ok();
    }
    thief.post("/recovery", ask.clone()).await.refused(403, "approval_missing");
    owner.post("/recovery", ask).await.ok();
}
