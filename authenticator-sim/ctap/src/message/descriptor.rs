//! Credential descriptors (WebAuthn L3 §5.8.3, in CTAP's CBOR form).

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::cbor::{DecodeError, Fields, Node, Writer, expect_array, expect_bytes, expect_text};

/// The one credential type.
pub const PUBLIC_KEY: &str = "public-key";

/// A credential, named by its id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Descriptor {
    /// The credential id.
    pub id: Vec<u8>,
    /// The credential type; unknown ones survive and match nothing.
    pub kind: String,
    /// Transports the relying party remembers; CTAP peers usually leave them out.
    pub transports: Vec<String>,
}

impl Descriptor {
    /// A public-key credential without transports.
    pub fn public_key(id: &[u8]) -> Self {
        Self { id: id.to_vec(), kind: PUBLIC_KEY.to_string(), transports: Vec::new() }
    }

    pub(super) fn decode(node: &Node<'_>) -> Result<Self, DecodeError> {
        let fields = Fields::of(node, "credential descriptor")?;
        let transports = match fields.text("transports") {
            None => Vec::new(),
            Some(list) => expect_array(list, "transports")?
                .iter()
                .map(|item| expect_text(item, "transports").map(str::to_string))
                .collect::<Result<_, _>>()?,
        };
        Ok(Self {
            id: expect_bytes(fields.require_text("id")?, "id")?.to_vec(),
            kind: expect_text(fields.require_text("type")?, "type")?.to_string(),
            transports,
        })
    }

    pub(super) fn decode_list(node: &Node<'_>, field: &'static str) -> Result<Vec<Self>, DecodeError> {
        expect_array(node, field)?.iter().map(Self::decode).collect()
    }

    pub(super) fn encode(&self, out: &mut Writer) {
        out.map(if self.transports.is_empty() { 2 } else { 3 });
        out.text("id").bytes(&self.id).text("type").text(&self.kind);
        if !self.transports.is_empty() {
            out.text("transports").array(self.transports.len());
            for transport in &self.transports {
                out.text(transport);
            }
        }
    }

    pub(super) fn encode_list(list: &[Self], out: &mut Writer) {
        out.array(list.len());
        for descriptor in list {
            descriptor.encode(out);
        }
    }
}
