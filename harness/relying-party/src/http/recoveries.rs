//! How somebody comes back who lost every authenticator.

use axum::extract::State;
use serde_json::json;

use super::Shared;
use super::answer::Answer;
use super::parts::{Body, Cookie};
use super::route::{Access, Route};
use crate::recovery::{PassRequest, RecoveryRequest};

pub(super) fn routes() -> Vec<Route> {
    use Access::{Anybody, Session};
    const LIMITED: &[&str] = &["scope", "allowed_actions", "expires_at"];
    vec![
        Route::get("/recovery", Anybody, "Says how an account can be recovered here.", methods).answers(&["methods"]),
        Route::post("/recovery", Session, "Takes a proof and opens a session that can only register.", recover)
            .takes::<RecoveryRequest>()
            .answers(LIMITED)
            .refuses_with(&[401, 403, 429]),
        Route::post("/recovery/pass", Session, "Uses up an access pass, with the same effect.", use_pass)
            .takes::<PassRequest>()
            .answers(LIMITED)
            .refuses_with(&[401, 429]),
    ]
}

async fn methods(State(service): State<Shared>) -> Answer {
    Answer::ok(json!({"methods": service.recovery_methods()}))
}

async fn recover(
    State(service): State<Shared>,
    Cookie(cookie): Cookie,
    Body(request): Body<RecoveryRequest>,
) -> Answer {
    let mut visitor = service.visit(cookie.as_deref());
    Answer::from(service.recover(&request, &mut visitor)).to(visitor)
}

async fn use_pass(State(service): State<Shared>, Cookie(cookie): Cookie, Body(request): Body<PassRequest>) -> Answer {
    let mut visitor = service.visit(cookie.as_deref());
    Answer::from(service.use_pass(&request, &mut visitor)).to(visitor)
}
