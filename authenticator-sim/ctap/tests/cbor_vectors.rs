//! The canonical form against what python-fido2 encodes.

use keyrig_ctap::cbor::{Tree, Value};
use serde_json::Value as Json;

const VECTORS: &str = include_str!("../../../vectors/cbor/python-fido2.json");

fn read(json: &Json) -> Value {
    let (kind, value) = json.as_object().and_then(|object| object.iter().next()).expect("a kind and its value");
    let list = || value.as_array().expect("a list").iter();
    match kind.as_str() {
        "int" => match value.as_i64().expect("a number") {
            n @ 0.. => Value::Unsigned(n.unsigned_abs()),
            n => Value::Negative(n.unsigned_abs() - 1),
        },
        "bool" => Value::Bool(value.as_bool().expect("a boolean")),
        "text" => Value::Text(value.as_str().expect("a text").to_owned()),
        "bytes" => Value::Bytes(hex(value)),
        "array" => Value::Array(list().map(read).collect()),
        "map" => Value::Map(list().map(|entry| (read(&entry[0]), read(&entry[1]))).collect()),
        other => panic!("{other}"),
    }
}

fn hex(json: &Json) -> Vec<u8> {
    let text = json.as_str().expect("hexadecimal digits");
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).expect("hexadecimal")).collect()
}

/// How many came out as they are written down, and the names of those that did not.
fn reproduce(file: &Json) -> (usize, Vec<String>) {
    let (mut same, mut differ) = (0, Vec::new());
    for case in file["cases"].as_array().expect("cases") {
        let (value, encoding) = (read(&case["value"]), hex(&case["encoding"]));
        let flawless = Tree::parse(&encoding).is_ok_and(|tree| tree.flaws.is_empty());
        if value.to_canonical() == encoding && flawless {
            same += 1;
        } else {
            differ.push(case["name"].to_string());
        }
    }
    (same, differ)
}

#[test]
fn values_encode_as_python_fido2_encodes_them() {
    let (same, differ) = reproduce(&serde_json::from_str(VECTORS).unwrap());
    println!("vectors: cbor canonical encodings: {same} reproduced, {} differ", differ.len());
    assert!(differ.is_empty() && same >= 20, "{differ:?}");
}

#[test]
fn one_changed_byte_is_found() {
    let mut file: Json = serde_json::from_str(VECTORS).unwrap();
    file["cases"][18]["encoding"] = "a20102".into();
    let changed = file["cases"][4]["encoding"].as_str().unwrap().replace("0100", "0101");
    file["cases"][4]["encoding"] = changed.into();
    assert_eq!(reproduce(&file).1.len(), 2);
}
