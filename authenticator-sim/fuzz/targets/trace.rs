//! Any bytes as a trace: its frames and messages, or why it is none.
#![no_main]

use keyrig_device::capture::{Conversation, read};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(trace) = read(bytes) else { return };
    for said in Conversation::of(&trace.frames) {
        let _ = said.what.ctap2();
    }
});
