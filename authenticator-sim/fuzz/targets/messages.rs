//! Any bytes as each CTAP message: read or refused, and what is read is written back the same.
#![no_main]

use keyrig_ctap::message::get_info::Info;
use keyrig_ctap::message::{client_pin, get_assertion, make_credential};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(request) = make_credential::Request::decode(bytes) {
        assert_eq!(make_credential::Request::decode(&request.encode()), Ok(request));
    }
    if let Ok(request) = get_assertion::Request::decode(bytes) {
        assert_eq!(get_assertion::Request::decode(&request.encode()), Ok(request));
    }
    if let Ok(request) = client_pin::Request::decode(bytes) {
        assert_eq!(client_pin::Request::decode(&request.encode()), Ok(request));
    }
    let _ = make_credential::Response::decode(bytes);
    let _ = get_assertion::Response::decode(bytes);
    let _ = client_pin::Response::decode(bytes);
    let _ = Info::decode(bytes);
});
