//! COSE keys (RFC 9052 §7).

use keyrig_ctap::cbor::{Fields, Kind, Node};
use keyrig_ctap::cose::CoseKey;

use super::field::{Decoded, Field, Remarks};
use super::shape::{Member, Part, Shape, member, named, tree};

const EC2: &[Member] = &[
    member(1, "kty", Shape::Named(key_type)),
    member(2, "kid", Shape::Plain),
    member(3, "alg", Shape::Algorithm),
    member(-1, "crv", Shape::Named(curve)),
    member(-2, "x", Shape::Plain),
    member(-3, "y", Shape::Plain),
];
const RSA: &[Member] = &[
    member(1, "kty", Shape::Named(key_type)),
    member(2, "kid", Shape::Plain),
    member(3, "alg", Shape::Algorithm),
    member(-1, "n", Shape::Plain),
    member(-2, "e", Shape::Plain),
];
const AKP: &[Member] = &[
    member(1, "kty", Shape::Named(key_type)),
    member(2, "kid", Shape::Plain),
    member(3, "alg", Shape::Algorithm),
    member(-1, "pub", Shape::Plain),
];

/// Reads a COSE key.
pub(crate) fn decode(bytes: &[u8]) -> Result<Decoded, String> {
    let mut remarks = Remarks::default();
    let part = Part { bytes, base: 0 };
    let root = tree(part, &mut remarks)?;
    if !is_key(&root) {
        return Err("it is not a CBOR map with a key type (label 1)".into());
    }
    let fields = fields(part, &root, &mut remarks);
    Ok(Decoded { title: "COSE key".into(), length: bytes.len(), fields, remarks, cbor: true })
}

/// Whether `node` has what makes a map a COSE key: a key type, as a small integer.
pub(crate) fn is_key(node: &Node<'_>) -> bool {
    let Ok(fields) = Fields::of(node, "COSE_Key") else { return false };
    fields.int(1).and_then(Node::as_integer).is_some() && fields.int(-1).is_some()
}

/// The parameters of a COSE key, wherever it lies.
pub(crate) fn fields(part: Part<'_>, node: &Node<'_>, remarks: &mut Remarks) -> Vec<Field> {
    let Kind::Map(entries) = &node.kind else { return Vec::new() };
    let kty = entries.iter().find(|(label, _)| label.as_integer() == Some(1)).and_then(|(_, kty)| kty.as_integer());
    let members = match kty {
        Some(3) => RSA,
        Some(7) => AKP,
        _ => EC2,
    };
    if let Err(flaw) = CoseKey::from_bytes(node.span.of(part.bytes)).public_key() {
        remarks.breach(part.base + node.span.start, flaw.to_string());
    }
    named(part, entries, members, remarks)
}

fn key_type(n: u64) -> Option<&'static str> {
    Some(match n {
        1 => "OKP",
        2 => "EC2",
        3 => "RSA",
        7 => "AKP",
        _ => return None,
    })
}

fn curve(n: u64) -> Option<&'static str> {
    Some(match n {
        1 => "P-256",
        2 => "P-384",
        3 => "P-521",
        6 => "Ed25519",
        7 => "Ed448",
        8 => "secp256k1",
        _ => return None,
    })
}
