//! Any bytes as what a request to a key or to its hooks carries: every route takes them, or says where, what and what to do.
#![no_main]

use std::sync::LazyLock;

use keyrig_device::control::{Judge, judge_results, routes};
use libfuzzer_sys::fuzz_target;

static JUDGES: LazyLock<Vec<Judge>> =
    LazyLock::new(|| routes().into_iter().filter_map(|route| route.judge).chain([judge_results as Judge]).collect());

fuzz_target!(|bytes: &[u8]| {
    for judge in JUDGES.iter() {
        if let Err(problem) = judge(bytes) {
            assert!((400..500).contains(&problem.status), "{problem:?}");
            assert!(!problem.place.is_empty() && !problem.title.is_empty() && !problem.help.is_empty(), "{problem:?}");
        }
    }
});
