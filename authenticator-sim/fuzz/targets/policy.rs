//! Any text as a policy file: read, or refused with its place.
#![no_main]

use keyrig_relying_party::Policy;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let _ = Policy::read("policy.yaml", text);
});
