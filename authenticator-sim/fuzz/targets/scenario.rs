//! Any text as a scenario, and as the file of a target: read, or refused with its place.
#![no_main]

use std::sync::LazyLock;

use keyrig_runner::target::TargetFile;
use keyrig_runner::{Suite, Vocabulary};
use libfuzzer_sys::fuzz_target;

static WORDS: LazyLock<Vocabulary> =
    LazyLock::new(|| Vocabulary::new(["yubikey-5-nfc-5.8", "icloud-keychain"], ["hardened", "default"]));

fuzz_target!(|text: &str| {
    let _ = Suite::parse("fuzzed.yaml", text, &WORDS);
    let _ = TargetFile::parse("fuzzed.yaml", text);
});
