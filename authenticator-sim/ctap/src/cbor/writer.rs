//! Writing in the caller's order.

use alloc::vec::Vec;

use ciborium_ll::{Encoder, Header};

/// Appends items in the order they are given; integers and lengths take their shortest form.
///
/// The caller announces how many items an array or entries a map has, and gives map keys in canonical order.
/// Use [`super::Value`] where the keys are not known in advance.
#[derive(Clone, Debug, Default)]
pub struct Writer {
    out: Vec<u8>,
}

impl Writer {
    /// An empty writer.
    pub fn new() -> Self {
        Self::default()
    }

    /// A writer that continues `out`.
    pub fn after(out: Vec<u8>) -> Self {
        Self { out }
    }

    /// The bytes so far.
    pub fn into_bytes(self) -> Vec<u8> {
        self.out
    }

    /// Opens an array of `len` items.
    pub fn array(&mut self, len: usize) -> &mut Self {
        self.push(Header::Array(Some(len)))
    }

    /// Opens a map of `len` entries.
    pub fn map(&mut self, len: usize) -> &mut Self {
        self.push(Header::Map(Some(len)))
    }

    /// An unsigned integer.
    pub fn uint(&mut self, n: u64) -> &mut Self {
        self.push(Header::Positive(n))
    }

    /// A signed integer.
    pub fn int(&mut self, n: i64) -> &mut Self {
        match u64::try_from(n) {
            Ok(n) => self.push(Header::Positive(n)),
            Err(_) => self.push(Header::Negative(n.unsigned_abs() - 1)),
        }
    }

    /// A byte string.
    pub fn bytes(&mut self, bytes: &[u8]) -> &mut Self {
        self.push(Header::Bytes(Some(bytes.len()))).raw(bytes)
    }

    /// A text string.
    pub fn text(&mut self, text: &str) -> &mut Self {
        self.push(Header::Text(Some(text.len()))).raw(text.as_bytes())
    }

    /// A boolean.
    pub fn bool(&mut self, value: bool) -> &mut Self {
        self.push(Header::Simple(if value { 21 } else { 20 }))
    }

    /// Null.
    pub fn null(&mut self) -> &mut Self {
        self.push(Header::Simple(22))
    }

    /// Bytes that are CBOR already.
    pub fn raw(&mut self, item: &[u8]) -> &mut Self {
        self.out.extend_from_slice(item);
        self
    }

    pub(super) fn push(&mut self, header: Header) -> &mut Self {
        // The error's type depends on whether something in the build turns on ciborium's `std`.
        Encoder::from(&mut self.out).push(header).expect("writing to memory cannot fail");
        self
    }
}
