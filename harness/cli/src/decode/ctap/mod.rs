//! CTAP messages (CTAP 2.3 §8.1): a command byte or a status byte, and what follows it.

mod members;

use keyrig_ctap::cbor::{Fields, Kind, Node, Tree};
use keyrig_ctap::{Command, Status};

use super::cose_key;
use super::field::{Decoded, Field, Remarks};
use super::shape::{Part, Shape, field, tree};

/// Reads a request: a command byte and its parameters.
pub(crate) fn request(bytes: &[u8]) -> Result<Decoded, String> {
    let (&first, rest) = bytes.split_first().ok_or("it is empty; a request begins with a command byte")?;
    let command = Command(first);
    let mut decoded = body(bytes, rest, Shape::Members(members::request(command)))?;
    decoded.title = format!("CTAP request {command}");
    decoded.fields.insert(0, head("command", first, &command.to_string()));
    Ok(decoded)
}

/// Reads a response: a status byte and, after success, what the command yields.
pub(crate) fn response(bytes: &[u8]) -> Result<Decoded, String> {
    let (&first, rest) = bytes.split_first().ok_or("it is empty; a response begins with a status byte")?;
    let status = Status(first);
    let command = Tree::parse(rest).ok().and_then(|tree| yields(&tree.root));
    let shape = command.map_or(Shape::Plain, |command| Shape::Members(members::response(command)));
    let mut decoded = body(bytes, rest, shape)?;
    decoded.title = match command {
        Some(command) => format!("CTAP response of {command}"),
        None => "CTAP response".into(),
    };
    decoded.fields.insert(0, head("status", first, &status.to_string()));
    if status != Status::OK && !rest.is_empty() {
        decoded.remarks.breach(1, "bytes after a status that is not success");
    }
    Ok(decoded)
}

/// Reads the map that getInfo yields, without a status byte.
pub(crate) fn get_info(bytes: &[u8]) -> Result<Decoded, String> {
    let decoded = body(bytes, bytes, Shape::Members(members::response(Command::GET_INFO)))?;
    if decoded.fields.is_empty() {
        return Err("it is not a CBOR map".into());
    }
    Ok(Decoded { title: "what authenticatorGetInfo yields".into(), ..decoded })
}

/// The command whose response looks like `node`; the status byte does not tell.
pub(crate) fn yields(node: &Node<'_>) -> Option<Command> {
    let fields = Fields::of(node, "").ok()?;
    let kind = |key| fields.uint(key).map(|node| &node.kind);
    match (kind(1), kind(2), kind(3)) {
        (Some(Kind::Text(_)), Some(Kind::Bytes(_)), _) => Some(Command::MAKE_CREDENTIAL),
        (Some(Kind::Array(_)), _, Some(Kind::Bytes(aaguid))) if aaguid.len() == 16 => Some(Command::GET_INFO),
        (_, Some(Kind::Bytes(_)), Some(Kind::Bytes(_))) => Some(Command::GET_ASSERTION),
        (Some(Kind::Map(_)), None, None) if fields.uint(1).is_some_and(cose_key::is_key) => Some(Command::CLIENT_PIN),
        (None, Some(Kind::Bytes(_)), None) | (None, None, Some(Kind::Unsigned(_))) => Some(Command::CLIENT_PIN),
        _ => None,
    }
}

fn head(name: &str, byte: u8, word: &str) -> Field {
    let span = keyrig_ctap::cbor::Span { start: 0, end: 1 };
    let text = if word.starts_with("0x") { word.to_string() } else { format!("{word} ({byte:#04x})") };
    Field::leaf(name, span, text, byte)
}

fn body(bytes: &[u8], rest: &[u8], shape: Shape) -> Result<Decoded, String> {
    let mut remarks = Remarks::default();
    let mut fields = Vec::new();
    if !rest.is_empty() {
        let part = Part { bytes: rest, base: bytes.len() - rest.len() };
        let root = tree(part, &mut remarks)?;
        let whole = field("", part, &root, shape, &mut remarks);
        fields = if whole.fields.is_empty() { vec![whole] } else { whole.fields };
    }
    Ok(Decoded { title: String::new(), length: bytes.len(), fields, remarks, cbor: true })
}
