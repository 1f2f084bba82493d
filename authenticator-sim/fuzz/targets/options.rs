//! Any bytes as what a relying party answers: options of a ceremony, or why they are none.
#![no_main]

use keyrig_runner::client::{CreationOptions, RequestOptions};
use keyrig_runner::target::Dialect;
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

fuzz_target!(|bytes: &[u8]| {
    let Ok(answer) = serde_json::from_slice::<Value>(bytes) else { return };
    if let Ok(options) = CreationOptions::from_json(&answer) {
        assert!((1..=64).contains(&options.user.id.len()), "a user handle has 1 to 64 bytes");
        assert!(!options.algorithms.is_empty());
    }
    let _ = RequestOptions::from_json(&answer);
    let dialect = Dialect::find("fido-conformance").expect("it is one of ours");
    let _ = (dialect.says)(&answer);
    let _ = (dialect.result_body)(&answer);
    let _ = (dialect.options)(answer);
});
