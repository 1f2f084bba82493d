//! Maps whose members come and go.

use alloc::vec::Vec;

use super::Writer;

/// A map that counts what is put into it. Its keys are numbers, which the caller gives in canonical order.
#[derive(Clone, Debug, Default)]
pub struct Members {
    count: usize,
    body: Writer,
}

impl Members {
    /// Opens a member; its value follows.
    pub fn member(&mut self, key: u64) -> &mut Writer {
        self.count += 1;
        self.body.uint(key)
    }

    /// An unsigned integer, if it is there.
    pub fn uint(&mut self, key: u64, value: Option<u64>) {
        if let Some(value) = value {
            self.member(key).uint(value);
        }
    }

    /// A boolean, if it is there.
    pub fn bool(&mut self, key: u64, value: Option<bool>) {
        if let Some(value) = value {
            self.member(key).bool(value);
        }
    }

    /// A byte string, if it is there.
    pub fn bytes(&mut self, key: u64, value: Option<&[u8]>) {
        if let Some(value) = value {
            self.member(key).bytes(value);
        }
    }

    /// A text string, if it is there.
    pub fn text(&mut self, key: u64, value: Option<&str>) {
        if let Some(value) = value {
            self.member(key).text(value);
        }
    }

    /// Bytes that are CBOR already, if they are there.
    pub fn raw(&mut self, key: u64, value: Option<&[u8]>) {
        if let Some(value) = value {
            self.member(key).raw(value);
        }
    }

    /// The map.
    pub fn into_bytes(self) -> Vec<u8> {
        let mut out = Writer::new();
        out.map(self.count).raw(&self.body.into_bytes());
        out.into_bytes()
    }

    /// The map, or nothing at all where nothing is in it.
    pub fn into_bytes_unless_empty(self) -> Vec<u8> {
        if self.count == 0 { Vec::new() } else { self.into_bytes() }
    }
}
