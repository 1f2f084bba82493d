//! Any CBOR item, by its diagnostic shape.

use super::field::{Decoded, Remarks};
use super::shape::{Part, Shape, field, tree};

/// Reads one CBOR item.
pub(crate) fn decode(bytes: &[u8]) -> Result<Decoded, String> {
    let mut remarks = Remarks::default();
    let part = Part { bytes, base: 0 };
    let root = tree(part, &mut remarks)?;
    let whole = field("", part, &root, Shape::Plain, &mut remarks);
    let fields = if whole.fields.is_empty() { vec![whole] } else { whole.fields };
    Ok(Decoded { title: "CBOR".into(), length: bytes.len(), fields, remarks, cbor: true })
}
