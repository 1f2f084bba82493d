//! What decoding yields: named fields with their offsets, and what is remarkable about them.

use keyrig_ctap::cbor::{Flaw, Span};
use serde_json::{Map, Value, json};

/// One field of the input.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Field {
    /// The name in the specification, or the key itself.
    pub(crate) name: String,
    /// The integer key in a CBOR map.
    pub(crate) key: Option<i64>,
    /// Where it lies, in bytes of the whole input; `None` inside text.
    pub(crate) span: Option<Span>,
    /// The value for people; empty where the fields below say it.
    pub(crate) text: String,
    /// The value for programs.
    pub(crate) value: Value,
    /// What there is to know about it.
    pub(crate) note: Option<String>,
    /// What it consists of.
    pub(crate) fields: Vec<Field>,
}

impl Field {
    /// A field without parts.
    pub(crate) fn leaf(name: impl Into<String>, span: Span, text: impl Into<String>, value: impl Into<Value>) -> Self {
        Self {
            name: name.into(),
            key: None,
            span: Some(span),
            text: text.into(),
            value: value.into(),
            note: None,
            fields: Vec::new(),
        }
    }

    /// A field that its parts explain.
    pub(crate) fn parent(name: impl Into<String>, span: Span, fields: Vec<Field>) -> Self {
        Self { fields, ..Self::leaf(name, span, "", Value::Null) }
    }

    /// A byte string, in hexadecimal.
    pub(crate) fn bytes(name: impl Into<String>, span: Span, bytes: &[u8]) -> Self {
        let text = match bytes.len() {
            0 => "empty".to_string(),
            n => format!("{} ({})", abridged(bytes), counted(n, "byte")),
        };
        Self::leaf(name, span, text, hex(bytes))
    }

    /// The same field with a note.
    #[must_use]
    pub(crate) fn noted(self, note: impl Into<String>) -> Self {
        Self { note: Some(note.into()), ..self }
    }

    /// The same field with the integer key it has on the wire.
    #[must_use]
    pub(crate) fn keyed(self, key: i64) -> Self {
        Self { key: Some(key), ..self }
    }

    fn to_json(&self) -> Value {
        let mut out = Map::new();
        out.insert("name".into(), self.name.clone().into());
        if let Some(key) = self.key {
            out.insert("key".into(), key.into());
        }
        if let Some(span) = self.span {
            out.insert("offset".into(), span.start.into());
            out.insert("length".into(), (span.end - span.start).into());
        }
        if !self.value.is_null() || self.fields.is_empty() {
            out.insert("value".into(), self.value.clone());
        }
        if let Some(note) = &self.note {
            out.insert("note".into(), note.clone().into());
        }
        if !self.fields.is_empty() {
            out.insert("fields".into(), self.fields.iter().map(Self::to_json).collect());
        }
        out.into()
    }
}

/// Something that a reader should know, at an offset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Remark {
    /// Offset in bytes of the whole input.
    pub(crate) at: usize,
    /// What it is.
    pub(crate) text: String,
}

/// What is gathered while fields are read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Remarks {
    /// Rules of the CTAP2 canonical form that are broken.
    pub(crate) flaws: Vec<Remark>,
    /// Rules of other texts that are broken.
    pub(crate) breaches: Vec<Remark>,
}

impl Remarks {
    /// Adds the flaws of a tree that begins at `base`.
    pub(crate) fn flaws(&mut self, base: usize, flaws: &[Flaw]) {
        self.flaws.extend(flaws.iter().map(|flaw| Remark { at: base + flaw.at, text: flaw.kind.to_string() }));
    }

    /// Adds a breach of another text.
    pub(crate) fn breach(&mut self, at: usize, text: impl Into<String>) {
        self.breaches.push(Remark { at, text: text.into() });
    }
}

/// One input, decoded.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Decoded {
    /// What it is, for people: `attestation object`.
    pub(crate) title: String,
    /// Its length in bytes.
    pub(crate) length: usize,
    /// What it consists of.
    pub(crate) fields: Vec<Field>,
    /// What is remarkable about it.
    pub(crate) remarks: Remarks,
    /// Whether the canonical form is a rule for it at all.
    pub(crate) cbor: bool,
}

impl Decoded {
    /// The form for programs.
    pub(crate) fn to_json(&self, kind: &str) -> Value {
        let remarks = |list: &[Remark]| -> Value {
            list.iter().map(|remark| json!({"offset": remark.at, "text": remark.text})).collect()
        };
        json!({
            "kind": kind,
            "title": self.title,
            "length": self.length,
            "fields": self.fields.iter().map(Field::to_json).collect::<Value>(),
            "canonical": self.cbor.then_some(self.remarks.flaws.is_empty()),
            "flaws": remarks(&self.remarks.flaws),
            "breaches": remarks(&self.remarks.breaches),
        })
    }
}

/// Lowercase hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// `1 byte`, `2 bytes`.
pub(crate) fn counted(n: usize, noun: &str) -> String {
    if n == 1 { format!("1 {noun}") } else { format!("{n} {noun}s") }
}

/// The first 32 bytes; an ellipsis stands for the rest.
fn abridged(bytes: &[u8]) -> String {
    match bytes.get(..32) {
        Some(head) if bytes.len() > 32 => format!("{}…", hex(head)),
        _ => hex(bytes),
    }
}
