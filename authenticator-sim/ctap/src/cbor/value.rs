//! An owned item that encodes itself canonically.

use alloc::boxed::Box;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use ciborium_ll::Header;

use super::tree::canonical_order;
use super::{Kind, Node, Writer};

/// An owned item. Maps keep the order they were given; [`Value::to_canonical`] sorts.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Major type 0.
    Unsigned(u64),
    /// Major type 1: the value is `-1 - n`.
    Negative(u64),
    /// A byte string.
    Bytes(Vec<u8>),
    /// A text string.
    Text(String),
    /// An array.
    Array(Vec<Value>),
    /// A map.
    Map(Vec<(Value, Value)>),
    /// A tag.
    Tag(u64, Box<Value>),
    /// A simple value other than the booleans.
    Simple(u8),
    /// A boolean.
    Bool(bool),
    /// A float.
    Float(f64),
}

impl Value {
    /// Null.
    pub const NULL: Self = Self::Simple(22);

    /// The canonical encoding: shortest forms, definite lengths, sorted keys.
    pub fn to_canonical(&self) -> Vec<u8> {
        let mut out = Writer::new();
        self.write(&mut out, true);
        out.into_bytes()
    }

    /// The encoding with map entries in the order they were given.
    pub fn to_bytes_as_ordered(&self) -> Vec<u8> {
        let mut out = Writer::new();
        self.write(&mut out, false);
        out.into_bytes()
    }

    fn write(&self, out: &mut Writer, sort: bool) {
        match self {
            Self::Unsigned(n) => out.uint(*n),
            Self::Negative(n) => out.push(Header::Negative(*n)),
            Self::Bytes(bytes) => out.bytes(bytes),
            Self::Text(text) => out.text(text),
            Self::Bool(value) => out.bool(*value),
            Self::Simple(n) => out.push(Header::Simple(*n)),
            Self::Float(x) => out.push(Header::Float(*x)),
            Self::Tag(tag, item) => {
                out.push(Header::Tag(*tag));
                item.write(out, sort);
                out
            }
            Self::Array(items) => {
                out.array(items.len());
                items.iter().for_each(|item| item.write(out, sort));
                out
            }
            Self::Map(entries) => {
                out.map(entries.len());
                let mut encoded: Vec<(Vec<u8>, &Value)> = entries
                    .iter()
                    .map(|(key, value)| (if sort { key.to_canonical() } else { key.to_bytes_as_ordered() }, value))
                    .collect();
                if sort {
                    encoded.sort_by(|(a, _), (b, _)| canonical_order(a, b));
                }
                for (key, value) in encoded {
                    out.raw(&key);
                    value.write(out, sort);
                }
                out
            }
        };
    }
}

impl From<&Node<'_>> for Value {
    fn from(node: &Node<'_>) -> Self {
        match &node.kind {
            Kind::Unsigned(n) => Self::Unsigned(*n),
            Kind::Negative(n) => Self::Negative(*n),
            Kind::Bytes(bytes) | Kind::BrokenText(bytes) => Self::Bytes(bytes.to_vec()),
            Kind::Text(text) => Self::Text(text.to_string()),
            Kind::ByteChunks(chunks) => Self::Bytes(join(chunks)),
            Kind::TextChunks(chunks) => Self::Text(String::from_utf8_lossy(&join(chunks)).into_owned()),
            Kind::Array(items) => Self::Array(items.iter().map(Self::from).collect()),
            Kind::Map(entries) => Self::Map(entries.iter().map(|(k, v)| (Self::from(k), Self::from(v))).collect()),
            Kind::Tag(tag, item) => Self::Tag(*tag, Box::new(Self::from(&**item))),
            Kind::Simple(20) => Self::Bool(false),
            Kind::Simple(21) => Self::Bool(true),
            Kind::Simple(n) => Self::Simple(*n),
            Kind::Float(x) => Self::Float(*x),
        }
    }
}

fn join(chunks: &[Node<'_>]) -> Vec<u8> {
    let mut out = Vec::new();
    for chunk in chunks {
        match chunk.kind {
            Kind::Bytes(bytes) | Kind::BrokenText(bytes) => out.extend_from_slice(bytes),
            Kind::Text(text) => out.extend_from_slice(text.as_bytes()),
            _ => {}
        }
    }
    out
}

impl From<u64> for Value {
    fn from(n: u64) -> Self {
        Self::Unsigned(n)
    }
}

impl From<i64> for Value {
    fn from(n: i64) -> Self {
        match u64::try_from(n) {
            Ok(n) => Self::Unsigned(n),
            Err(_) => Self::Negative(n.unsigned_abs() - 1),
        }
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_string())
    }
}

impl From<&[u8]> for Value {
    fn from(bytes: &[u8]) -> Self {
        Self::Bytes(bytes.to_vec())
    }
}

impl From<Vec<u8>> for Value {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Bytes(bytes)
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}
