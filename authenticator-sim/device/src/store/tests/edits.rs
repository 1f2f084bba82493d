//! Edits of every kind, and what they come to.

use keyrig_core::provider::PrivateKey;
use keyrig_core::state::{Configuration, Fingerprint, LargeBlob, Pin, Protection};
use keyrig_core::{Change, CredentialSource, Edit, State};
use keyrig_ctap::cose::{Algorithm, Curve, PublicKey};
use keyrig_ctap::message::User;
use keyrig_ctap::profile::{Backup, Profile};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

use crate::profiles;
use crate::store::Store;

pub(super) fn profile() -> &'static Profile {
    profiles::find("yubikey-5-nfc-5.7").unwrap()
}

/// The change that stores the credential of this number.
pub(super) fn put(number: u8) -> Change {
    Change { edits: vec![Edit::PutCredential(Box::new(source(number)))] }
}

fn source(number: u8) -> CredentialSource {
    CredentialSource {
        id: vec![number; 16],
        rp_id: format!("rp{}.example", number % 3),
        u2f_application: None,
        user: User { id: vec![number], name: None, display_name: Some("Ada".into()) },
        algorithm: Algorithm::ES256,
        private_key: PrivateKey::from_pkcs8(&[number; 40]),
        public_key: PublicKey::Ec2 { curve: Curve::P256, x: vec![number; 32], y: vec![2; 32] },
        discoverable: true,
        protection: Protection::Optional,
        backup: Backup::default(),
        sign_count: 0,
        created: number.into(),
        hmac_secret: None,
        cred_blob: None,
        large_blob_key: None,
        large_blob: None,
        third_party_payment: false,
    }
}

prop_compose! {
    fn any_source()(
        (number, discoverable, eligible, state, payment) in any::<(u8, bool, bool, bool, bool)>(),
        (u2f_application, sign_count, created) in any::<(Option<[u8; 32]>, u32, u64)>(),
        protection in 1_u64..=3,
        (name, hmac_secret) in (option::of(".{0,8}"), option::of(vec(any::<u8>(), 64))),
        (cred_blob, large_blob_key) in (option::of(vec(any::<u8>(), 0..32)), option::of(vec(any::<u8>(), 32))),
        (public_key, large_blob) in (any_key(), option::of((vec(any::<u8>(), 0..32), any::<u64>()))),
    ) -> CredentialSource {
        // Few ids, so that credentials are put, counted and removed again.
        let number = number % 8;
        CredentialSource {
            u2f_application,
            user: User { id: vec![number], name, display_name: None },
            algorithm: public_key.0,
            public_key: public_key.1,
            discoverable,
            protection: Protection::from_number(protection).unwrap(),
            backup: Backup { eligible, state },
            sign_count,
            created,
            hmac_secret: hmac_secret.map(Into::into),
            cred_blob,
            large_blob_key: large_blob_key.map(Into::into),
            large_blob: large_blob.map(|(compressed, original_size)| LargeBlob { compressed, original_size }),
            third_party_payment: payment,
            ..source(number)
        }
    }
}

fn any_key() -> impl Strategy<Value = (Algorithm, PublicKey)> {
    prop_oneof![
        any::<[u8; 32]>()
            .prop_map(|x| { (Algorithm::ES256, PublicKey::Ec2 { curve: Curve::P256, x: x.to_vec(), y: x.to_vec() }) }),
        any::<[u8; 32]>().prop_map(|x| (Algorithm::EDDSA, PublicKey::Okp { curve: Curve::ED25519, x: x.to_vec() })),
        vec(any::<u8>(), 256).prop_map(|n| (Algorithm::RS256, PublicKey::Rsa { n, e: vec![1, 0, 1] })),
    ]
}

prop_compose! {
    fn any_configuration()(
        (always_uv, enterprise_attestation, long_touch_for_reset, pin_complexity) in any::<(bool, bool, bool, bool)>(),
        min_pin_length in any::<u64>(),
        min_pin_length_rp_ids in vec("[a-z.]{0,12}", 0..4),
    ) -> Configuration {
        Configuration {
            always_uv,
            min_pin_length,
            min_pin_length_rp_ids,
            enterprise_attestation,
            long_touch_for_reset,
            pin_complexity,
        }
    }
}

