//! Members of the extension inputs, each read strictly.

use serde_json::{Map, Value};

use crate::base64url;
use crate::client::ClientError;

/// The object under `name`; absent and null are the same.
pub(super) fn object<'v>(json: &'v Value, name: &str) -> Result<Option<&'v Map<String, Value>>, ClientError> {
    member(json, name).map(|value| value.as_object().ok_or_else(|| bad(name, "an object"))).transpose()
}

/// The text under `name`.
pub(super) fn text<'v>(json: &'v Value, name: &str) -> Result<Option<&'v str>, ClientError> {
    member(json, name).map(|value| value.as_str().ok_or_else(|| bad(name, "a string"))).transpose()
}

/// The boolean under `name`.
pub(super) fn flag(json: &Value, name: &str) -> Result<Option<bool>, ClientError> {
    member(json, name).map(|value| value.as_bool().ok_or_else(|| bad(name, "true or false"))).transpose()
}

/// The bytes under `name`, which are base64url.
pub(super) fn bytes(json: &Value, name: &str) -> Result<Option<Vec<u8>>, ClientError> {
    let decoded = |value: &Value| value.as_str().and_then(base64url::decode).ok_or_else(|| bad(name, "base64url"));
    member(json, name).map(decoded).transpose()
}

/// A `TypeError` about `name`.
pub(super) fn bad(name: &str, expected: &str) -> ClientError {
    ClientError::bad_options(format!("the member {name} of extensions is not {expected}"))
}

fn member<'v>(json: &'v Value, name: &str) -> Option<&'v Value> {
    json.get(name).filter(|value| !value.is_null())
}
