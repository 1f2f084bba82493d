//! Reading the map that an attestation statement is.

use keyrig_ctap::ReasonClass;
use keyrig_ctap::cbor::{DecodeError, Fields, Kind, Node, Tree, expect_array, expect_bytes, expect_text};
use keyrig_ctap::cose::Algorithm;

use crate::Refusal;
use crate::verify::Step;

/// A statement with no member but those of its syntax.
pub(super) struct Statement<'a> {
    root: Node<'a>,
    step: Step,
}

impl<'a> Statement<'a> {
    /// Reads the map and refuses a member that is not among `members`.
    pub(super) fn parse(bytes: &'a [u8], members: &[&str], step: Step) -> Result<Self, Refusal> {
        let refuse = |message: String| malformed(message, step);
        let tree = Tree::parse(bytes).map_err(|e| refuse(e.to_string()))?;
        let Kind::Map(entries) = &tree.root.kind else {
            return Err(refuse("the attestation statement is not a map".to_owned()));
        };
        for (key, _) in entries {
            match key.kind {
                Kind::Text(name) if members.contains(&name) => {}
                Kind::Text(name) => return Err(refuse(format!("the attestation statement may not have {name}"))),
                _ => return Err(refuse("the attestation statement has a member that is not named by text".to_owned())),
            }
        }
        Ok(Self { root: tree.root, step })
    }

    pub(super) fn has(&self, name: &'static str) -> bool {
        self.fields().is_ok_and(|fields| fields.text(name).is_some())
    }

    pub(super) fn algorithm(&self) -> Result<Algorithm, Refusal> {
        let fields = self.fields()?;
        let alg = fields.require_text("alg").map_err(|e| self.refuse(&e))?;
        alg.as_integer().map(Algorithm).ok_or_else(|| malformed("alg is not an integer".to_owned(), self.step))
    }

    pub(super) fn signature(&self) -> Result<&'a [u8], Refusal> {
        self.bytes("sig")
    }

    pub(super) fn bytes(&self, name: &'static str) -> Result<&'a [u8], Refusal> {
        let fields = self.fields()?;
        fields.require_text(name).and_then(|member| expect_bytes(member, name)).map_err(|e| self.refuse(&e))
    }

    pub(super) fn text(&self, name: &'static str) -> Result<&'a str, Refusal> {
        let fields = self.fields()?;
        fields.require_text(name).and_then(|member| expect_text(member, name)).map_err(|e| self.refuse(&e))
    }

    /// The certificates in DER, the leaf first; at least one.
    pub(super) fn certificates(&self) -> Result<Vec<Vec<u8>>, Refusal> {
        let fields = self.fields()?;
        let items = fields.require_text("x5c").and_then(|x5c| expect_array(x5c, "x5c")).map_err(|e| self.refuse(&e))?;
        if items.is_empty() {
            return Err(malformed("x5c is empty".to_owned(), self.step));
        }
        let certificate = |item| expect_bytes(item, "x5c").map(<[u8]>::to_vec).map_err(|e| self.refuse(&e));
        items.iter().map(certificate).collect()
    }

    fn fields(&self) -> Result<Fields<'_, 'a>, Refusal> {
        Fields::of(&self.root, "attStmt").map_err(|e| self.refuse(&e))
    }

    fn refuse(&self, error: &DecodeError) -> Refusal {
        malformed(error.to_string(), self.step)
    }
}

pub(super) fn malformed(message: String, step: Step) -> Refusal {
    Refusal::new(ReasonClass::AttestationMalformed, "attestation_statement_malformed", message, step)
}
