//! What getInfo says of the longest message holds for every algorithm, also the post-quantum ones.

mod platform;

use keyrig_ctap::Command;
use keyrig_ctap::cbor::Writer;
use keyrig_ctap::profile::AttestationFormat;
use keyrig_device::{InProcess, profiles};
use platform::Platform;

/// Extensions at registration that make the answer longer: a protection level, a blob, secrets, a key, a PIN length.
fn extensions() -> Vec<u8> {
    let mut out = Writer::new();
    out.map(5).text("credBlob").bytes(&[7; 64]).text("credProtect").int(3).text("hmac-secret").bool(true);
    out.text("largeBlobKey").bool(true).text("minPinLength").bool(true);
    out.into_bytes()
}

#[test]
fn no_algorithm_makes_an_answer_longer_than_get_info_allows() {
    /// Two encrypted secrets and their name: `hmac-secret-mc`, the one extension that is not asked for here.
    const SECRETS: u64 = 100;
    let product = profiles::find("ctap-2.3-everything").expect("the profile is embedded");
    let mut own = product.clone();
    own.attestation.format = AttestationFormat::PackedSelf;
    for profile in [product, &own] {
        let mut platform = Platform::new(InProcess::plug_fast(profile, |honest| honest));
        let longest = platform.info.max_message_size();
        assert_eq!(platform.info.algorithms, profile.algorithms);
        for &algorithm in &profile.algorithms {
            let mut request = platform.registration(algorithm, true);
            request.extensions = Some(extensions());
            let registered = platform.ok(Command::MAKE_CREDENTIAL, &request.encode());
            let request = platform.authentication(None).encode();
            let signed_in = platform.ok(Command::GET_ASSERTION, &request);
            for answer in [registered, signed_in] {
                assert!(1 + answer.len() as u64 + SECRETS <= longest, "{algorithm}: {}", answer.len());
            }
        }
    }
}
