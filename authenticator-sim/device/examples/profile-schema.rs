//! Prints the JSON Schema of profile files, for `authenticator-sim/profiles/profile.schema.json`.

fn main() {
    print!("{}", keyrig_device::profiles::json_schema());
}
