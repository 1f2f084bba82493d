//! What the authenticator put out, read from answers that may be bent.

use keyrig_ctap::auth_data::AuthData;
use keyrig_ctap::cbor::{Fields, Kind, Tree, Value};

/// The extension outputs of one answer.
#[derive(Clone, Debug, Default)]
pub(super) struct Outputs {
    signed: Vec<(String, Value)>,
    unsigned: Vec<(String, Value)>,
}

impl Outputs {
    /// Those in the authenticator data, and those beside it. What cannot be read is not there.
    pub(super) fn of(auth_data: &[u8], unsigned: Option<&[u8]>) -> Self {
        let signed = AuthData::parse(auth_data).ok().and_then(|data| data.extensions);
        Self {
            signed: signed.as_deref().map(entries).unwrap_or_default(),
            unsigned: unsigned.map(entries).unwrap_or_default(),
        }
    }

    /// The signed output of the extension `id`.
    pub(super) fn signed(&self, id: &str) -> Option<&Value> {
        self.signed.iter().find(|(name, _)| name == id).map(|(_, value)| value)
    }

    /// A member of the unsigned output of the extension `id`, which is a map.
    pub(super) fn unsigned(&self, id: &str, member: &str) -> Option<&Value> {
        let output = self.unsigned.iter().find(|(name, _)| name == id).map(|(_, value)| value)?;
        self::member(output, member)
    }
}

/// The member of a map.
pub(super) fn member<'v>(map: &'v Value, name: &str) -> Option<&'v Value> {
    let Value::Map(entries) = map else { return None };
    entries.iter().find(|(key, _)| matches!(key, Value::Text(text) if text == name)).map(|(_, value)| value)
}

/// A byte string.
pub(super) fn as_bytes(value: &Value) -> Option<&[u8]> {
    match value {
        Value::Bytes(bytes) => Some(bytes),
        _ => None,
    }
}

/// A boolean.
pub(super) fn as_bool(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(value) => Some(*value),
        _ => None,
    }
}

fn entries(bytes: &[u8]) -> Vec<(String, Value)> {
    let Ok(tree) = Tree::parse(bytes) else { return Vec::new() };
    let Ok(fields) = Fields::of(&tree.root, "extensions") else { return Vec::new() };
    let named = |(key, value): &(keyrig_ctap::cbor::Node<'_>, keyrig_ctap::cbor::Node<'_>)| match key.kind {
        Kind::Text(name) => Some((name.to_owned(), Value::from(value))),
        _ => None,
    };
    fields.entries().iter().filter_map(named).collect()
}
