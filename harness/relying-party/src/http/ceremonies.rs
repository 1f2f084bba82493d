//! The FIDO2 server conformance API.

use axum::extract::State;
use serde_json::Value;

use super::Shared;
use super::answer::Answer;
use super::parts::{Body, Cookie};
use super::route::{Access, Route};
use crate::ceremony::{AuthenticationRequest, RegistrationRequest};

pub(super) fn routes() -> Vec<Route> {
    use Access::Session;
    vec![
        Route::post("/attestation/options", Session, "Begins a registration.", registration_options)
            .takes::<RegistrationRequest>()
            .answers(&[
                "rp",
                "user",
                "challenge",
                "pubKeyCredParams",
                "timeout",
                "excludeCredentials",
                "authenticatorSelection",
                "hints",
                "attestation",
                "extensions",
            ])
            .refuses_with(&[403, 503]),
        Route::post("/attestation/result", Session, "Ends a registration and signs the user in.", register)
            .takes::<Credential>()
            .answers(&["credential_id"])
            .refuses_with(&[403, 503]),
        Route::post("/assertion/options", Session, "Begins an authentication.", authentication_options)
            .takes::<AuthenticationRequest>()
            .answers(&["challenge", "timeout", "rpId", "allowCredentials", "userVerification", "extensions"]),
        Route::post("/assertion/result", Session, "Ends an authentication and signs the user in.", authenticate)
            .takes::<Credential>()
            .answers(&["username"])
            .refuses_with(&[403]),
    ]
}

/// `RegistrationResponseJSON` or `AuthenticationResponseJSON` (WebAuthn L3 §5.1). `rawId` and `response.transports` may
/// be missing; the extension results are also read from `getClientExtensionResults`.
#[derive(schemars::JsonSchema)]
#[schemars(transparent)]
struct Credential(#[expect(dead_code, reason = "it is there for its schema")] serde_json::Map<String, Value>);

async fn registration_options(
    State(service): State<Shared>,
    Cookie(cookie): Cookie,
    Body(request): Body<RegistrationRequest>,
) -> Answer {
    let visitor = service.visit(cookie.as_deref());
    Answer::from(service.registration_options(request, &visitor)).to(visitor)
}

async fn register(State(service): State<Shared>, Cookie(cookie): Cookie, Body(credential): Body<Value>) -> Answer {
    let mut visitor = service.visit(cookie.as_deref());
    Answer::from(service.register(&credential, &mut visitor)).to(visitor)
}

async fn authentication_options(
    State(service): State<Shared>,
    Cookie(cookie): Cookie,
    Body(request): Body<AuthenticationRequest>,
) -> Answer {
    let visitor = service.visit(cookie.as_deref());
    Answer::from(service.authentication_options(request, &visitor)).to(visitor)
}

async fn authenticate(State(service): State<Shared>, Cookie(cookie): Cookie, Body(credential): Body<Value>) -> Answer {
    let mut visitor = service.visit(cookie.as_deref());
    Answer::from(service.authenticate(&credential, &mut visitor)).to(visitor)
}
