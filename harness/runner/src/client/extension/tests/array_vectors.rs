//! Large blobs that python-fido2 wrote, and ours that it opened.

use keyrig_ctap::message::large_blobs::INITIAL;

use super::super::large_blob_array::LargeBlobArray;
use super::{hex, vectors};

const VECTORS: &str = include_str!("../../../../../../vectors/large-blob/python-fido2.json");

#[test]
fn what_python_fido2_wrote_is_read() {
    let file = vectors(VECTORS);
    let array = LargeBlobArray::parse(&hex(&file, "array"));
    let entries = file["entries"].as_array().unwrap();
    assert_eq!(entries.len(), 3);
    for case in entries {
        let key = hex(case, "key").try_into().unwrap();
        assert_eq!(array.get(&key), Some(hex(case, "blob")));
    }
    assert_eq!(array.get(&[9; 32]), None);
    assert_eq!(array.serialize(), hex(&file, "array"), "the entries of others survive as they are");
}

#[test]
fn what_python_fido2_opened_is_what_is_written() {
    let file = vectors(VECTORS);
    let opened = file["opened"].as_array().unwrap();
    assert_eq!(opened.len(), 3);
    for case in opened {
        let mut array = LargeBlobArray::default();
        array.put(&hex(case, "key").try_into().unwrap(), hex(case, "nonce").try_into().unwrap(), &hex(case, "blob"));
        let entry = hex(case, "entry");
        assert_eq!(array.serialize()[1..=entry.len()], entry);
    }
    println!("vectors: large-blob entries: {} reproduced, 0 differ", opened.len());
}

#[test]
fn a_bent_array_is_empty_and_a_bent_entry_nobodys() {
    let file = vectors(VECTORS);
    let mut bytes = hex(&file, "array");
    let key = hex(&file["entries"][1], "key").try_into().unwrap();
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    assert_eq!(LargeBlobArray::parse(&bytes).serialize(), INITIAL);
    let mut entry = hex(&file["entries"][1], "entry");
    entry[10] ^= 1;
    let array = keyrig_ctap::message::large_blobs::serialize(&[&[0x81], entry.as_slice()].concat());
    assert_eq!(LargeBlobArray::parse(&array).get(&key), None);
}

/// Every byte of an array changed, and every end of it cut off, with a checksum that is right all the same.
#[test]
fn no_array_brings_the_client_down_and_what_is_written_into_any_is_read_again() {
    let file = vectors(VECTORS);
    let whole = hex(&file, "array");
    let array = &whole[..whole.len() - 16];
    let key = [9; 32];
    let bent = (0..array.len()).map(|at| [&array[..at], &[array[at] ^ 0x41], &array[at + 1..]].concat());
    let cut = (0..array.len()).map(|end| array[..end].to_vec());
    for content in bent.chain(cut) {
        let serialized = keyrig_ctap::message::large_blobs::serialize(&content);
        let mut array = LargeBlobArray::parse(&serialized);
        assert_eq!(array.get(&key), None);
        array.put(&key, [1; 12], b"mine");
        assert_eq!(LargeBlobArray::parse(&array.serialize()).get(&key).as_deref(), Some(&b"mine"[..]));
    }
}
