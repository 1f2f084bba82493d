//! What the relying party upstream asks for.

use axum::extract::State;
use serde_json::json;

use super::Shared;
use super::answer::Answer;
use super::parts::{Admin, Body, Name};
use super::route::{Access, Route};
use crate::rotation::PatchRequest;

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::patch("/scim/v2/Users/{name}", Access::Admin, "Takes the credentials of an account.", patch_user)
            .takes::<PatchRequest>()
            .succeeds_with(204)
            .refuses_with(&[401, 409, 503]),
    ]
}

async fn patch_user(
    State(service): State<Shared>,
    _: Admin,
    Name(name): Name,
    Body(request): Body<PatchRequest>,
) -> Answer {
    match service.apply_patch(&name, request) {
        Ok(()) => Answer::ok(json!({})).with_status(204),
        Err(denied) => denied.into(),
    }
}
