//! `encIdentifier` and `encCredStoreState` against what Python's `cryptography` computes.

use keyrig_ctap::persistent::Member;
use serde_json::Value;

const VECTORS: &str = include_str!("../../../vectors/enc-identifier/cryptography.json");

fn hex(case: &Value, member: &str) -> Vec<u8> {
    let text = case[member].as_str().expect("a hexadecimal string");
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).expect("hexadecimal")).collect()
}

fn reproduce(file: &Value) -> (usize, usize) {
    let cases = file["cases"].as_array().expect("cases");
    let is_same = |case: &&Value| {
        let member = match case["member"].as_str() {
            Some("encIdentifier") => Member::Identifier,
            Some("encCredStoreState") => Member::CredStoreState,
            other => panic!("{other:?}"),
        };
        let value: [u8; 16] = hex(case, "value").try_into().expect("16 bytes");
        let (token, concealed) = (hex(case, "token"), hex(case, "concealed"));
        let iv = hex(case, "iv").try_into().expect("16 bytes");
        member.conceal(&token, value, iv) == concealed && member.reveal(&token, &concealed) == Some(value)
    };
    let same = cases.iter().filter(is_same).count();
    (same, cases.len() - same)
}

#[test]
fn both_members_are_concealed_as_cryptography_conceals_them() {
    let (same, differ) = reproduce(&serde_json::from_str(VECTORS).unwrap());
    println!("vectors: enc-identifier members: {same} reproduced, {differ} differ");
    assert_eq!((same, differ), (4, 0));
}

#[test]
fn the_other_member_or_another_token_is_found() {
    let mut file: Value = serde_json::from_str(VECTORS).unwrap();
    file["cases"][0]["member"] = "encCredStoreState".into();
    file["cases"][3]["token"] = file["cases"][2]["token"].clone();
    assert_eq!(reproduce(&file), (2, 2));
}
