//! Any bytes as attestation object, authenticator data and COSE key.
#![no_main]

use keyrig_ctap::attestation::AttestationObject;
use keyrig_ctap::auth_data::AuthData;
use keyrig_ctap::cose::CoseKey;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(object) = AttestationObject::parse(bytes) {
        let _ = AuthData::parse(&object.auth_data);
    }
    if let Ok(data) = AuthData::parse(bytes) {
        assert_eq!(data.encode(), bytes);
    }
    let key = CoseKey::from_bytes(bytes);
    let _ = (key.algorithm(), key.public_key());
});
