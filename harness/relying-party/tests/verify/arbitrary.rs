//! Bytes that nobody chose: they never panic, and never pass for what was signed.

use keyrig_relying_party::verify::{self, AuthenticationResponse, RegistrationResponse};
use proptest::prelude::*;
use proptest::sample::Index;

use crate::forge::{Authentication, Registration, Statement, chain_of, honest_leaf};
use crate::{android_key, apple, tpm};

/// Replaces, removes or inserts a few bytes.
fn edited(mut bytes: Vec<u8>, edits: &[(Index, u8, u8)]) -> Vec<u8> {
    for (index, kind, value) in edits {
        let at = index.index(bytes.len() + 1);
        match kind % 3 {
            0 if at < bytes.len() => bytes[at] = *value,
            1 if at < bytes.len() => drop(bytes.remove(at)),
            _ => bytes.insert(at, *value),
        }
    }
    bytes
}

fn edits() -> impl Strategy<Value = Vec<(Index, u8, u8)>> {
    prop::collection::vec(any::<(Index, u8, u8)>(), 1..4)
}

fn bytes() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(any::<u8>(), 0..300)
}

proptest! {
    #[test]
    fn a_registration_of_arbitrary_bytes_is_refused(client_data_json in bytes(), attestation_object in bytes()) {
        let honest = Registration::honest(Statement::None);
        let response = honest.response();
        let all = RegistrationResponse { client_data_json, ..response.clone() };
        prop_assert!(verify::registration(&honest.expected, &all).is_err());
        let object = RegistrationResponse { attestation_object, ..response };
        prop_assert!(verify::registration(&honest.expected, &object).is_err());
    }

    #[test]
    fn an_authentication_of_arbitrary_bytes_is_refused(
        client_data_json in bytes(), authenticator_data in bytes(), signature in bytes()
    ) {
        let honest = Authentication::honest();
        let response = honest.response();
        for forged in [
            AuthenticationResponse { client_data_json, ..response.clone() },
            AuthenticationResponse { authenticator_data, ..response.clone() },
            AuthenticationResponse { signature, ..response },
        ] {
            prop_assert!(verify::authentication(&honest.expected, &honest.record, &forged).is_err());
        }
    }

    #[test]
    fn an_edited_attestation_object_never_panics(edits in edits(), kind: Index) {
        let chain = chain_of(&honest_leaf());
        let mut statements =
            vec![Statement::None, Statement::PackedSelf, Statement::Packed(chain.clone()), Statement::U2f(chain)];
        statements.extend([tpm::honest(), android_key::honest(), apple::honest()]);
        statements.push(Statement::Compound(statements.clone()));
        let honest = Registration::honest(kind.get(&statements).clone());
        let mut response = honest.response();
        response.attestation_object = edited(response.attestation_object, &edits);
        let _ = verify::registration(&honest.expected, &response);
    }

    #[test]
    fn an_edited_authentication_is_refused(edits in edits(), part in 0..3) {
        let honest = Authentication::honest();
        let mut response = honest.response();
        let part = match part {
            0 => &mut response.client_data_json,
            1 => &mut response.authenticator_data,
            _ => &mut response.signature,
        };
        let original = part.clone();
        *part = edited(original.clone(), &edits);
        prop_assume!(*part != original);
        prop_assert!(verify::authentication(&honest.expected, &honest.record, &response).is_err());
    }

    #[test]
    fn arbitrary_json_never_panics(text in "\\PC{0,80}", id in "[A-Za-z0-9_-]{0,12}") {
        let value = serde_json::from_str(&text).unwrap_or_else(|_| {
            serde_json::json!({"id": id, "type": "public-key", "response": {"clientDataJSON": text, "signature": id}})
        });
        prop_assert!(RegistrationResponse::from_json(&value).is_err());
        prop_assert!(AuthenticationResponse::from_json(&value).is_err());
    }
}
