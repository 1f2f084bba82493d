//! The backup-state monitor.

use keyrig_ctap::auth_data::Flags;
use serde_json::json;

use crate::authenticator::{Attests, Authenticator, ICLOUD, MANAGED, YUBIKEY};
use crate::world::{ALICE, MANAGER, SECURITY, SRE, World};

fn managed() -> Authenticator {
    let mut managed = Authenticator { attests: Attests::Trusted, ..Authenticator::synced(1, MANAGED) };
    managed.flags = managed.flags.without(Flags::BS);
    managed
}

fn flip(authenticator: &Authenticator) -> Authenticator {
    Authenticator { flags: authenticator.flags | Flags::BS, ..authenticator.clone() }
}

#[tokio::test]
async fn a_flip_takes_another_credential_in_the_same_session() {
    let world = World::with("hardened").await;
    let browser = world.browser();
    let (mut synced, mut key) = (managed(), Authenticator::key(2, YUBIKEY));
    browser.register(SRE, &mut synced).await.ok();
    browser.register(SRE, &mut key).await.ok();
    let mut flipped = flip(&synced);

    let here = world.browser();
    for _ in 0..2 {
        let refusal = here.sign_in(Some(SRE), &mut flipped).await.refused(403, "step_up_required");
        assert_eq!(refusal["class"], "step-up");
        here.get("/session").await.refused(401, "not_signed_in");
    }
    assert_eq!(world.audited(SRE, "backup_state_changed").await, 1);

    // Somewhere else the owner signs in: that says nothing about what happened here.
    world.browser().sign_in(Some(SRE), &mut key).await.ok();
    world.browser().sign_in(Some(SRE), &mut flipped).await.refused(403, "step_up_required");

    here.sign_in(Some(SRE), &mut key).await.ok();
    here.get("/session").await.ok();
    world.browser().sign_in(Some(SRE), &mut flipped).await.ok();
    assert_eq!(world.audited(SRE, "backup_state_accepted").await, 1);
}

#[tokio::test]
async fn an_entitled_approver_accepts_a_flip() {
    let world = World::with("hardened").await;
    let mut synced = managed();
    world.browser().register(SRE, &mut synced).await.ok();
    let mut flipped = flip(&synced);
    world.browser().sign_in(Some(SRE), &mut flipped).await.refused(403, "step_up_required");

    let approval = json!({"username": SRE, "approver": SECURITY, "purpose": "step_up"});
    world.tell("/admin/approvals", approval.clone()).await.refused(403, "approval_without_step_up");
    world.browser().register(SECURITY, &mut Authenticator::key(9, YUBIKEY)).await.ok();
    world.tell("/admin/approvals", approval.clone()).await.ok();
    world.tell("/admin/approvals", approval).await.refused(404, "step_up_unknown");
    world.browser().sign_in(Some(SRE), &mut flipped).await.ok();
    let stranger = json!({"username": SRE, "approver": ALICE, "purpose": "step_up"});
    world.tell("/admin/approvals", stranger).await.refused(403, "approver_not_entitled");
}

#[tokio::test]
async fn workforce_gets_one_audit_entry_and_its_session() {
    let world = World::with("hardened").await;
    let mut synced = Authenticator::synced(1, ICLOUD);
    synced.flags = synced.flags.without(Flags::BS);
    world.browser().register(ALICE, &mut synced).await.ok();
    let mut flipped = flip(&synced);
    for _ in 0..3 {
        world.browser().sign_in(Some(ALICE), &mut flipped).await.ok();
    }
    assert_eq!(world.audited(ALICE, "backup_state_changed").await, 1);
}

#[tokio::test]
async fn a_credential_that_becomes_eligible_is_refused_where_backup_state_is_policy() {
    let world = World::with("hardened").await;
    let mut key = Authenticator::key(1, YUBIKEY);
    world.browser().register(MANAGER, &mut key).await.ok();
    let mut changed = Authenticator { flags: key.flags | Flags::BE, ..key };
    world.browser().sign_in(Some(MANAGER), &mut changed).await.refused(400, "backup_eligibility_changed");

    let lax = World::with("default").await;
    let mut key = Authenticator::key(1, YUBIKEY);
    lax.browser().register(MANAGER, &mut key).await.ok();
    let mut changed = Authenticator { flags: key.flags | Flags::BE, ..key };
    lax.browser().sign_in(Some(MANAGER), &mut changed).await.ok();
}
