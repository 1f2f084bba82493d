//! Whatever arrives: no panic, and a refusal changes nothing but what it must.

use std::vec::Vec;

use keyrig_ctap::Status;
use keyrig_ctap::pin_uv_auth::Protocol;
use keyrig_ctap::u2f::StatusWord;
use proptest::collection::vec;
use proptest::prelude::{ProptestConfig, any};
use proptest::{prop_assert, prop_assert_eq, proptest};

use super::fingers::everything;
use super::platform::{Key, PIN, discoverable_request, finger_key, passkey_provider, security_key};
use super::requests::{is_refusal, noise, requests};
use crate::Edit;

/// One of four products, with or without a PIN, and with two accounts.
fn lived_in(which: u8, pin: bool) -> Key {
    let profile = [security_key(), passkey_provider(), finger_key(), everything()][usize::from(which % 4)].clone();
    let mut key = Key::new(&profile);
    for user in [1, 2] {
        let mut request = discoverable_request(user);
        request.options.uv = key.info().option("uv").filter(|is_set_up| *is_set_up);
        key.enrol(&request);
    }
    if pin && key.info().option("clientPin").is_some() {
        assert_eq!(key.set_pin(Protocol::Two, PIN), Status::OK);
    }
    key.changes.clear();
    key
}

/// A wrong PIN or finger costs a retry, and the store has to know.
fn is_retry(edit: &Edit) -> bool {
    matches!(edit, Edit::PinRetries(_) | Edit::UvRetries(_))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(64) })]

    #[test]
    fn noise_is_refused_and_changes_nothing(which in any::<u8>(), noise in noise()) {
        let mut key = lived_in(which, true);
        let before = key.authenticator.state().clone();
        let (status, _) = key.send(&noise);
        if status != Status::OK {
            prop_assert_eq!(key.authenticator.state(), &before);
        }
    }

    #[test]
    fn apdus_of_any_form_are_answered(apdu in vec(any::<u8>(), 0..200), instruction in 0u8..5, p1 in any::<u8>()) {
        let mut key = lived_in(0, false);
        let before = key.authenticator.state().clone();
        let formed = [&[0, instruction, p1, 0, 0, 0, apdu.len() as u8][..], &apdu].concat();
        for message in [apdu, formed] {
            let (data, status) = key.raw_apdu(&message);
            if status != StatusWord::NO_ERROR {
                prop_assert!(data.is_empty());
                prop_assert_eq!(key.authenticator.state(), &before);
            }
        }
    }

    #[test]
    fn a_refusal_changes_nothing_but_retries(which in any::<u8>(), pin in any::<bool>(), messages in vec(requests(), 1..12)) {
        let mut key = lived_in(which, pin);
        for message in messages {
            key.changes.clear();
            let said = key.said.len();
            key.send(&message);
            let edits: Vec<_> = key.changes.iter().flat_map(|change| &change.edits).collect();
            if is_refusal(&key.said[said..]) {
                prop_assert!(edits.iter().all(|edit| is_retry(edit)), "{edits:?}");
                prop_assert_eq!(key.said.len(), said + 1, "a refusal is one byte");
            }
        }
    }
}
