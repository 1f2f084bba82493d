//! What somebody does who is signed in.

use axum::extract::State;
use serde_json::json;

use super::Shared;
use super::answer::Answer;
use super::parts::{Body, Cookie};
use super::route::{Access, Route};
use crate::action::ActionRequest;

pub(super) fn routes() -> Vec<Route> {
    use Access::{Anybody, Session};
    vec![
        Route::get("/session", Session, "Says who is signed in.", describe)
            .answers(&[
                "username",
                "scope",
                "tier",
                "groups",
                "credential_id",
                "user_verified",
                "since",
                "expires_at",
                "cooldown_until",
                "credentials_missing",
            ])
            .refuses_with(&[401]),
        Route::post("/session/actions", Session, "Does something that only a tier may do.", act)
            .takes::<ActionRequest>()
            .answers(&["tier"])
            .refuses_with(&[401, 403]),
        Route::post("/session/logout", Session, "Ends the session.", log_out),
        Route::get("/health", Anybody, "Says that the relying party runs.", health),
    ]
}

async fn describe(State(service): State<Shared>, Cookie(cookie): Cookie) -> Answer {
    service.describe_session(cookie.as_deref()).into()
}

async fn act(State(service): State<Shared>, Cookie(cookie): Cookie, Body(request): Body<ActionRequest>) -> Answer {
    service.act(cookie.as_deref(), &request).into()
}

async fn log_out(State(service): State<Shared>, Cookie(cookie): Cookie) -> Answer {
    service.log_out(cookie.as_deref());
    Answer::ok(json!({}))
}

async fn health() -> Answer {
    Answer::ok(json!({}))
}
