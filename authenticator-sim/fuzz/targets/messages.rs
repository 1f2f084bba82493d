//! Any bytes as each CTAP message: read or refused, and what is read is written back the same.
#![no_main]

use keyrig_ctap::message::get_info::Info;
use keyrig_ctap::message::{
    bio_enrollment, client_pin, config, credential_management, get_assertion, large_blobs, make_credential,
};
use libfuzzer_sys::fuzz_target;

macro_rules! there_and_back {
    ($bytes:expr, $($message:ty),* $(,)?) => {$(
        if let Ok(message) = <$message>::decode($bytes) {
            assert_eq!(<$message>::decode(&message.encode()), Ok(message));
        }
    )*};
}

fuzz_target!(|bytes: &[u8]| {
    there_and_back!(
        bytes,
        bio_enrollment::Parameters,
        bio_enrollment::Request,
        bio_enrollment::Response,
        client_pin::Request,
        client_pin::Response,
        config::MinPinLength,
        config::Request,
        credential_management::Parameters,
        credential_management::Request,
        credential_management::Response,
        get_assertion::Request,
        get_assertion::Response,
        large_blobs::Request,
        large_blobs::Response,
        make_credential::Request,
        make_credential::Response,
        Info,
    );
});
