use schemars::schema_for;

use super::file::ProfileFile;

/// The JSON Schema of a profile file; `authenticator-sim/profiles/profile.schema.json` is this text.
pub fn json_schema() -> String {
    let schema = serde_json::to_string_pretty(&schema_for!(ProfileFile)).expect("a schema is JSON");
    schema + "\n"
}
