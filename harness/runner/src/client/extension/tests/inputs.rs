//! Inputs of another shape than the text's.

use serde_json::{Value, json};

use super::{creation, exception, request};
use crate::client::{CreationOptions, RequestOptions, Stop};

fn creation_refused(extensions: Value) -> &'static str {
    exception(CreationOptions::from_json(&creation(extensions)).map_err(Stop::from))
}

fn request_refused(extensions: Value) -> &'static str {
    exception(RequestOptions::from_json(&request(&["AQ"], extensions)).map_err(Stop::from))
}

#[test]
fn members_of_another_type_are_named() {
    for (extensions, member) in [
        (json!(1), "extensions"),
        (json!({"credProps": 1}), "credProps"),
        (json!({"appidExclude": {}}), "appidExclude"),
        (json!({"credBlob": [1]}), "credBlob"),
        (json!({"minPinLength": "yes"}), "minPinLength"),
        (json!({"largeBlob": {"support": 1}}), "support"),
        (json!({"credentialProtectionPolicy": 3}), "credentialProtectionPolicy"),
        (json!({"payment": {"isPayment": 1}}), "isPayment"),
    ] {
        let error = CreationOptions::from_json(&creation(extensions.clone())).unwrap_err();
        assert_eq!(error.name, "TypeError", "{extensions}");
        assert!(error.message.contains(member), "{}", error.message);
    }
    for extensions in [json!({"getCredBlob": 1}), json!({"largeBlob": {"write": "*"}}), json!({"appid": 1})] {
        assert_eq!(request_refused(extensions.clone()), "TypeError", "{extensions}");
    }
}

#[test]
fn members_of_the_other_ceremony_are_refused() {
    assert_eq!(creation_refused(json!({"appid": "https://example.com"})), "NotSupportedError");
    assert_eq!(request_refused(json!({"appidExclude": "https://example.com"})), "NotSupportedError");
}

#[test]
fn unknown_extensions_and_null_are_passed_over() {
    let extensions = json!({"uvi": {"x": 1}, "prf": null, "credProps": null});
    assert_eq!(CreationOptions::from_json(&creation(extensions)).unwrap().extensions, Default::default());
    assert_eq!(RequestOptions::from_json(&request(&[], Value::Null)).unwrap().extensions, Default::default());
}
