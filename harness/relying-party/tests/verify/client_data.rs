//! Attacks on the client data of both ceremonies.

use keyrig_ctap::ReasonClass;
use keyrig_relying_party::verify::{self, Framing};
use serde_json::{Value, json};

use crate::forge::{
    Authentication, Registration, Statement, assert_refusal, authentication_refused, registration_refused,
};

/// The same change to the client data is refused in both ceremonies.
#[track_caller]
fn refused(change: impl Fn(&mut Value), class: ReasonClass, reason: &str) {
    registration_refused(Registration::honest(Statement::None), |r| change(&mut r.client_data), class, reason);
    authentication_refused(Authentication::honest(), |a| change(&mut a.client_data), class, reason);
}

fn set(name: &'static str, value: Value) -> impl Fn(&mut Value) {
    move |client_data| client_data[name] = value.clone()
}

#[test]
fn a_wrong_type_is_refused() {
    for value in [json!("payment.get"), json!(""), json!(null)] {
        refused(set("type", value), ReasonClass::Type, "type_mismatch");
    }
}

#[test]
fn the_other_ceremonys_type_is_refused() {
    let honest = Registration::honest(Statement::None);
    let swap = |r: &mut Registration| r.client_data["type"] = json!("webauthn.get");
    registration_refused(honest, swap, ReasonClass::Type, "type_mismatch");
    let swap = |a: &mut Authentication| a.client_data["type"] = json!("webauthn.create");
    authentication_refused(Authentication::honest(), swap, ReasonClass::Type, "type_mismatch");
}

#[test]
fn another_challenge_is_refused() {
    for text in ["WlpaWlpaWlpaWlpaWlpaWw", "WlpaWlpaWlpaWlpaWlpaWg==", "", "WlpaWlpaWlpaWlpaWlpaWh"] {
        refused(set("challenge", json!(text)), ReasonClass::Challenge, "challenge_mismatch");
    }
    refused(set("challenge", json!(null)), ReasonClass::Challenge, "challenge_mismatch");
}

#[test]
fn another_origin_is_refused() {
    let origins = [
        "https://evil.example",
        "https://sub.corp.example.com",
        "https://example.com",
        "https://evil-corp.example.com",
        "https://corp.example.com.evil.example",
        "http://corp.example.com",
        "https://corp.example.com:8443",
        "https://corp.example.com/",
        "https://corp.example.com.",
        "https://CORP.example.com",
        "android:apk-key-hash:abc",
        "null",
        "",
    ];
    for origin in origins {
        refused(set("origin", json!(origin)), ReasonClass::Origin, "origin_not_expected");
    }
    refused(set("origin", json!(null)), ReasonClass::Origin, "origin_not_expected");
}

#[test]
fn a_frame_that_is_not_expected_is_refused() {
    refused(set("crossOrigin", json!(true)), ReasonClass::CrossOrigin, "cross_origin_not_expected");
    refused(set("topOrigin", json!("https://corp.example.com")), ReasonClass::CrossOrigin, "top_origin_not_expected");
}

#[test]
fn a_frame_under_another_page_is_refused() {
    let framing = Framing::Under { top_origins: vec!["https://portal.example".to_owned()] };
    let mut honest = Registration::honest(Statement::None);
    honest.expected.framing = framing.clone();
    honest.client_data["crossOrigin"] = json!(true);
    honest.outcome().expect("a frame without topOrigin passes");
    honest.client_data["topOrigin"] = json!("https://portal.example");
    let attack = |r: &mut Registration| r.client_data["topOrigin"] = json!("https://evil.example");
    registration_refused(honest, attack, ReasonClass::CrossOrigin, "top_origin_mismatch");

    let mut honest = Authentication::honest();
    honest.expected.framing = framing;
    honest.client_data["topOrigin"] = json!("https://portal.example");
    let attack = |a: &mut Authentication| a.client_data["topOrigin"] = json!("https://evil.portal.example");
    authentication_refused(honest, attack, ReasonClass::CrossOrigin, "top_origin_mismatch");
}

#[test]
fn members_of_another_json_type_are_refused() {
    for (name, value) in
        [("type", json!(1)), ("challenge", json!([])), ("origin", json!({})), ("crossOrigin", json!("true"))]
    {
        refused(set(name, value), ReasonClass::ClientData, "client_data_unreadable");
    }
}

#[test]
fn bytes_that_are_no_json_object_are_refused() {
    let honest = Authentication::honest();
    let duplicate = honest.client_data.to_string().replacen('{', "{\"origin\":\"https://evil.example\",", 1);
    let members = honest.client_data.as_object().unwrap().values().cloned();
    let array = Value::from_iter(members.chain([Value::Null])).to_string();
    for text in ["", "{", "null", "[]", &array, "{} {}", "\u{feff}\u{feff}{}", &duplicate] {
        let mut response = honest.response();
        response.client_data_json = text.as_bytes().to_vec();
        let outcome = verify::authentication(&honest.expected, &honest.record, &response).map(drop);
        assert_refusal(outcome, ReasonClass::ClientData, "client_data_unreadable");
    }
}

#[test]
fn a_byte_order_mark_and_members_nobody_knows_pass() {
    let mut registration = Registration::honest(Statement::None);
    registration.client_data["tokenBinding"] = json!({"status": "present", "id": 7});
    registration.client_data["extra"] = json!([{"nested": null}]);
    let mut response = registration.response();
    response.client_data_json = [b"\xef\xbb\xbf".to_vec(), response.client_data_json].concat();
    verify::registration(&registration.expected, &response).expect("accepted");
}

#[test]
fn what_is_not_utf8_is_replaced_and_not_a_reason_to_refuse() {
    let registration = Registration::honest(Statement::None);
    let mut response = registration.response();
    let end = response.client_data_json.len() - 1;
    response.client_data_json.splice(end.., *b",\"extra\":\"\xff\xfe\"}");
    verify::registration(&registration.expected, &response).expect("accepted");
}
