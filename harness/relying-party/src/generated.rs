//! Files that are made from code and committed: compared in tests, written when `KEYRIG_GENERATE` is set.

use std::path::Path;

use serde_json::Value;

/// Fails when the file is not what the code makes.
pub(crate) fn check(path: &Path, made: &Value) {
    let made = serde_json::to_string_pretty(made).expect("it is JSON") + "\n";
    if std::env::var_os("KEYRIG_GENERATE").is_some() {
        std::fs::write(path, &made).expect("the file can be written");
    }
    let committed = std::fs::read_to_string(path).unwrap_or_default();
    assert!(committed == made, "{} is old: run `cargo xtask generate` and commit it", path.display());
}

#[test]
fn the_committed_schemas_are_those_of_the_files() {
    let policies = Path::new(env!("CARGO_MANIFEST_DIR")).join("policies");
    check(&policies.join("policy.schema.json"), crate::Policy::schema().as_value());
    check(&policies.join("users.schema.json"), crate::Users::schema().as_value());
}
