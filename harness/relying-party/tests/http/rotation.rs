//! What relying parties downstream learn, and when.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use reqwest::Method;
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use crate::authenticator::{Authenticator, ICLOUD, YUBIKEY};
use crate::world::{ADMIN, ALICE, BOB, World};

async fn join(upstream: &World, downstream: &World) {
    let request = json!({"url": downstream.running.url, "token": downstream.running.admin_token});
    upstream.tell("/admin/downstream", request).await.ok();
}

async fn advance(world: &World, seconds: u64) {
    world.tell("/admin/clock", json!({"seconds": seconds})).await.ok();
}

#[tokio::test]
async fn a_credential_is_good_downstream_until_its_revocation_arrives() {
    let (upstream, downstream) = (World::with("hardened").await, World::with("hardened").await);
    let mut key = Authenticator::key(1, YUBIKEY);
    upstream.browser().register(ADMIN, &mut key).await.ok();
    downstream.browser().sign_in(Some(ADMIN), &mut key).await.refused(400, "credential_unknown");
    join(&upstream, &downstream).await;
    let browser = downstream.browser();
    browser.sign_in(Some(ADMIN), &mut key).await.ok();
    browser.act(0).await.ok();
    downstream.browser().sign_in(None, &mut key).await.ok();

    upstream.revoke(&key).await.ok();
    advance(&upstream, 59).await;
    downstream.browser().sign_in(Some(ADMIN), &mut key).await.ok();
    advance(&upstream, 1).await;
    downstream.browser().sign_in(Some(ADMIN), &mut key).await.refused(400, "credential_revoked");
    browser.get("/session").await.refused(401, "not_signed_in");
}

#[tokio::test]
async fn zero_means_before_the_change_is_answered() {
    let upstream = World::hardened_but("push_after: 60s", "push_after: 0").await;
    let downstream = World::with("hardened").await;
    join(&upstream, &downstream).await;
    let mut phone = Authenticator::synced(1, ICLOUD);
    upstream.browser().register(ALICE, &mut phone).await.ok();
    downstream.browser().sign_in(Some(ALICE), &mut phone).await.ok();
    upstream.admin(Method::POST, &format!("/admin/users/{ALICE}/disable"), None).await.ok();
    downstream.browser().sign_in(Some(ALICE), &mut phone).await.refused(403, "user_disabled");
}

#[tokio::test]
async fn a_downstream_that_is_away_loses_no_revocation() {
    let upstream = World::with("hardened").await;
    let downstream = World::with("hardened").await;
    let mut phone = Authenticator::synced(1, ICLOUD);
    upstream.browser().register(ALICE, &mut phone).await.ok();
    join(&upstream, &downstream).await;
    let wrong = json!({"url": downstream.running.url, "token": "wrong"});
    upstream.tell("/admin/downstream", wrong).await.ok();
    upstream.revoke(&phone).await.ok();
    advance(&upstream, 60).await;
    let known = upstream.ask("/admin/downstream").await;
    assert_eq!(known["downstream"][0]["last_error"], "it answered 401");
    assert_eq!(known["downstream"].as_array().unwrap().len(), 1);
    downstream.browser().sign_in(Some(ALICE), &mut phone).await.ok();
    join(&upstream, &downstream).await;
    downstream.browser().sign_in(Some(ALICE), &mut phone).await.refused(400, "credential_revoked");
}

