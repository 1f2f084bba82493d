use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::plugged::{Gone, NotDone};

/// Why a request was refused (RFC 9457).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Problem {
    /// The HTTP status.
    pub status: u16,
    /// Where it is: a part of the request, or of the key.
    #[serde(rename = "where")]
    pub place: String,
    /// What it is, as it follows "failed to".
    pub title: String,
    /// What to do.
    pub help: String,
}

impl Problem {
    pub(super) fn new(
        status: u16,
        place: impl Into<String>,
        title: impl Into<String>,
        help: impl Into<String>,
    ) -> Self {
        Self { status, place: place.into(), title: title.into(), help: help.into() }
    }

    pub(super) fn no_route(status: u16, title: &str) -> Self {
        Self::new(status, "path", format!("find the route: {title}"), "GET /openapi.json lists every route")
    }

    pub(super) fn body(title: impl Into<String>) -> Self {
        Self::new(400, "body", title, "GET /openapi.json says what the body has to be like")
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = serde_json::to_vec(&self).unwrap_or_default();
        (status, [(header::CONTENT_TYPE, "application/problem+json")], body).into_response()
    }
}

impl From<Gone> for Problem {
    fn from(gone: Gone) -> Self {
        Self::new(410, "key", gone.to_string(), "plug another one in: keyrig plug <profile>")
    }
}

impl From<NotDone> for Problem {
    fn from(why: NotDone) -> Self {
        let title = why.to_string();
        let (status, help) = match &why {
            NotDone::Gone(gone) => return (*gone).into(),
            NotDone::NothingAsked => {
                (409, "use it first, or wait for it: \"wait_ms\": 10000, or --wait 10s".to_owned())
            }
            NotDone::InsertedAlready => (409, "remove it first".to_owned()),
            NotDone::Removed => (409, "insert it first".to_owned()),
            NotDone::Port(error) => {
                let help = miette::Diagnostic::help(&**error).map(|help| help.to_string());
                let title = format!("{title}: {error}");
                return Self::new(503, "key", title, help.unwrap_or_else(|| "look at the machine".to_owned()));
            }
            NotDone::NoCredential { .. } => (404, "GET /v1/credentials lists those that it has".to_owned()),
            NotDone::NotASnapshot(_) => (422, "take one with GET /v1/snapshot, or `keyrig key snapshot`".to_owned()),
            NotDone::OtherProfile(_) => (409, "upgrade the key to that profile first".to_owned()),
            NotDone::BackedUpButNotEligible => (422, "set eligible as well, or state to false".to_owned()),
        };
        Self::new(status, "key", title, help)
    }
}
