//! Any bytes as what the kernel says through /dev/uhid: an event whose data lies in them, or a complaint.
#![no_main]

use keyrig_device::transport::uhid::Event;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    match Event::parse(bytes) {
        Ok(Event::Output { data, .. } | Event::SetReport { data, .. }) => {
            assert!(data.len() <= bytes.len());
            assert!(bytes.as_ptr_range().contains(&data.as_ptr()) || data.is_empty());
        }
        Ok(_) => {}
        Err(malformed) => assert_eq!(malformed.length, bytes.len()),
    }
});
