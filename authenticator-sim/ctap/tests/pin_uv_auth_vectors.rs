//! PIN/UV auth protocols against what python-fido2 computed.

use keyrig_ctap::cose::PublicKey;
use keyrig_ctap::pin_uv_auth::{Protocol, SharedSecret, key_agreement_key};
use serde_json::Value;

const VECTORS: &str = include_str!("../../../vectors/pin-uv-auth/python-fido2.json");

fn hex(case: &Value, member: &str) -> Vec<u8> {
    let text = case[member].as_str().expect("a hexadecimal string");
    (0..text.len() / 2).map(|i| u8::from_str_radix(&text[2 * i..2 * i + 2], 16).expect("hexadecimal")).collect()
}

#[test]
fn both_protocols_compute_what_python_fido2_computes() {
    let file: Value = serde_json::from_str(VECTORS).unwrap();
    let cases = file["cases"].as_array().unwrap();
    assert_eq!(cases.len(), 2);
    for case in cases {
        let protocol = Protocol::from_number(case["protocol"].as_u64().unwrap()).unwrap();
        let platform = p256::SecretKey::from_slice(&hex(case, "platformPrivateKey")).unwrap();
        let authenticator = p256::SecretKey::from_slice(&hex(case, "authenticatorPrivateKey")).unwrap();
        let platform_key = key_agreement_key(&platform.public_key());
        let Ok(PublicKey::Ec2 { x, y, .. }) = platform_key.public_key() else { panic!("a P-256 key") };
        assert_eq!((x, y), (hex(case, "platformKeyX"), hex(case, "platformKeyY")));

        let ours = SharedSecret::agree(protocol, &authenticator, &platform_key).unwrap();
        let iv = hex(case, "iv").try_into().unwrap();
        assert_eq!(ours.encrypt(&hex(case, "plaintext"), iv).unwrap(), hex(case, "ciphertext"));
        assert_eq!(ours.decrypt(&hex(case, "ciphertext")).unwrap()[..], hex(case, "plaintext"));
        let message = hex(case, "message");
        assert_eq!(ours.authenticate(&[&message]), hex(case, "authentication"));
        assert!(ours.verify(&[&message], &hex(case, "authentication")));
        assert_eq!(protocol.authenticate(&hex(case, "token"), &[&message]), hex(case, "tokenAuthentication"));
    }
    println!("vectors: pin-uv-auth protocols: {} reproduced, 0 differ", cases.len());
}