fn any_edit() -> impl Strategy<Value = Edit> {
    let id = || (0_u8..8).prop_map(|number| vec![number; 16]);
    prop_oneof![
        4 => any_source().prop_map(|source| Edit::PutCredential(Box::new(source))),
        2 => id().prop_map(Edit::RemoveCredential),
        2 => (option::of(id()), any::<u32>())
            .prop_map(|(credential, up_to)| Edit::SignCount { credential, up_to }),
        1 => any::<([u8; 16], u8)>().prop_map(|(hash, code_points)| Edit::Pin(Pin { hash: hash.into(), code_points })),
        1 => any::<u8>().prop_map(Edit::PinRetries),
        1 => any::<u8>().prop_map(Edit::UvRetries),
        1 => any::<bool>().prop_map(Edit::ForcePinChange),
        1 => any_configuration().prop_map(Edit::Configuration),
        1 => any::<Option<[u8; 32]>>().prop_map(|token| Edit::PersistentToken(token.map(Into::into))),
        1 => any::<[u8; 16]>().prop_map(Edit::Identifier),
        1 => any::<u64>().prop_map(Edit::UvCount),
        2 => (0_u8..4, option::of(".{0,8}"))
            .prop_map(|(id, name)| Edit::PutFingerprint(Fingerprint { id: vec![id], name })),
        1 => (0_u8..4).prop_map(|id| Edit::RemoveFingerprint(vec![id])),
        1 => vec(any::<u8>(), 0..64).prop_map(Edit::LargeBlobs),
        1 => any::<[u8; 8]>().prop_map(Edit::SerialNumber),
        1 => any::<(bool, bool)>().prop_map(|(eligible, state)| Edit::Backup(Backup { eligible, state })),
        1 => (any::<bool>(), any_configuration())
            .prop_map(|(force_pin_change, config)| Edit::Reset { force_pin_change, config }),
        1 => "[a-z0-9-]{1,20}".prop_map(Edit::Profile),
        1 => any::<u32>().prop_map(Edit::WornOut),
        1 => vec(0_u8..12, 0..4).prop_map(|numbers| Edit::Memory(Box::new(memory(&numbers)))),
    ]
}

/// A state of these credentials.
fn memory(numbers: &[u8]) -> State {
    let mut state = State::new(profile());
    numbers.iter().flat_map(|number| put(*number).edits).for_each(|edit| state.apply(&edit));
    state
}

fn any_changes() -> impl Strategy<Value = Vec<Change>> {
    vec(vec(any_edit(), 0..4).prop_map(|edits| Change { edits }), 0..12)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn what_is_stored_and_read_back_is_what_the_edits_come_to(changes in any_changes()) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        let mut expected = State::new(profile());
        let mut store = Store::create(&path, profile(), None).unwrap();
        for change in &changes {
            store.commit(change).unwrap();
            change.edits.iter().for_each(|edit| expected.apply(edit));
        }
        prop_assert_eq!(store.state(), &expected);
        drop(store);
        let again = Store::open(&path).unwrap();
        prop_assert_eq!(again.state(), &expected);
    }

    #[test]
    fn records_of_other_bytes_are_refused_or_read(bytes in vec(any::<u8>(), 0..64), at in any::<prop::sample::Index>(), bit in 0_u8..8) {
        let state = {
            let mut state = State::new(profile());
            put(1).edits.iter().for_each(|edit| state.apply(edit));
            state
        };
        let mut records: Vec<_> = state.parts().map(|part| (part.clone(), state.record(&part).unwrap())).collect();
        for (_, record) in &mut records {
            let at = at.index(record.len());
            record[at] ^= 1 << bit;
        }
        let _ = State::from_records(records.clone());
        records.iter_mut().for_each(|(_, record)| record.clone_from(&bytes));
        let _ = State::from_records(records);
    }
}
