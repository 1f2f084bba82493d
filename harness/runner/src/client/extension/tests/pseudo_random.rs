//! `prf` from the options to the results.

use serde_json::{Value, json};

use super::{OLD_YUBIKEY, YUBIKEY, create, created, creation, exception, get, plug, request, signed};

const A: &str = "QQ";
const B: &str = "Qg";

fn eval(first: &str) -> Value {
    json!({"prf": {"eval": {"first": first}}})
}

fn result(results: &Value, name: &str) -> Vec<u8> {
    let bytes = crate::base64url::decode(results["prf"]["results"][name].as_str().unwrap()).unwrap();
    assert_eq!(bytes.len(), 32);
    bytes
}

#[test]
fn a_credential_evaluates_at_creation_and_at_every_sign_in() {
    let mut key = plug(YUBIKEY);
    let (id, results) = created(&mut key, json!({"prf": {"eval": {"first": A, "second": B}}}));
    assert_eq!(results["prf"]["enabled"], true);
    let (a, b) = (result(&results, "first"), result(&results, "second"));
    assert_ne!(a, b);
    let (_, results) = signed(&mut key, &[&id], json!({"prf": {"eval": {"first": B, "second": A}}}));
    assert_eq!((result(&results, "first"), result(&results, "second")), (b, a.clone()));
    assert_eq!(results["prf"].get("enabled"), None, "that is told at registration");
    let (_, results) = signed(&mut key, &[], eval(A));
    assert_eq!(result(&results, "first"), a, "the same, verified as it is although the options discourage it");
    assert_eq!(results["prf"]["results"].get("second"), None);
}

#[test]
fn a_phone_evaluates_without_a_pin_protocol() {
    let mut phone = plug("icloud-keychain");
    let (id, results) = created(&mut phone, json!({"prf": {"eval": {"first": A, "second": B}}}));
    assert_eq!(results["prf"]["enabled"], true);
    let (a, b) = (result(&results, "first"), result(&results, "second"));
    let (_, results) = signed(&mut phone, &[], eval(A));
    assert_eq!(result(&results, "first"), a);
    let (_, results) = signed(&mut phone, &[&id], json!({"prf": {"evalByCredential": {&id: {"first": B}}}}));
    assert_eq!(result(&results, "first"), b);
}

#[test]
fn without_hmac_secret_mc_there_is_no_result_at_creation() {
    let mut key = plug(OLD_YUBIKEY);
    let (id, results) = created(&mut key, eval(A));
    assert_eq!(results, json!({"prf": {"enabled": true}}));
    result(&signed(&mut key, &[&id], eval(A)).1, "first");
}

#[test]
fn a_credential_or_an_authenticator_without_the_function_gives_none() {
    let mut key = plug(YUBIKEY);
    let (id, results) = created(&mut key, json!({}));
    assert_eq!(results, json!({}));
    assert_eq!(signed(&mut key, &[&id], eval(A)).1, json!({"prf": {}}));
    assert_eq!(signed(&mut key, &[&id], json!({"prf": {}})).1, json!({"prf": {}}));
    let (_, results) = created(&mut plug("yubikey-5-nfc-5.8"), json!({"prf": {}}));
    assert_eq!(results, json!({"prf": {"enabled": true}}));
    let (_, results) = created(&mut plug("dashlane"), eval(A));
    assert_eq!(results, json!({"prf": {"enabled": false}}));
}

#[test]
fn each_credential_has_its_own_inputs() {
    let mut key = plug(YUBIKEY);
    let mut other = creation(json!({"prf": {}, "credentialProtectionPolicy": "userVerificationRequired"}));
    other["user"]["id"] = "Ag".into();
    let other = create(&mut key, &other).unwrap().credential["id"].as_str().unwrap().to_owned();
    let (id, results) = created(&mut key, eval(B));
    let by_credential = json!({"prf": {"eval": {"first": A}, "evalByCredential": {&id: {"first": B}}}});
    let missing = "AAAA";
    let (who, evaluated) = signed(&mut key, &[missing, &id], by_credential.clone());
    assert_eq!((who, result(&evaluated, "first")), (id.clone(), result(&results, "first")));
    let (who, evaluated) = signed(&mut key, &[&other, &id], by_credential);
    assert_eq!(who, other, "one that shows itself only to who is verified");
    let (_, expected) = signed(&mut key, &[&other], eval(A));
    assert_eq!(result(&evaluated, "first"), result(&expected, "first"), "eval is for the rest");
}

#[test]
fn what_the_text_refuses_is_refused() {
    let mut key = plug(YUBIKEY);
    let by_credential = |key: &str| json!({"prf": {"evalByCredential": {key: {"first": A}}}});
    assert_eq!(exception(create(&mut key, &creation(by_credential("AQ")))), "NotSupportedError");
    for (allow, extensions, name) in [
        (&[][..], by_credential("AQ"), "NotSupportedError"),
        (&["AQ"], by_credential(""), "SyntaxError"),
        (&["AQ"], by_credential("*"), "SyntaxError"),
        (&["AQ"], by_credential("Ag"), "SyntaxError"),
        (&["AQ"], json!({"prf": {"eval": {}}}), "TypeError"),
        (&["AQ"], json!({"prf": {"eval": {"first": "*"}}}), "TypeError"),
        (&["AQ"], json!({"prf": true}), "TypeError"),
    ] {
        assert_eq!(exception(get(&mut key, &request(allow, extensions.clone()))), name, "{extensions}");
    }
    assert_eq!(exception(get(&mut key, &request(&["AQ"], by_credential("AQ")))), "NotAllowedError", "the control");
}
