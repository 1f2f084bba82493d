//! Attestation objects (WebAuthn L3 §6.5.4).

use keyrig_ctap::attestation::AttestationObject;
use keyrig_ctap::auth_data::Flags;
use keyrig_ctap::cbor::Kind;

use super::field::{Decoded, Field, Remarks};
use super::shape::{Part, Shape, field, tree};

/// Reads an attestation object, authenticator data and statement included.
pub(crate) fn decode(bytes: &[u8]) -> Result<Decoded, String> {
    let object = AttestationObject::parse(bytes).map_err(|e| e.to_string())?;
    let mut remarks = Remarks::default();
    let part = Part { bytes, base: 0 };
    let root = tree(part, &mut remarks)?;
    let whole = field("", part, &root, Shape::Plain, &mut remarks);
    if let Some(flags) = object.auth_data.get(32).map(|byte| Flags(*byte))
        && !flags.contains(Flags::AT)
    {
        remarks.breach(offset_of(&root.kind, "authData"), "no attested credential data: the AT flag is not set");
    }
    if object.format == "none" && object.statement != [0xa0] {
        remarks.breach(
            offset_of(&root.kind, "attStmt"),
            "format none with a statement that is not empty (WebAuthn L3 §8.7)",
        );
    }
    Ok(Decoded { title: "attestation object".into(), length: bytes.len(), fields: shown(whole), remarks, cbor: true })
}

fn shown(whole: Field) -> Vec<Field> {
    whole.fields
}

fn offset_of(kind: &Kind<'_>, name: &str) -> usize {
    let Kind::Map(entries) = kind else { return 0 };
    entries.iter().find(|(key, _)| key.kind == Kind::Text(name)).map_or(0, |(_, value)| value.span.start)
}
