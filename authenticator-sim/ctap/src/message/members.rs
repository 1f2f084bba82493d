//! Maps whose members come and go.

use alloc::vec::Vec;

use crate::cbor::Writer;

/// A map that counts what is put into it, in canonical order.
#[derive(Default)]
pub(super) struct Members {
    count: usize,
    body: Writer,
}

impl Members {
    /// Opens a member; its value follows.
    pub(super) fn member(&mut self, key: u64) -> &mut Writer {
        self.count += 1;
        self.body.uint(key)
    }

    pub(super) fn uint(&mut self, key: u64, value: Option<u64>) {
        if let Some(value) = value {
            self.member(key).uint(value);
        }
    }

    pub(super) fn bool(&mut self, key: u64, value: Option<bool>) {
        if let Some(value) = value {
            self.member(key).bool(value);
        }
    }

    pub(super) fn bytes(&mut self, key: u64, value: Option<&[u8]>) {
        if let Some(value) = value {
            self.member(key).bytes(value);
        }
    }

    pub(super) fn text(&mut self, key: u64, value: Option<&str>) {
        if let Some(value) = value {
            self.member(key).text(value);
        }
    }

    /// Bytes that are CBOR already.
    pub(super) fn raw(&mut self, key: u64, value: Option<&[u8]>) {
        if let Some(value) = value {
            self.member(key).raw(value);
        }
    }

    /// The map.
    pub(super) fn into_bytes(self) -> Vec<u8> {
        let mut out = Writer::new();
        out.map(self.count).raw(&self.body.into_bytes());
        out.into_bytes()
    }

    /// The map, or nothing at all where nothing is in it.
    pub(super) fn into_bytes_unless_empty(self) -> Vec<u8> {
        if self.count == 0 { Vec::new() } else { self.into_bytes() }
    }
}
