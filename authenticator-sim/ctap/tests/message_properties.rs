//! Typed messages against arbitrary bytes and their own encoding.

use keyrig_ctap::Status;
use keyrig_ctap::attestation::AttestationObject;
use keyrig_ctap::auth_data::AuthData;
use keyrig_ctap::cose::{Algorithm, CoseKey};
use keyrig_ctap::message::get_info::Info;
use keyrig_ctap::message::make_credential::{Options, Parameter};
use keyrig_ctap::message::{Descriptor, RelyingParty, User, client_pin, get_assertion, make_credential};
use proptest::option;
use proptest::prelude::*;

fn bytes(range: std::ops::Range<usize>) -> impl Strategy<Value = Vec<u8>> {
    proptest::collection::vec(any::<u8>(), range)
}

fn options() -> impl Strategy<Value = Options> {
    (any::<Option<bool>>(), any::<Option<bool>>(), any::<Option<bool>>()).prop_map(|(rk, up, uv)| Options {
        rk,
        up,
        uv,
    })
}

fn descriptors() -> impl Strategy<Value = Vec<Descriptor>> {
    proptest::collection::vec(bytes(0..70).prop_map(|id| Descriptor::public_key(&id)), 0..4)
}

prop_compose! {
    fn make_credential_request()(
        hash in any::<[u8; 32]>(),
        rp in ("[a-z.]{0,30}", option::of(".{0,10}")),
        user in (bytes(1..65), option::of(".{0,10}"), option::of(".{0,10}")),
        algorithms in proptest::collection::vec(any::<i32>(), 0..4),
        exclude_list in option::of(descriptors()),
        options in options(),
        param in option::of((bytes(0..33), 1u64..3)),
        enterprise_attestation in option::of(1u64..3),
        attestation_formats in option::of(proptest::collection::vec("[a-z-]{1,10}".prop_map(String::from), 0..3)),
    ) -> make_credential::Request {
        make_credential::Request {
            client_data_hash: hash,
            rp: RelyingParty { id: rp.0, name: rp.1 },
            user: User { id: user.0, name: user.1, display_name: user.2 },
            parameters: algorithms
                .into_iter()
                .map(|alg| Parameter { algorithm: Algorithm(i64::from(alg)), kind: "public-key".into() })
                .collect(),
            exclude_list,
            extensions: Some(vec![0xa0]),
            options,
            pin_uv_auth_protocol: param.as_ref().map(|(_, protocol)| *protocol),
            pin_uv_auth_param: param.map(|(param, _)| param),
            enterprise_attestation,
            attestation_formats,
        }
    }
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes in bytes(0..300)) {
        let _ = make_credential::Request::decode(&bytes);
        let _ = make_credential::Response::decode(&bytes);
        let _ = get_assertion::Request::decode(&bytes);
        let _ = get_assertion::Response::decode(&bytes);
        let _ = client_pin::Request::decode(&bytes);
        let _ = client_pin::Response::decode(&bytes);
        let _ = Info::decode(&bytes);
        let _ = AttestationObject::parse(&bytes);
        let _ = AuthData::parse(&bytes);
        let _ = CoseKey::from_bytes(&bytes).public_key();
    }

    #[test]
    fn make_credential_round_trips(request in make_credential_request()) {
        prop_assert_eq!(make_credential::Request::decode(&request.encode()), Ok(request));
    }

    #[test]
    fn one_changed_byte_never_panics(request in make_credential_request(), at in any::<prop::sample::Index>(), to in any::<u8>()) {
        let mut bytes = request.encode();
        let at = at.index(bytes.len());
        bytes[at] = to;
        if let Err(error) = make_credential::Request::decode(&bytes) {
            prop_assert_ne!(error.status(), Status::OK);
        }
    }

    #[test]
    fn get_assertion_round_trips(
        hash in any::<[u8; 32]>(), rp_id in "[a-z.]{0,30}", allow_list in option::of(descriptors()),
        options in options(), param in option::of(bytes(0..33)),
    ) {
        let request = get_assertion::Request {
            rp_id, client_data_hash: hash, allow_list, extensions: None, options,
            pin_uv_auth_param: param, pin_uv_auth_protocol: Some(2),
        };
        prop_assert_eq!(get_assertion::Request::decode(&request.encode()), Ok(request));
    }

    #[test]
    fn authenticator_data_round_trips(bytes in bytes(37..200)) {
        if let Ok(data) = AuthData::parse(&bytes) {
            prop_assert_eq!(data.encode(), bytes);
        }
    }
}

#[test]
fn every_status_and_command_byte_survives() {
    for byte in 0..=u8::MAX {
        assert_eq!(Status(byte).0, byte);
        assert!(!Status(byte).to_string().is_empty());
        assert!(!keyrig_ctap::Command(byte).to_string().is_empty());
    }
}

#[test]
fn the_status_that_each_mistake_deserves() {
    let decode = |bytes: &[u8]| get_assertion::Request::decode(bytes).unwrap_err().status();
    assert_eq!(decode(&[]), Status::INVALID_CBOR);
    assert_eq!(decode(&[0xa0]), Status::MISSING_PARAMETER);
    assert_eq!(decode(&[0x80]), Status::CBOR_UNEXPECTED_TYPE);
    assert_eq!(decode(&[0xa1, 0x01, 0x01]), Status::CBOR_UNEXPECTED_TYPE);
    assert_eq!(decode(&[0xa2, 0x02, 0x40, 0x01, 0x61, 0x61]), Status::INVALID_CBOR);
    assert_eq!(decode(&[0xa2, 0x01, 0x61, 0x61, 0x02, 0x40]), Status::INVALID_LENGTH);
}
