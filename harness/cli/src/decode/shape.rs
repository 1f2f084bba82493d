//! Reads raw items by their shape: which key has which name, and which values mean something.

use keyrig_ctap::Aaguid;
use keyrig_ctap::cbor::{Kind, Node, Span, Tree};
use keyrig_ctap::cose::Algorithm;
use serde_json::{Value, json};

use super::field::{Field, Remarks, counted, hex};
use super::{auth_data, certificate, cose_key};

/// What an item means.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Shape {
    /// What it says; text keys name themselves.
    Plain,
    /// A map with integer keys.
    Members(&'static [Member]),
    /// An array of one shape.
    List(&'static Shape),
    /// A COSE algorithm identifier.
    Algorithm,
    /// A `COSE_Key`.
    CoseKey,
    /// Authenticator data in a byte string.
    AuthData,
    /// An AAGUID in a byte string.
    Aaguid,
    /// A DER certificate in a byte string.
    Certificate,
    /// Bits with names, lowest first.
    Bits(&'static [&'static str]),
    /// A number with a name.
    Named(fn(u64) -> Option<&'static str>),
    /// Text in a byte string.
    Utf8,
}

/// One member of a map with integer keys.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Member {
    /// The key on the wire.
    pub(crate) key: i64,
    /// The name in the specification.
    pub(crate) name: &'static str,
    /// What its value means.
    pub(crate) shape: Shape,
}

/// A member, in the order of a specification's table.
pub(crate) const fn member(key: i64, name: &'static str, shape: Shape) -> Member {
    Member { key, name, shape }
}

/// A part of the whole input and where it begins.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Part<'a> {
    /// The part's bytes.
    pub(crate) bytes: &'a [u8],
    /// Where it begins in the whole input.
    pub(crate) base: usize,
}

impl Part<'_> {
    /// The span of `node`, in the whole input.
    pub(crate) fn span(&self, node: &Node<'_>) -> Span {
        self.shift(node.span.start, node.span.end)
    }

    /// A span of this part, in the whole input.
    pub(crate) fn shift(&self, start: usize, end: usize) -> Span {
        Span { start: self.base + start, end: self.base + end }
    }
}

/// Reads `node` as `shape`; where the item is something else, it is shown as what it is.
pub(crate) fn field(name: &str, part: Part<'_>, node: &Node<'_>, shape: Shape, remarks: &mut Remarks) -> Field {
    let span = part.span(node);
    match (shape, &node.kind) {
        (Shape::Members(members), Kind::Map(entries)) => {
            Field::parent(name, span, named(part, entries, members, remarks))
        }
        (Shape::List(shape), Kind::Array(items)) => list(name, part, span, items, *shape, remarks),
        (Shape::CoseKey, Kind::Map(_)) => Field::parent(name, span, cose_key::fields(part, node, remarks)),
        (Shape::AuthData, Kind::Bytes(bytes)) => {
            let inner = Part { bytes, base: span.end - bytes.len() };
            match auth_data::fields(inner, remarks) {
                Ok(fields) => Field::parent(name, span, fields),
                Err(why) => {
                    remarks.breach(inner.base, why);
                    Field::bytes(name, span, bytes)
                }
            }
        }
        (Shape::Certificate, Kind::Bytes(bytes)) => certificate::field(name, span, bytes, remarks),
        (Shape::Aaguid, Kind::Bytes(bytes)) => match <[u8; 16]>::try_from(*bytes) {
            Ok(bytes) => aaguid(name, span, Aaguid(bytes)),
            Err(_) => Field::bytes(name, span, bytes),
        },
        (Shape::Utf8, Kind::Bytes(bytes)) => match std::str::from_utf8(bytes) {
            Ok(text) => Field::leaf(name, span, format!("{text:?}"), text),
            Err(_) => Field::bytes(name, span, bytes),
        },
        (Shape::Algorithm, _) => match node.as_integer() {
            Some(n) => Field::leaf(name, span, Algorithm(n).to_string(), n),
            None => plain(name, part, node, remarks),
        },
        (Shape::Bits(names), Kind::Unsigned(bits)) => {
            let set = names.iter().enumerate().filter(|(i, _)| bits & (1 << i) != 0).map(|(_, name)| *name);
            Field::leaf(name, span, format!("{bits:#04x} {}", set.collect::<Vec<_>>().join(" ")), *bits)
        }
        (Shape::Named(of), Kind::Unsigned(n)) => match of(*n) {
            Some(word) => Field::leaf(name, span, format!("{word} ({n:#04x})"), *n),
            None => plain(name, part, node, remarks),
        },
        _ => plain(name, part, node, remarks),
    }
}

/// An AAGUID with its true name.
pub(crate) fn aaguid(name: &str, span: Span, aaguid: Aaguid) -> Field {
    let field = Field::leaf(name, span, aaguid.to_string(), aaguid.to_string());
    match crate::command::aaguid::describe(aaguid) {
        Some(note) => field.noted(note),
        None => field,
    }
}

