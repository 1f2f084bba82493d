//! What a credential is made with: protection, a small blob, rules for PINs, payments, an AppID.

use serde_json::{Value, json};

use super::{
    OLD_YUBIKEY, YUBIKEY, create, created, creation, exception, get, plug, request, signed, told, with_client,
};
use crate::client::CreationOptions;

#[test]
fn a_protected_credential_hides_from_who_is_not_verified() {
    let mut key = plug(YUBIKEY);
    let policy = |name: &str| json!({"credentialProtectionPolicy": name, "enforceCredentialProtectionPolicy": true});
    let (id, results) = created(&mut key, policy("userVerificationRequired"));
    assert_eq!(results, json!({}));
    assert_eq!(exception(get(&mut key, &request(&[&id], json!({})))), "NotAllowedError");
    let mut verified = request(&[&id], json!({}));
    verified["userVerification"] = "required".into();
    assert_eq!(told(get(&mut key, &verified).unwrap()).0, id);
    let (id, _) = created(&mut key, policy("userVerificationOptional"));
    assert_eq!(signed(&mut key, &[&id], json!({})).0, id, "the control");
}

#[test]
fn protection_that_is_enforced_is_not_forgone() {
    let mut unprotected = plug("yubikey-5-5.1");
    let policy = |level: &str, enforced: bool| {
        let mut options =
            creation(json!({"credentialProtectionPolicy": level, "enforceCredentialProtectionPolicy": enforced}));
        options["authenticatorSelection"]["residentKey"] = "discouraged".into();
        options
    };
    let required = "userVerificationRequired";
    assert_eq!(exception(create(&mut unprotected, &policy(required, true))), "NotAllowedError");
    assert!(create(&mut unprotected, &policy(required, false)).is_ok());
    assert!(create(&mut unprotected, &policy("userVerificationOptional", true)).is_ok());
    assert_eq!(exception(create(&mut unprotected, &policy("always", false))), "TypeError");
}

#[test]
fn a_small_blob_comes_back() {
    let mut key = plug(YUBIKEY);
    let (id, results) = created(&mut key, json!({"credBlob": "c21hbGw"}));
    assert_eq!(results, json!({"credBlob": true}));
    assert_eq!(signed(&mut key, &[&id], json!({"getCredBlob": true})).1, json!({"getCredBlob": "c21hbGw"}));
    assert_eq!(signed(&mut key, &[&id], json!({})).1, json!({}));
    let too_long = crate::base64url::encode(&[0; 33]);
    assert_eq!(created(&mut key, json!({"credBlob": too_long})).1, json!({"credBlob": false}));
    assert_eq!(created(&mut plug(OLD_YUBIKEY), json!({"credBlob": "AA"})).1, json!({"credBlob": false}));
}

/// Whether the authenticator is asked for the extension `id`, whose input is true.
fn asks_for(profile: &str, options: &Value, id: &str) -> bool {
    let mut key = plug(profile);
    let (made, log) = with_client(&mut key, |client, link| {
        client.create(&CreationOptions::from_json(options)?, link, &mut |_| Ok(()))
    });
    made.unwrap();
    let entry = [id.as_bytes(), &[0xf5]].concat();
    log.iter().any(|exchange| exchange.request.windows(entry.len()).any(|bytes| bytes == entry))
}

#[test]
fn rules_for_pins_are_asked_for_where_they_are_known() {
    let options = creation(json!({"minPinLength": true, "pinComplexityPolicy": true}));
    for (profile, length, complexity) in
        [(YUBIKEY, true, false), (OLD_YUBIKEY, false, false), ("ctap-2.3-everything", true, true)]
    {
        assert_eq!(asks_for(profile, &options, "minPinLength"), length, "{profile}");
        assert_eq!(asks_for(profile, &options, "pinComplexityPolicy"), complexity, "{profile}");
    }
}

#[test]
fn a_credential_for_payments_needs_its_options() {
    let mut options = creation(json!({"payment": {"isPayment": true}}));
    assert_eq!(exception(create(&mut plug(YUBIKEY), &options)), "TypeError");
    options["authenticatorSelection"] =
        json!({"authenticatorAttachment": "platform", "residentKey": "required", "userVerification": "required"});
    assert!(create(&mut plug("icloud-keychain"), &options).is_ok());
    let confirmed = request(&["AQ"], json!({"payment": {"isPayment": true}}));
    assert_eq!(exception(get(&mut plug(YUBIKEY), &confirmed)), "NotAllowedError");
}

const APP_ID: &str = "https://u2f.example.com/app-id.json";

/// A credential that is scoped to an AppID, as one of the U2F years is.
fn of_app_id(key: &mut crate::device::InProcess) -> String {
    let mut options = creation(json!({}));
    options["authenticatorSelection"]["residentKey"] = "discouraged".into();
    let made = with_client(key, |client, link| {
        client.create(&CreationOptions::from_json(&options)?, link, &mut |draft| {
            draft.rp_id = APP_ID.to_owned();
            Ok(())
        })
    });
    told(made.0.unwrap()).0
}

#[test]
fn credentials_of_an_app_id_sign_in() {
    let mut key = plug(YUBIKEY);
    let old = of_app_id(&mut key);
    let (new, _) = created(&mut key, json!({}));
    assert_eq!(exception(get(&mut key, &request(&[&old], json!({})))), "NotAllowedError");
    assert_eq!(signed(&mut key, &[&old], json!({"appid": APP_ID})), (old.clone(), json!({"appid": true})));
    assert_eq!(signed(&mut key, &[&old, &new], json!({"appid": APP_ID})), (new, json!({"appid": false})));
    for foreign in ["https://example.org/app-id.json", "http://u2f.example.com/app-id.json", "corp", "https://com/"] {
        assert_eq!(
            exception(get(&mut key, &request(&[&old], json!({"appid": foreign})))),
            "SecurityError",
            "{foreign}"
        );
    }
}

#[test]
fn credentials_of_an_app_id_are_excluded() {
    let mut key = plug(YUBIKEY);
    let old = of_app_id(&mut key);
    let mut options = creation(json!({}));
    options["excludeCredentials"] = json!([{"type": "public-key", "id": old}]);
    assert!(create(&mut key, &options).is_ok(), "nobody said that it is one");
    options["extensions"] = json!({"appidExclude": APP_ID});
    assert_eq!(exception(create(&mut key, &options)), "InvalidStateError");
    assert_eq!(told(create(&mut plug(YUBIKEY), &options).unwrap()).1, json!({"appidExclude": true}), "another key");
    options["extensions"] = json!({"appidExclude": "https://example.org"});
    assert_eq!(exception(create(&mut key, &options)), "SecurityError");
}