#[tokio::test]
async fn a_patch_is_done_whole_or_not_at_all() {
    const SCHEMA: &str = "urn:ietf:params:scim:schemas:extension:fido2:2.0:User";
    let world = World::with("hardened").await;
    let mut phone = Authenticator::synced(1, ICLOUD);
    world.browser().register(ALICE, &mut phone).await.ok();
    let patch = |operations: serde_json::Value| json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": operations});
    let path = |name: &str| format!("/scim/v2/Users/{name}");
    let off = json!({"op": "replace", "path": "active", "value": false});
    let bad = [
        (json!([off, {"op": "replace", "path": "nickName", "value": "x"}]), 400, "scim_patch"),
        (json!([off, {"op": "remove", "path": "active"}]), 400, "scim_patch"),
        (json!([off, {"op": "replace", "path": "active", "value": "no"}]), 400, "scim_patch"),
        (json!([off, {"op": "replace", "path": format!("{SCHEMA}:credentials"), "value": [{}]}]), 400, "scim_patch"),
    ];
    for (operations, status, reason) in bad {
        world.admin(Method::PATCH, &path(ALICE), Some(patch(operations))).await.refused(status, reason);
    }
    let theirs =
        json!([off, {"op": "replace", "path": format!("{SCHEMA}:revokedCredentials"), "value": [phone.id_text()]}]);
    world.admin(Method::PATCH, &path(BOB), Some(patch(theirs))).await.refused(409, "credential_exists");
    world.admin(Method::POST, &path(ALICE), Some(patch(json!([])))).await.refused(405, "no_such_route");
    world.browser().sign_in(Some(ALICE), &mut phone).await.ok();
    let done = world.admin(Method::PATCH, &path(ALICE), Some(patch(json!([off])))).await;
    assert_eq!(done.status, 204);
    world.wait(Duration::from_secs(1));
    world.browser().sign_in(Some(ALICE), &mut phone).await.refused(403, "user_disabled");
}

/// Answers every request with a redirect, and counts them.
async fn redirecting(to: String) -> (String, Arc<AtomicUsize>) {
    answering(format!(
        "HTTP/1.1 307 Temporary Redirect\r\nLocation: {to}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    ))
    .await
}

/// Answers every request with this, and counts them.
async fn answering(answer: String) -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let asked = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&asked);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            counter.fetch_add(1, Ordering::SeqCst);
            let _ = stream.read(&mut [0; 16 * 1024]).await;
            let _ = stream.write_all(answer.as_bytes()).await;
            let _ = stream.shutdown().await;
        }
    });
    (url, asked)
}

const FINE: &str = "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n";
const BROKEN: &str = "HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";

#[tokio::test]
async fn a_downstream_sends_nobody_elsewhere() {
    let world = World::with("hardened").await;
    world.browser().register(ALICE, &mut Authenticator::synced(1, ICLOUD)).await.ok();
    let (elsewhere, asked) = answering(FINE.to_owned()).await;
    let (url, _) = redirecting(elsewhere).await;
    world.tell("/admin/downstream", json!({"url": url, "token": "t"})).await.ok();
    let known = world.ask("/admin/downstream").await;
    assert_eq!(known["downstream"][0]["last_error"], "it answered 307");
    assert_eq!(asked.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_downstream_that_fails_is_asked_once_a_round() {
    let world = World::with("hardened").await;
    for (seed, name) in [(1, ALICE), (2, BOB)] {
        world.browser().register(name, &mut Authenticator::synced(seed, ICLOUD)).await.ok();
    }
    let (url, asked) = answering(BROKEN.to_owned()).await;
    world.tell("/admin/downstream", json!({"url": url, "token": "t"})).await.ok();
    assert_eq!(asked.load(Ordering::SeqCst), 1);
    world.ask("/admin/downstream").await;
    assert_eq!(asked.load(Ordering::SeqCst), 1);
    advance(&world, 10).await;
    assert_eq!(asked.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn a_handle_from_upstream_locks_nobody_out() {
    let (upstream, downstream) = (World::with("hardened").await, World::with("hardened").await);
    let (mut local, mut remote) = (Authenticator::key(1, YUBIKEY), Authenticator::synced(2, ICLOUD));
    upstream.browser().register("new@corp.example.com", &mut remote).await.ok();
    downstream.browser().registration_options(BOB).await.ok();
    downstream.browser().register("new@corp.example.com", &mut local).await.ok();
    join(&upstream, &downstream).await;
    downstream.browser().sign_in(Some("new@corp.example.com"), &mut remote).await.ok();
    downstream.browser().sign_in(Some("new@corp.example.com"), &mut local).await.ok();
}
