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

    /// An empty writer with room for `bytes` bytes; it grows where they are not enough.
    pub fn with_capacity(bytes: usize) -> Self {
        Self { out: Vec::with_capacity(bytes) }
    }

    /// The bytes so far.
    pub fn into_bytes(self) -> Vec<u8> {
        self.out
    }

    /// Opens an array of `len` items.
    pub fn array(&mut self, len: usize) -> &mut Self {
        self.head(4, len as u64)
    }

    /// Opens a map of `len` entries.
    pub fn map(&mut self, len: usize) -> &mut Self {
        self.head(5, len as u64)
    }

    /// An unsigned integer.
    pub fn uint(&mut self, n: u64) -> &mut Self {
        self.head(0, n)
    }

    /// A signed integer.
    pub fn int(&mut self, n: i64) -> &mut Self {
        match u64::try_from(n) {
            Ok(n) => self.head(0, n),
            Err(_) => self.head(1, n.unsigned_abs() - 1),
        }
    }

    /// A byte string.
    pub fn bytes(&mut self, bytes: &[u8]) -> &mut Self {
        self.head(2, bytes.len() as u64).raw(bytes)
    }

    /// A text string.
    pub fn text(&mut self, text: &str) -> &mut Self {
        self.head(3, text.len() as u64).raw(text.as_bytes())
    }

    /// A boolean.
    pub fn bool(&mut self, value: bool) -> &mut Self {
        self.head(7, if value { 21 } else { 20 })
    }

    /// Null.
    pub fn null(&mut self) -> &mut Self {
        self.head(7, 22)
    }

    /// Bytes that are CBOR already.
    pub fn raw(&mut self, item: &[u8]) -> &mut Self {
        self.out.extend_from_slice(item);
        self
    }

    /// The initial byte of a major type and its argument, in the shortest form (RFC 8949 §3).
    fn head(&mut self, major: u8, argument: u64) -> &mut Self {
        let initial = |short: u8| (major << 5) | short;
        match argument {
            0..24 => self.out.push(initial(argument as u8)),
            24..0x100 => self.out.extend_from_slice(&[initial(24), argument as u8]),
            0x100..0x1_0000 => {
                let [high, low] = (argument as u16).to_be_bytes();
                self.out.extend_from_slice(&[initial(25), high, low]);
            }
            0x1_0000..0x1_0000_0000 => {
                self.out.push(initial(26));
                self.out.extend_from_slice(&(argument as u32).to_be_bytes());
            }
            _ => {
                self.out.push(initial(27));
                self.out.extend_from_slice(&argument.to_be_bytes());
            }
        }
        self
    }

    pub(super) fn push(&mut self, header: Header) -> &mut Self {
        // The error's type depends on whether something in the build turns on ciborium's `std`.
        Encoder::from(&mut self.out).push(header).expect("writing to memory cannot fail");
        self
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn ours(write: impl FnOnce(&mut Writer) -> &mut Writer) -> Vec<u8> {
        let mut out = Writer::new();
        write(&mut out);
        out.into_bytes()
    }

    fn by_ciborium(header: Header) -> Vec<u8> {
        let mut out = Vec::new();
        Encoder::from(&mut out).push(header).expect("writing to memory cannot fail");
        out
    }

    proptest! {
        #[test]
        fn heads_are_what_ciborium_writes(n in any::<u64>(), shift in 0_u32..64) {
            let n = n >> shift;
            let len = n as usize;
            prop_assert_eq!(ours(|out| out.uint(n)), by_ciborium(Header::Positive(n)));
            prop_assert_eq!(ours(|out| out.array(len)), by_ciborium(Header::Array(Some(len))));
            prop_assert_eq!(ours(|out| out.map(len)), by_ciborium(Header::Map(Some(len))));
            if let Ok(n) = i64::try_from(n) {
                prop_assert_eq!(ours(|out| out.int(n)), by_ciborium(Header::Positive(n as u64)));
                prop_assert_eq!(ours(|out| out.int(-1 - n)), by_ciborium(Header::Negative(n as u64)));
            }
            let text = "a".repeat(len % 0x1_0100);
            let [bytes_head, text_head] = [Header::Bytes, Header::Text].map(|head| by_ciborium(head(Some(text.len()))));
            prop_assert_eq!(ours(|out| out.bytes(text.as_bytes())), [&bytes_head, text.as_bytes()].concat());
            prop_assert_eq!(ours(|out| out.text(&text)), [&text_head, text.as_bytes()].concat());
        }
    }

    #[test]
    fn simple_values_are_what_ciborium_writes() {
        assert_eq!(ours(|out| out.bool(false)), by_ciborium(Header::Simple(20)));
        assert_eq!(ours(|out| out.bool(true)), by_ciborium(Header::Simple(21)));
        assert_eq!(ours(Writer::null), by_ciborium(Header::Simple(22)));
    }
}
