//! What an administrator asks for.

use std::time::Duration;

use axum::extract::State;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::Shared;
use super::answer::Answer;
use super::parts::{About, Admin, Body, Name};
use super::route::{Access, Route};
use crate::administration::{NewUser, UserChange};
use crate::recovery::{ApprovalRequest, IdProofRecord, PassOrder};
use crate::rotation::DownstreamRequest;
use crate::u2f_registrations::U2fRegistration;

pub(super) fn routes() -> Vec<Route> {
    [user_routes(), recovery_routes(), system_routes()].into_iter().flatten().collect()
}

const ACCOUNT: &[&str] = &[
    "username",
    "display_name",
    "groups",
    "manager",
    "tier",
    "disabled",
    "cooldown_until",
    "credentials",
    "minimum_credentials",
    "credentials_missing",
];

fn user_routes() -> Vec<Route> {
    use Access::Admin;
    vec![
        Route::get("/admin/users", Admin, "Lists accounts.", list_users)
            .about_somebody()
            .answers(&["users"])
            .refuses_with(&[401]),
        Route::post("/admin/users", Admin, "Creates an account.", create_user)
            .takes::<NewUser>()
            .answers(ACCOUNT)
            .refuses_with(&[401, 409, 503]),
        Route::patch("/admin/users/{name}", Admin, "Changes the groups or the manager of an account.", change_user)
            .takes::<UserChange>()
            .answers(ACCOUNT)
            .refuses_with(&[401, 404]),
        Route::post("/admin/users/{name}/disable", Admin, "Disables an account and ends what it began.", disable)
            .refuses_with(&[401, 404]),
        Route::post("/admin/users/{name}/enable", Admin, "Enables an account.", enable).refuses_with(&[401, 404]),
        Route::get("/admin/credentials", Admin, "Lists credentials, revoked ones too.", list_credentials)
            .about_somebody()
            .answers(&["credentials"])
            .refuses_with(&[401]),
        Route::post("/admin/u2f-registrations", Admin, "Takes over a registration of U2F.", take_over)
            .takes::<U2fRegistration>()
            .answers(&["credential_id"])
            .refuses_with(&[401, 404, 409]),
        Route::delete("/admin/credentials/{id}", Admin, "Revokes a credential and ends its sessions.", revoke)
            .refuses_with(&[401, 404]),
    ]
}

fn recovery_routes() -> Vec<Route> {
    use Access::Admin;
    vec![
        Route::post("/admin/passes", Admin, "Hands out an access pass.", issue_pass)
            .takes::<PassOrder>()
            .answers(&["code", "expires_at", "single_use"])
            .refuses_with(&[401, 403, 404]),
        Route::post("/admin/approvals", Admin, "Writes down that somebody approves something.", approve)
            .takes::<ApprovalRequest>()
            .answers(&["recovery_id", "approvals", "credential_id"])
            .refuses_with(&[401, 403, 404, 409]),
        Route::post("/admin/id-proofs", Admin, "Writes down how a call ended that proves identity.", record_id_proof)
            .takes::<IdProofRecord>()
            .refuses_with(&[401, 404, 409]),
        Route::get("/admin/outbox", Admin, "Lists text messages and mails that were sent.", outbox)
            .about_somebody()
            .answers(&["messages"])
            .refuses_with(&[401]),
    ]
}

const AUDIT: &str = "Lists what happened, oldest first. There is room for 10,000 entries; those that the policy retains give \
                     way last, and `lost` counts those that had to before their time.";

fn system_routes() -> Vec<Route> {
    use Access::Admin;
    vec![
        Route::get("/admin/clock", Admin, "Says what time it is.", clock)
            .answers(&["now", "unix"])
            .refuses_with(&[401]),
        Route::post("/admin/clock", Admin, "Advances the clock.", advance_clock)
            .takes::<Advance>()
            .answers(&["now", "unix"])
            .refuses_with(&[401]),
        Route::get("/admin/audit", Admin, AUDIT, audit)
            .about_somebody()
            .answers(&["entries", "lost", "retain_days"])
            .refuses_with(&[401]),
        Route::get("/admin/policy", Admin, "Shows the policy as it was read.", policy)
            .answers(&["name", "policy"])
            .refuses_with(&[401]),
        Route::get("/admin/downstream", Admin, "Lists relying parties that are told about changes.", downstream)
            .answers(&["downstream"])
            .refuses_with(&[401]),
        Route::post("/admin/downstream", Admin, "Tells another relying party about changes from now on.", join)
            .takes::<DownstreamRequest>()
            .refuses_with(&[401]),
    ]
}

