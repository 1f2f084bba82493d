//! Each signature algorithm, from the options of a relying party to its session.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::fs;
use std::process::Command;

use keyrig_ctap::cose::Algorithm;
use keyrig_device::profiles;

/// One ceremony at a built-in relying party that offers `algorithms` to its workforce: exit code and what was printed.
fn perform(ceremony: &str, profile: &str, algorithms: &[i64]) -> (Option<i32>, String) {
    let folder = tempfile::tempdir().unwrap();
    let policy = folder.path().join("policy.yaml");
    let options = format!("registration_options:\n  - {{target: tier-2-workforce, algorithms: {algorithms:?}}}\n");
    fs::write(&policy, options).unwrap();
    let mut keyrig = Command::new(env!("CARGO_BIN_EXE_keyrig"));
    keyrig.args([ceremony, "--user", "alice@corp.example.com", "--profile", profile, "--json"]);
    let output = keyrig.arg("--target").arg(format!("builtin:{}", policy.display())).output().unwrap();
    let text = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
    (output.status.code(), text)
}

/// Registers and says which algorithm the key has.
fn register(profile: &str, algorithms: &[i64]) -> i64 {
    let (code, text) = perform("register", profile, algorithms);
    assert_eq!(code, Some(0), "{algorithms:?}: {text}");
    let told: serde_json::Value = serde_json::from_str(&text).unwrap();
    let exchanges = told["record"]["exchanges"].as_array().unwrap();
    let result = exchanges.iter().find(|exchange| exchange["label"] == "registration result").unwrap();
    result["request"]["response"]["publicKeyAlgorithm"].as_i64().unwrap()
}

#[test]
fn each_algorithm_of_the_key_that_has_them_all_signs_in() {
    let profile = profiles::find("ctap-2.3-everything").unwrap();
    let all = Algorithm::NAMED.iter().filter(|algorithm| **algorithm != Algorithm::RS1);
    assert!(all.clone().all(|algorithm| profile.algorithms.contains(algorithm)));
    for algorithm in all {
        assert_eq!(register(&profile.id, &[algorithm.0]), algorithm.0);
        let (code, text) = perform("authenticate", &profile.id, &[algorithm.0]);
        assert_eq!(code, Some(0), "{algorithm}: {text}");
    }
}

#[test]
fn a_key_without_the_algorithm_is_refused_and_the_order_is_the_relying_partys() {
    let (code, text) = perform("register", "yubikey-5-nfc-5.7", &[-50]);
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("CTAP2_ERR_UNSUPPORTED_ALGORITHM"), "{text}");
    assert_eq!(register("yubikey-5-nfc-5.7", &[-50, -35, -7]), -35);
    assert_eq!(register("yubikey-5-nfc-5.7", &[-50, -7, -35]), -7);
}
