//! The client's half of the W3C's own vectors for `prf` on `hmac-secret`.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::time::Duration;

use keyrig_ctap::cbor::Value as Cbor;
use keyrig_ctap::cose::{Curve, PublicKey};
use keyrig_ctap::message::client_pin;
use keyrig_ctap::message::get_info::Info;
use keyrig_ctap::pin_uv_auth::KEY_AGREEMENT_ALGORITHM;
use rand_core::TryRng;
use serde_json::{Value, json};

use super::super::outputs::Outputs;
use super::super::prf::{Asked, Evaluation, Means};
use super::{YUBIKEY, hex, plug, vectors};
use crate::base64url;
use crate::client::Link;
use crate::client::random::Random;
use crate::device::{Device, DeviceDescription, LinkError};

const VECTORS: &str = include_str!("../../../../../../vectors/prf/webauthn-l3.json");

/// The authenticator of the vectors, as far as it is asked: its key-agreement key.
struct KeyAgreement(Vec<u8>);

impl Device for KeyAgreement {
    fn transact(&mut self, message: &[u8]) -> Result<Vec<u8>, LinkError> {
        assert_eq!(message.first(), Some(&keyrig_ctap::Command::CLIENT_PIN.0));
        let answer = client_pin::Response { key_agreement: Some(self.0.clone()), ..client_pin::Response::default() };
        Ok([&[0], answer.encode().as_slice()].concat())
    }

    fn grant(&mut self, _: Duration) {}

    fn describe(&self) -> DeviceDescription {
        plug(YUBIKEY).describe()
    }
}

/// Numbers that were published.
struct Script(VecDeque<u8>);

impl TryRng for Script {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        unreachable!("the client draws bytes")
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        unreachable!("the client draws bytes")
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        bytes.iter_mut().for_each(|byte| *byte = self.0.pop_front().unwrap());
        Ok(())
    }
}

#[test]
fn the_salts_and_results_of_the_published_vectors_come_out() {
    let file = vectors(VECTORS);
    let cases = file["cases"].as_array().unwrap();
    assert_eq!(cases.len(), 3);
    for case in cases {
        judge(&file, case);
    }
    println!("vectors: prf sets at the client: {} reproduced, 0 differ", cases.len());
}

fn judge(file: &Value, case: &Value) {
    let key =
        PublicKey::Ec2 { curve: Curve::P256, x: hex(file, "authenticatorKeyX"), y: hex(file, "authenticatorKeyY") };
    let mut device = KeyAgreement(key.to_cose(KEY_AGREEMENT_ALGORITHM));
    let has_second = case.get("evalSecond").is_some();
    let evaluation = Evaluation { first: hex(case, "evalFirst"), second: has_second.then(|| hex(case, "evalSecond")) };
    assert_eq!(evaluation.salts()[0][..], hex(case, "salt1"));
    if has_second {
        assert_eq!(evaluation.salts()[1][..], hex(case, "salt2"));
    }

    let salts = hex(case, "saltEnc");
    let numbers = [hex(file, "platformPrivateKey"), salts[..16].to_vec()].concat();
    let mut random = Random::scripted(Script(numbers.into()));
    let info = Info { pin_uv_auth_protocols: vec![case["protocol"].as_u64().unwrap()], ..Info::default() };
    let mut asked = Asked::default();
    let place = (&mut Link::new(&mut device), &info, &mut random);
    let (id, input) = asked.at_sign_in(Means::HmacSecret { at_creation: false }, &evaluation, place).ok().unwrap();
    assert_eq!(id, Cbor::from("hmac-secret"));
    let Cbor::Map(members) = input else { panic!("a map") };
    assert_eq!(members[1].1, Cbor::Bytes(salts), "{}", case["name"]);

    let mut results = json!({"first": base64url::encode(&hex(case, "resultsFirst"))});
    if has_second {
        results["second"] = base64url::encode(&hex(case, "resultsSecond")).into();
    }
    assert_eq!(asked.results(&outputs(&hex(case, "outputEnc"))), Some(results));
    assert_eq!(asked.results(&outputs(&[0; 17])), None);
    assert_eq!(asked.results(&Outputs::default()), None);
}

/// An assertion's authenticator data with this output of `hmac-secret`.
fn outputs(encrypted: &[u8]) -> Outputs {
    let map = Cbor::Map(vec![("hmac-secret".into(), encrypted.into())]).to_canonical();
    let mut auth_data = vec![0; 37];
    auth_data[32] = 0x81;
    auth_data.extend(map);
    Outputs::of(&auth_data, None)
}
