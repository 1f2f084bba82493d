//! What every answer looks like.

use axum::Json;
use serde_json::{Value, json};

/// `{"status":"ok","errorMessage":""}`, as the FIDO conformance API says success.
pub(super) fn ok() -> Json<Value> {
    Json(json!({"status": "ok", "errorMessage": ""}))
}
