//! Any bytes as a trace: its frames and messages, or why it is none.
#![no_main]

use keyrig_device::capture::{Conversation, read};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(frames) = read(bytes) else { return };
    let mut conversation = Conversation::default();
    for frame in &frames {
        if let Some(said) = conversation.hear(frame) {
            let _ = said.what.ctap2();
        }
    }
});
