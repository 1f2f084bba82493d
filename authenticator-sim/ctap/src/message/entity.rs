//! The two parties that a credential joins.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::cbor::{DecodeError, Fields, Node, Problem, Writer, expect_bytes, expect_text};

/// A relying party (WebAuthn L3 §5.4.2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RelyingParty {
    /// The RP ID.
    pub id: String,
    /// A name for people.
    pub name: Option<String>,
}

/// A user account (WebAuthn L3 §5.4.3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// The user handle, 1 to 64 bytes.
    pub id: Vec<u8>,
    /// The account's name.
    pub name: Option<String>,
    /// The person's name.
    pub display_name: Option<String>,
}

impl RelyingParty {
    pub(super) fn decode(node: &Node<'_>) -> Result<Self, DecodeError> {
        let fields = Fields::of(node, "rp")?;
        Ok(Self {
            id: expect_text(fields.require_text("id")?, "id")?.to_string(),
            name: optional_text(&fields, "name")?,
        })
    }

    pub(super) fn encode(&self, out: &mut Writer) {
        out.map(1 + usize::from(self.name.is_some())).text("id").text(&self.id);
        if let Some(name) = &self.name {
            out.text("name").text(name);
        }
    }
}

impl User {
    pub(super) fn decode(node: &Node<'_>) -> Result<Self, DecodeError> {
        let fields = Fields::of(node, "user")?;
        let id_node = fields.require_text("id")?;
        let id = expect_bytes(id_node, "id")?.to_vec();
        if id.is_empty() || id.len() > 64 {
            return Err(DecodeError { at: id_node.span.start, field: "id", problem: Problem::Length });
        }
        Ok(Self { id, name: optional_text(&fields, "name")?, display_name: optional_text(&fields, "displayName")? })
    }

    pub(super) fn encode(&self, out: &mut Writer) {
        out.map(1 + usize::from(self.name.is_some()) + usize::from(self.display_name.is_some()));
        out.text("id").bytes(&self.id);
        if let Some(name) = &self.name {
            out.text("name").text(name);
        }
        if let Some(name) = &self.display_name {
            out.text("displayName").text(name);
        }
    }
}

fn optional_text(fields: &Fields<'_, '_>, key: &'static str) -> Result<Option<String>, DecodeError> {
    fields.text(key).map(|node| expect_text(node, key).map(str::to_string)).transpose()
}
