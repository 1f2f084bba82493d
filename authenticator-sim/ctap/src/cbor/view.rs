//! Typed reading of raw items: what was expected, where, and which status an authenticator owes for it.

use alloc::vec::Vec;
use core::fmt;

use super::{FlawKind, Kind, Node};
use crate::Status;

/// Why a message could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DecodeError {
    /// Offset in bytes.
    pub at: usize,
    /// The member's name in the specification; empty for the message itself.
    pub field: &'static str,
    /// What is wrong with it.
    pub problem: Problem,
}

/// What is wrong with an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Problem {
    /// Not CBOR.
    Malformed,
    /// CBOR, but not in the canonical form.
    NotCanonical(FlawKind),
    /// A mandatory member is not there.
    Missing,
    /// Another type than the one named.
    NotA(&'static str),
    /// A length that the member may not have.
    Length,
    /// A value that the member may not have.
    Value,
}

impl DecodeError {
    /// The status that CTAP mandates (CTAP 2.3 §8.2).
    pub const fn status(&self) -> Status {
        match self.problem {
            Problem::Malformed | Problem::NotCanonical(_) => Status::INVALID_CBOR,
            Problem::Missing => Status::MISSING_PARAMETER,
            Problem::NotA(_) => Status::CBOR_UNEXPECTED_TYPE,
            Problem::Length => Status::INVALID_LENGTH,
            Problem::Value => Status::INVALID_PARAMETER,
        }
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let field = if self.field.is_empty() { "the message" } else { self.field };
        match self.problem {
            Problem::Malformed => write!(f, "{field} is malformed CBOR at byte {}", self.at),
            Problem::NotCanonical(flaw) => write!(f, "{field} is not canonical at byte {}: {flaw}", self.at),
            Problem::Missing => write!(f, "{field} is missing"),
            Problem::NotA(kind) => write!(f, "{field} at byte {} is not {kind}", self.at),
            Problem::Length => write!(f, "{field} at byte {} has a wrong length", self.at),
            Problem::Value => write!(f, "{field} at byte {} has a value that is not allowed", self.at),
        }
    }
}

impl core::error::Error for DecodeError {}

/// The entries of a map, looked up by key.
#[derive(Clone, Copy, Debug)]
pub struct Fields<'n, 'a> {
    at: usize,
    entries: &'n [(Node<'a>, Node<'a>)],
}

impl<'n, 'a> Fields<'n, 'a> {
    /// Views `node` as a map.
    ///
    /// # Errors
    ///
    /// [`Problem::NotA`] where it is something else.
    pub fn of(node: &'n Node<'a>, field: &'static str) -> Result<Self, DecodeError> {
        match &node.kind {
            Kind::Map(entries) => Ok(Self { at: node.span.start, entries }),
            _ => Err(not_a(node, field, "a map")),
        }
    }

    /// The entries in wire order.
    pub fn entries(&self) -> &'n [(Node<'a>, Node<'a>)] {
        self.entries
    }

    /// The member with this unsigned key.
    pub fn uint(&self, key: u64) -> Option<&'n Node<'a>> {
        self.entries.iter().find(|(k, _)| matches!(k.kind, Kind::Unsigned(n) if n == key)).map(|(_, v)| v)
    }

    /// The member with this signed key, as COSE uses them.
    pub fn int(&self, key: i64) -> Option<&'n Node<'a>> {
        self.entries.iter().find(|(k, _)| k.as_integer() == Some(key)).map(|(_, v)| v)
    }

    /// The member with this text key.
    pub fn text(&self, key: &str) -> Option<&'n Node<'a>> {
        self.entries.iter().find(|(k, _)| matches!(k.kind, Kind::Text(text) if text == key)).map(|(_, v)| v)
    }

    /// The byte string with this unsigned key, if it is there.
    ///
    /// # Errors
    ///
    /// [`Problem::NotA`].
    pub fn optional_bytes(&self, key: u64, field: &'static str) -> Result<Option<Vec<u8>>, DecodeError> {
        self.uint(key).map(|node| expect_bytes(node, field).map(<[u8]>::to_vec)).transpose()
    }

    /// The unsigned integer with this unsigned key, if it is there.
    ///
    /// # Errors
    ///
    /// [`Problem::NotA`].
    pub fn optional_uint(&self, key: u64, field: &'static str) -> Result<Option<u64>, DecodeError> {
        self.uint(key).map(|node| expect_uint(node, field)).transpose()
    }

    /// The bytes of the map with this unsigned key, if it is there; `message` is what was parsed.
    ///
    /// # Errors
    ///
    /// [`Problem::NotA`].
    pub fn optional_map(&self, key: u64, field: &'static str, message: &[u8]) -> Result<Option<Vec<u8>>, DecodeError> {
        let Some(node) = self.uint(key) else { return Ok(None) };
        Fields::of(node, field)?;
        Ok(Some(node.span.of(message).to_vec()))
    }

    /// The mandatory member with this unsigned key.
    ///
    /// # Errors
    ///
    /// [`Problem::Missing`].
    pub fn require(&self, key: u64, field: &'static str) -> Result<&'n Node<'a>, DecodeError> {
        self.uint(key).ok_or(DecodeError { at: self.at, field, problem: Problem::Missing })
    }

    /// The mandatory member with this text key; its name is the key.
    ///
    /// # Errors
    ///
    /// [`Problem::Missing`].
    pub fn require_text(&self, key: &'static str) -> Result<&'n Node<'a>, DecodeError> {
        self.text(key).ok_or(DecodeError { at: self.at, field: key, problem: Problem::Missing })
    }
}

/// A byte string.
///
/// # Errors
///
/// [`Problem::NotA`].
pub fn expect_bytes<'a>(node: &Node<'a>, field: &'static str) -> Result<&'a [u8], DecodeError> {
    match node.kind {
        Kind::Bytes(bytes) => Ok(bytes),
        _ => Err(not_a(node, field, "a byte string")),
    }
}

/// A text string.
///
/// # Errors
///
/// [`Problem::NotA`].
pub fn expect_text<'a>(node: &Node<'a>, field: &'static str) -> Result<&'a str, DecodeError> {
    match node.kind {
        Kind::Text(text) => Ok(text),
        _ => Err(not_a(node, field, "a text string")),
    }
}

/// An unsigned integer.
///
/// # Errors
///
/// [`Problem::NotA`].
pub fn expect_uint(node: &Node<'_>, field: &'static str) -> Result<u64, DecodeError> {
    match node.kind {
        Kind::Unsigned(n) => Ok(n),
        _ => Err(not_a(node, field, "an unsigned integer")),
    }
}

/// A boolean.
///
/// # Errors
///
/// [`Problem::NotA`].
pub fn expect_bool(node: &Node<'_>, field: &'static str) -> Result<bool, DecodeError> {
    match node.kind {
        Kind::Simple(20) => Ok(false),
        Kind::Simple(21) => Ok(true),
        _ => Err(not_a(node, field, "a boolean")),
    }
}

/// An array.
///
/// # Errors
///
/// [`Problem::NotA`].
pub fn expect_array<'n, 'a>(node: &'n Node<'a>, field: &'static str) -> Result<&'n [Node<'a>], DecodeError> {
    match &node.kind {
        Kind::Array(items) => Ok(items),
        _ => Err(not_a(node, field, "an array")),
    }
}

fn not_a(node: &Node<'_>, field: &'static str, kind: &'static str) -> DecodeError {
    DecodeError { at: node.span.start, field, problem: Problem::NotA(kind) }
}