/// Reads one CBOR item that must fill the part, noting every flaw.
pub(crate) fn tree<'a>(part: Part<'a>, remarks: &mut Remarks) -> Result<Node<'a>, String> {
    let tree = Tree::parse(part.bytes).map_err(|e| format!("malformed CBOR at byte {}", part.base + e.at))?;
    remarks.flaws(part.base, &tree.flaws);
    Ok(tree.root)
}

/// The entries of a map whose integer keys have names.
pub(crate) fn named(
    part: Part<'_>,
    entries: &[(Node<'_>, Node<'_>)],
    members: &[Member],
    remarks: &mut Remarks,
) -> Vec<Field> {
    let read = |(key, value): &(Node<'_>, Node<'_>)| match key.as_integer() {
        Some(n) => match members.iter().find(|member| member.key == n) {
            Some(member) => field(member.name, part, value, member.shape, remarks).keyed(n),
            None => plain(&n.to_string(), part, value, remarks).keyed(n),
        },
        None => entry(part, key, value, remarks),
    };
    entries.iter().map(read).collect()
}

/// One entry of a map whose keys name themselves.
fn entry(part: Part<'_>, key: &Node<'_>, value: &Node<'_>, remarks: &mut Remarks) -> Field {
    match key.kind {
        Kind::Text("alg") => field("alg", part, value, Shape::Algorithm, remarks),
        Kind::Text("x5c") => field("x5c", part, value, Shape::List(&Shape::Certificate), remarks),
        Kind::Text("authData") => field("authData", part, value, Shape::AuthData, remarks),
        Kind::Text(name) => plain(name, part, value, remarks),
        _ => plain(&plain("", part, key, remarks).text, part, value, remarks),
    }
}

fn list(name: &str, part: Part<'_>, span: Span, items: &[Node<'_>], shape: Shape, remarks: &mut Remarks) -> Field {
    let fields =
        items.iter().enumerate().map(|(i, item)| field(&format!("[{i}]"), part, item, shape, remarks)).collect();
    Field { text: counted(items.len(), "item"), ..Field::parent(name, span, fields) }
}

fn plain(name: &str, part: Part<'_>, node: &Node<'_>, remarks: &mut Remarks) -> Field {
    let span = part.span(node);
    let leaf = |text: String, value: Value| Field::leaf(name, span, text, value);
    match &node.kind {
        Kind::Unsigned(n) => leaf(n.to_string(), json!(n)),
        Kind::Negative(n) => leaf((-1 - i128::from(*n)).to_string(), json!(node.as_integer())),
        Kind::Bytes(bytes) => Field::bytes(name, span, bytes),
        Kind::Text(text) => leaf(format!("{text:?}"), json!(text)),
        Kind::BrokenText(bytes) => Field::bytes(name, span, bytes).noted("text that is not UTF-8"),
        Kind::ByteChunks(chunks) | Kind::TextChunks(chunks) => {
            list(name, part, span, chunks, Shape::Plain, remarks).noted("a string in chunks")
        }
        Kind::Array(items) if items.iter().all(is_scalar) => {
            let parts: Vec<Field> = items.iter().map(|item| plain("", part, item, remarks)).collect();
            let text = parts.iter().map(|field| field.text.as_str()).collect::<Vec<_>>().join(", ");
            leaf(format!("[{text}]"), parts.into_iter().map(|field| field.value).collect())
        }
        Kind::Array(items) => list(name, part, span, items, Shape::Plain, remarks),
        Kind::Map(entries) if entries.is_empty() => leaf("{}".into(), json!({})),
        Kind::Map(entries) => {
            let fields = entries.iter().map(|(key, value)| entry(part, key, value, remarks)).collect();
            Field::parent(name, span, fields)
        }
        Kind::Tag(tag, item) => Field::parent(name, span, vec![plain(&format!("tag {tag}"), part, item, remarks)]),
        Kind::Simple(20) => leaf("false".into(), json!(false)),
        Kind::Simple(21) => leaf("true".into(), json!(true)),
        Kind::Simple(22) => leaf("null".into(), Value::Null),
        Kind::Simple(23) => leaf("undefined".into(), Value::Null),
        Kind::Simple(n) => leaf(format!("simple({n})"), json!(n)),
        Kind::Float(x) => leaf(x.to_string(), json!(x)),
    }
}

fn is_scalar(node: &Node<'_>) -> bool {
    matches!(node.kind, Kind::Unsigned(_) | Kind::Negative(_) | Kind::Text(_) | Kind::Simple(_))
}

/// Bytes without structure of their own.
pub(crate) fn rest(name: &str, part: Part<'_>, start: usize) -> Field {
    let bytes = &part.bytes[start..];
    Field::leaf(name, part.shift(start, part.bytes.len()), hex(bytes), hex(bytes))
}
