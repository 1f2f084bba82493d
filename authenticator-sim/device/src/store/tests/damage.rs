//! A file that was changed from outside is refused, or what was changed did not matter; nothing panics.

use super::disk::Disk;
use super::edits::put;
use super::power::{new_disk, open};

/// The first page, which says where all else is; then a seventh of what is written, and some of what is not.
fn places(bytes: &[u8]) -> Vec<usize> {
    (0..bytes.len()).filter(|at| *at < 4096 || (bytes[*at] != 0 && at % 7 == 0) || at % 997 == 0).collect()
}

#[test]
fn a_flipped_byte_is_found_or_does_not_matter() {
    let disk = new_disk();
    let mut store = open(&disk).unwrap();
    (1..=3).for_each(|number| store.commit(&put(number)).unwrap());
    let expected = store.state().clone();
    drop(store);
    let bytes = disk.bytes();
    let (mut refused, places) = (0, places(&bytes));
    for at in &places {
        let mut flipped = bytes.clone();
        flipped[*at] ^= 0x41;
        match open(&Disk::holding(flipped)) {
            Ok(store) => assert_eq!(store.state(), &expected, "byte {at}: read, and other than what was written"),
            Err(_) => refused += 1,
        }
    }
    assert!(refused > 100, "only {refused} of {} changes were found", places.len());
}

#[test]
fn a_file_that_is_cut_off_is_refused() {
    let bytes = new_disk().bytes();
    for length in (0..bytes.len()).step_by(8191).skip(1) {
        assert!(open(&Disk::holding(bytes[..length].to_vec())).is_err(), "{length} of {} bytes", bytes.len());
    }
}
