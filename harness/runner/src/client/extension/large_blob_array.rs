//! The array of large blobs that all relying parties share, each entry encrypted under the key of its credential
//! (CTAP 2.3 §6.10.2, §6.10.3).

use aes_gcm::aead::{Aead as _, Payload};
use aes_gcm::{Aes256Gcm, KeyInit as _};
use keyrig_ctap::cbor::{Fields, Kind, Node, Tree, Writer, expect_bytes, expect_uint};
use keyrig_ctap::message::large_blobs::{INITIAL, is_intact, serialize};
use miniz_oxide::{deflate, inflate};

/// Bytes of a `largeBlobKey`.
pub(super) const KEY: usize = 32;

/// The best compression that DEFLATE has; blobs are written seldom and room is dear.
const LEVEL: u8 = 9;

/// No blob that was compressed becomes longer than this, in bytes, whatever it claims.
const LONGEST: u64 = 1 << 24;

/// The entries, each as the CBOR it is: those of others survive as they are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct LargeBlobArray {
    entries: Vec<Vec<u8>>,
}

impl LargeBlobArray {
    /// Reads a serialized array. One whose checksum is wrong counts as empty, so that the next write mends it.
    pub(super) fn parse(serialized: &[u8]) -> Self {
        let intact = if is_intact(serialized) { serialized } else { &INITIAL };
        let array = &intact[..intact.len() - 16];
        let Ok(tree) = Tree::parse(array) else { return Self::default() };
        let Kind::Array(items) = &tree.root.kind else { return Self::default() };
        Self { entries: items.iter().map(|item| item.span.of(array).to_vec()).collect() }
    }

    /// The array with its checksum.
    pub(super) fn serialize(&self) -> Vec<u8> {
        let mut out = Writer::new();
        out.array(self.entries.len());
        for entry in &self.entries {
            out.raw(entry);
        }
        serialize(&out.into_bytes())
    }

    /// The blob of the credential with this key.
    pub(super) fn get(&self, key: &[u8; KEY]) -> Option<Vec<u8>> {
        self.entries.iter().find_map(|entry| open(entry, key))
    }

    /// Puts `blob` in place of what the credential with this key had.
    pub(super) fn put(&mut self, key: &[u8; KEY], nonce: [u8; 12], blob: &[u8]) {
        self.entries.retain(|entry| decrypt(entry, key).is_none());
        self.entries.push(seal(key, nonce, blob));
    }
}

/// Raw DEFLATE.
pub(super) fn compress(blob: &[u8]) -> Vec<u8> {
    deflate::compress_to_vec(blob, LEVEL)
}

/// The blob that `compressed` is, if it has as many bytes as was said.
pub(super) fn decompress(compressed: &[u8], original_size: u64) -> Option<Vec<u8>> {
    let limit = usize::try_from(original_size.min(LONGEST)).ok()?;
    let blob = inflate::decompress_to_vec_with_limit(compressed, limit).ok()?;
    (blob.len() as u64 == original_size).then_some(blob)
}

/// `{1: ciphertext, 2: nonce, 3: origSize}`.
fn seal(key: &[u8; KEY], nonce: [u8; 12], blob: &[u8]) -> Vec<u8> {
    let size = blob.len() as u64;
    let compressed = compress(blob);
    let aad = associated(size);
    let payload = Payload { msg: &compressed, aad: &aad };
    let ciphertext =
        Aes256Gcm::new(key.into()).encrypt(&nonce.into(), payload).expect("far shorter than AES-GCM's limit");
    let mut out = Writer::new();
    out.map(3).uint(1).bytes(&ciphertext).uint(2).bytes(&nonce).uint(3).uint(size);
    out.into_bytes()
}

fn open(entry: &[u8], key: &[u8; KEY]) -> Option<Vec<u8>> {
    let (compressed, size) = decrypt(entry, key)?;
    decompress(&compressed, size)
}

/// What the entry holds, still compressed, and its size; `None` where it is none of this key's.
fn decrypt(entry: &[u8], key: &[u8; KEY]) -> Option<(Vec<u8>, u64)> {
    let tree = Tree::parse(entry).ok()?;
    let (ciphertext, nonce, size) = members(&tree.root)?;
    let aad = associated(size);
    let payload = Payload { msg: ciphertext, aad: &aad };
    let compressed = Aes256Gcm::new(key.into()).decrypt(&nonce.into(), payload).ok()?;
    Some((compressed, size))
}

fn members<'n>(entry: &'n Node<'_>) -> Option<(&'n [u8], [u8; 12], u64)> {
    let fields = Fields::of(entry, "large blob").ok()?;
    let ciphertext = expect_bytes(fields.uint(1)?, "ciphertext").ok()?;
    let nonce = expect_bytes(fields.uint(2)?, "nonce").ok()?.try_into().ok()?;
    Some((ciphertext, nonce, expect_uint(fields.uint(3)?, "origSize").ok()?))
}

fn associated(size: u64) -> [u8; 12] {
    let mut data = *b"blob\0\0\0\0\0\0\0\0";
    data[4..].copy_from_slice(&size.to_le_bytes());
    data
}
