//! Any bytes: the raw tree never panics, and a tree without flaws encodes to the bytes it came from.
#![no_main]

use keyrig_ctap::cbor::{Kind, Node, Tree, Value};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(tree) = Tree::parse(bytes) else { return };
    if tree.flaws.is_empty() && keeps_its_width(&tree.root) {
        assert_eq!(Value::from(&tree.root).to_canonical(), bytes);
    }
});

/// Floats and the rarer simple values do not keep the width they were written in.
fn keeps_its_width(node: &Node<'_>) -> bool {
    match &node.kind {
        Kind::Float(_) => false,
        Kind::Simple(n) => matches!(n, 20..=22),
        Kind::Array(items) => items.iter().all(keeps_its_width),
        Kind::Map(entries) => entries.iter().all(|(key, value)| keeps_its_width(key) && keeps_its_width(value)),
        _ => true,
    }
}
