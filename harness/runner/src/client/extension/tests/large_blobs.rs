//! `largeBlob` from the options to the results.

use serde_json::{Value, json};

use super::{OLD_YUBIKEY, YUBIKEY, create, created, creation, exception, get, plug, request, signed};
use crate::base64url;

fn write(blob: &[u8]) -> Value {
    json!({"largeBlob": {"write": base64url::encode(blob)}})
}

fn read() -> Value {
    json!({"largeBlob": {"read": true}})
}

fn blob(blob: &[u8]) -> Value {
    json!({"largeBlob": {"blob": base64url::encode(blob)}})
}

#[test]
fn each_credential_keeps_its_blob() {
    let mut key = plug(YUBIKEY);
    let (a, results) = created(&mut key, json!({"largeBlob": {"support": "required"}}));
    assert_eq!(results, json!({"largeBlob": {"supported": true}}));
    let mut other = creation(json!({"largeBlob": {}}));
    other["user"]["id"] = "Ag".into();
    let b = create(&mut key, &other).unwrap().credential["id"].as_str().unwrap().to_owned();
    assert_eq!(signed(&mut key, &[&a], read()).1, json!({"largeBlob": {}}), "nothing was written yet");
    let long: Vec<u8> = (0..3000u16).map(|n| (n.wrapping_mul(n) >> 3) as u8).collect();
    for (id, bytes) in [(&a, &long[..]), (&b, b"b"), (&a, b"a")] {
        assert_eq!(signed(&mut key, &[id], write(bytes)).1, json!({"largeBlob": {"written": true}}));
        assert_eq!(signed(&mut key, &[id], read()).1, blob(bytes));
    }
    assert_eq!(signed(&mut key, &[&b], read()).1, blob(b"b"));
    assert_eq!(signed(&mut key, &[&a], json!({"largeBlob": {"read": false}})).1, json!({}));
}

#[test]
fn a_phone_keeps_blobs_with_their_credentials() {
    let mut phone = plug("icloud-keychain");
    let (id, results) = created(&mut phone, json!({"largeBlob": {"support": "required"}}));
    assert_eq!(results, json!({"largeBlob": {"supported": true}}));
    assert_eq!(signed(&mut phone, &[], read()).1, json!({"largeBlob": {}}));
    assert_eq!(signed(&mut phone, &[&id], write(b"a blob of a phone")).1, json!({"largeBlob": {"written": true}}));
    assert_eq!(signed(&mut phone, &[], read()).1, blob(b"a blob of a phone"));
}

#[test]
fn a_blob_that_does_not_fit_is_not_written() {
    let mut key = plug(YUBIKEY);
    let (id, _) = created(&mut key, json!({"largeBlob": {"support": "preferred"}}));
    let mut state = 1u32;
    let random: Vec<u8> = std::iter::repeat_with(|| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    })
    .take(5000)
    .collect();
    assert_eq!(signed(&mut key, &[&id], write(&random)).1, json!({"largeBlob": {"written": false}}));
    assert_eq!(signed(&mut key, &[&id], write(&random[..3000])).1, json!({"largeBlob": {"written": true}}));
    assert_eq!(signed(&mut key, &[&id], read()).1, blob(&random[..3000]));
}

#[test]
fn without_room_there_is_no_support() {
    let mut old = plug(OLD_YUBIKEY);
    let required = json!({"largeBlob": {"support": "required"}});
    assert_eq!(exception(create(&mut old, &creation(required.clone()))), "NotAllowedError");
    let (id, results) = created(&mut old, json!({"largeBlob": {"support": "preferred"}}));
    assert_eq!(results, json!({"largeBlob": {"supported": false}}));
    assert_eq!(signed(&mut old, &[&id], read()).1, json!({"largeBlob": {}}));
    assert_eq!(signed(&mut old, &[&id], write(b"x")).1, json!({"largeBlob": {"written": false}}));
    let mut key = plug(YUBIKEY);
    let mut server_side = creation(required);
    server_side["authenticatorSelection"]["residentKey"] = "discouraged".into();
    assert_eq!(exception(create(&mut key, &server_side)), "NotAllowedError", "it keeps none for such a credential");
}

#[test]
fn what_the_text_refuses_is_refused() {
    let mut key = plug(YUBIKEY);
    for extensions in [read(), write(b"x")] {
        assert_eq!(exception(create(&mut key, &creation(extensions))), "NotSupportedError");
    }
    for (allow, extensions) in [
        (&["AQ"][..], json!({"largeBlob": {"support": "preferred"}})),
        (&["AQ"], json!({"largeBlob": {"read": true, "write": "AA"}})),
        (&[], write(b"x")),
        (&["AQ", "Ag"], write(b"x")),
    ] {
        assert_eq!(exception(get(&mut key, &request(allow, extensions.clone()))), "NotSupportedError", "{extensions}");
    }
}
