//! What every answer looks like.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use crate::denied::Denied;
use crate::session::Visitor;

/// The name of the session cookie.
pub(super) const COOKIE: &str = "sid";

/// An answer in JSON, with the session cookie where it changed.
#[derive(Debug)]
pub(crate) struct Answer {
    status: u16,
    body: Value,
    sid: Option<String>,
}

impl Answer {
    /// `{"status":"ok","errorMessage":"", …}`, as the FIDO conformance API says success.
    pub(crate) fn ok(members: Value) -> Self {
        let mut body = json!({"status": "ok", "errorMessage": ""});
        if let (Value::Object(body), Value::Object(members)) = (&mut body, members) {
            body.extend(members);
        }
        Self { status: 200, body, sid: None }
    }

    /// A document without our own members.
    pub(crate) fn document(body: Value) -> Self {
        Self { status: 200, body, sid: None }
    }

    pub(super) fn with_status(self, status: u16) -> Self {
        Self { status, ..self }
    }

    pub(super) fn to(self, visitor: Visitor) -> Self {
        Self { sid: visitor.cookie_changed.then_some(visitor.sid), ..self }
    }
}

impl From<Result<Value, Denied>> for Answer {
    fn from(outcome: Result<Value, Denied>) -> Self {
        outcome.map_or_else(Self::from, Self::ok)
    }
}

impl From<Result<(), Denied>> for Answer {
    fn from(outcome: Result<(), Denied>) -> Self {
        outcome.map(|()| json!({})).into()
    }
}

impl From<Denied> for Answer {
    fn from(denied: Denied) -> Self {
        Self { status: denied.status(), body: denied.body(), sid: None }
    }
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::BAD_REQUEST);
        let mut response = match status {
            StatusCode::NO_CONTENT => status.into_response(),
            _ => (status, Json(self.body)).into_response(),
        };
        let headers = response.headers_mut();
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        let cookie = self.sid.map(|sid| format!("{COOKIE}={sid}; Path=/; HttpOnly; SameSite=Lax"));
        if let Some(cookie) = cookie.and_then(|cookie| HeaderValue::from_str(&cookie).ok()) {
            headers.insert(header::SET_COOKIE, cookie);
        }
        response
    }
}