/// How far to advance the clock.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Advance {
    /// Seconds.
    seconds: u64,
}

async fn list_users(State(service): State<Shared>, _: Admin, About(name): About) -> Answer {
    Answer::ok(json!({"users": service.list_users(name.as_deref())}))
}

async fn create_user(State(service): State<Shared>, _: Admin, Body(user): Body<NewUser>) -> Answer {
    service.create_user(user).into()
}

async fn change_user(
    State(service): State<Shared>,
    _: Admin,
    Name(name): Name,
    Body(change): Body<UserChange>,
) -> Answer {
    service.change_user(&name, change).into()
}

async fn disable(State(service): State<Shared>, _: Admin, Name(name): Name) -> Answer {
    service.set_user_disabled(&name, true).into()
}

async fn enable(State(service): State<Shared>, _: Admin, Name(name): Name) -> Answer {
    service.set_user_disabled(&name, false).into()
}

async fn list_credentials(State(service): State<Shared>, _: Admin, About(name): About) -> Answer {
    Answer::ok(json!({"credentials": service.list_credentials(name.as_deref())}))
}

async fn take_over(State(service): State<Shared>, _: Admin, Body(wanted): Body<U2fRegistration>) -> Answer {
    service.take_over(wanted).into()
}

async fn revoke(State(service): State<Shared>, _: Admin, Name(id): Name) -> Answer {
    service.revoke_credential(&id).into()
}

async fn issue_pass(State(service): State<Shared>, _: Admin, Body(order): Body<PassOrder>) -> Answer {
    service.issue_pass(&order).into()
}

async fn approve(State(service): State<Shared>, _: Admin, Body(request): Body<ApprovalRequest>) -> Answer {
    service.approve(&request).into()
}

async fn record_id_proof(State(service): State<Shared>, _: Admin, Body(record): Body<IdProofRecord>) -> Answer {
    service.record_id_proof(record).into()
}

async fn outbox(State(service): State<Shared>, _: Admin, About(name): About) -> Answer {
    let state = service.state();
    let messages = state.recoveries.outbox().iter();
    let wanted: Vec<_> = messages.filter(|m| name.as_ref().is_none_or(|name| m.username == *name)).collect();
    Answer::ok(json!({"messages": wanted}))
}

async fn clock(State(service): State<Shared>, _: Admin) -> Answer {
    let now = service.now();
    Answer::ok(json!({"now": now, "unix": now.as_unix()}))
}

async fn advance_clock(State(service): State<Shared>, _: Admin, Body(advance): Body<Advance>) -> Answer {
    let now = service.clock.advance(Duration::from_secs(advance.seconds));
    Answer::ok(json!({"now": now, "unix": now.as_unix()}))
}

async fn audit(State(service): State<Shared>, _: Admin, About(name): About) -> Answer {
    let retain_days = service.policy.recovery().retain_days;
    let (entries, lost) = service.list_audit(name.as_deref());
    Answer::ok(json!({"entries": entries, "lost": lost, "retain_days": retain_days}))
}

async fn policy(State(service): State<Shared>, _: Admin) -> Answer {
    Answer::ok(json!({"name": service.policy.name(), "policy": service.policy.document()}))
}

async fn downstream(State(service): State<Shared>, _: Admin) -> Answer {
    let state = service.state();
    Answer::ok(json!({"downstream": state.downstreams.iter().collect::<Vec<_>>()}))
}

async fn join(State(service): State<Shared>, _: Admin, Body(request): Body<DownstreamRequest>) -> Answer {
    service.join_downstream(request).into()
}
