//! Attestation objects (WebAuthn L3 §6.5.4).

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::cbor::{DecodeError, Fields, Flaw, Problem, Tree, Writer, expect_bytes, expect_text};

/// An attestation object: the format, and two parts still in their bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttestationObject {
    /// The attestation statement format identifier.
    pub format: String,
    /// The attestation statement, as the CBOR it is.
    pub statement: Vec<u8>,
    /// The authenticator data.
    pub auth_data: Vec<u8>,
    /// Each rule of the canonical form that the bytes broke.
    pub flaws: Vec<Flaw>,
}

impl AttestationObject {
    /// Reads `{fmt, attStmt, authData}`; other members are passed over, as the text allows.
    ///
    /// # Errors
    ///
    /// [`DecodeError`] where a member is missing or of another type.
    pub fn parse(bytes: &[u8]) -> Result<Self, DecodeError> {
        let tree = Tree::parse(bytes).map_err(|e| DecodeError {
            at: e.at,
            field: "attestationObject",
            problem: Problem::Malformed,
        })?;
        let fields = Fields::of(&tree.root, "attestationObject")?;
        let format = expect_text(fields.require_text("fmt")?, "fmt")?.to_string();
        let statement = fields.require_text("attStmt")?.span.of(bytes).to_vec();
        let auth_data = expect_bytes(fields.require_text("authData")?, "authData")?.to_vec();
        Ok(Self { format, statement, auth_data, flaws: tree.flaws })
    }

    /// The canonical encoding.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Writer::new();
        out.map(3).text("fmt").text(&self.format);
        out.text("attStmt").raw(&self.statement);
        out.text("authData").bytes(&self.auth_data);
        out.into_bytes()
    }
}
