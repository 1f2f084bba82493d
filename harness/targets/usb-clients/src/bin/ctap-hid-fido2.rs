//! The crate `ctap-hid-fido2` registers, signs in and verifies both, with the one key that this machine sees.
//!
//! `ctap-hid-fido2 [PIN]`

use ctap_hid_fido2::fidokey::{GetAssertionArgsBuilder, MakeCredentialArgsBuilder};
use ctap_hid_fido2::{Cfg, FidoKeyHidFactory, verifier};

const RP_ID: &str = "example.org";

fn main() {
    let pin = std::env::args().nth(1);
    let key = FidoKeyHidFactory::create(&Cfg::init()).expect("there is one key");
    println!("{}", key.get_info().expect("the key tells of itself"));

    let challenge = verifier::create_challenge();
    let new = MakeCredentialArgsBuilder::new(RP_ID, &challenge);
    let new = match &pin {
        Some(pin) => new.pin(pin),
        None => new.without_pin_and_uv(),
    };
    let made = key.make_credential_with_args(&new.build()).expect("the key registers");
    let verified = verifier::verify_attestation(RP_ID, &challenge, &made);
    assert!(verified.is_success, "the registration does not verify");
    assert!(!verifier::verify_attestation("example.com", &challenge, &made).is_success, "anything verifies");

    let challenge = verifier::create_challenge();
    let asked = GetAssertionArgsBuilder::new(RP_ID, &challenge).credential_id(&verified.credential_id);
    let asked = match &pin {
        Some(pin) => asked.pin(pin),
        None => asked.without_pin_and_uv(),
    };
    let signed = key.get_assertion_with_args(&asked.build()).expect("the key signs in");
    let verifies =
        |challenge: &[u8]| verifier::verify_assertion(RP_ID, &verified.credential_public_key, challenge, &signed[0]);
    assert!(verifies(&challenge), "the assertion does not verify");
    assert!(!verifies(&[0; 32]), "anything verifies");
    println!("registered and signed in");
}
