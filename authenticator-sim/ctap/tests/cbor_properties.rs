//! The CBOR tree against arbitrary bytes, its own writer, and ciborium.

use keyrig_ctap::cbor::{FlawKind, Tree, Value, parse_canonical};
use proptest::prelude::*;

fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        any::<u64>().prop_map(Value::Unsigned),
        (0..u64::from(u32::MAX)).prop_map(Value::Negative),
        proptest::collection::vec(any::<u8>(), 0..40).prop_map(Value::Bytes),
        ".{0,20}".prop_map(Value::Text),
        any::<bool>().prop_map(Value::Bool),
        Just(Value::NULL),
    ];
    leaf.prop_recursive(3, 24, 5, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..5).prop_map(Value::Array),
            proptest::collection::btree_map(any::<u8>(), inner, 0..5).prop_map(|map| {
                // Given in descending order, so that sorting has something to do.
                Value::Map(map.into_iter().rev().map(|(k, v)| (Value::Unsigned(u64::from(k)), v)).collect())
            }),
        ]
    })
}

proptest! {
    #[test]
    fn any_bytes_give_a_tree_or_an_error(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        if let Ok(tree) = Tree::parse(&bytes) {
            prop_assert!(tree.root.span.end <= bytes.len());
            prop_assert!(tree.flaws.iter().all(|flaw| flaw.at <= bytes.len()));
            prop_assert!(tree.flaws.is_sorted_by_key(|flaw| flaw.at) || tree.flaws.iter().any(|f| f.kind == FlawKind::TrailingBytes));
        }
    }

    #[test]
    fn what_is_written_canonically_is_read_without_a_flaw(value in any_value()) {
        let bytes = value.to_canonical();
        let root = parse_canonical(&bytes).expect("canonical");
        prop_assert_eq!(Value::from(&root).to_canonical(), bytes);
    }

    #[test]
    fn ciborium_reads_the_same(value in any_value()) {
        let bytes = value.to_canonical();
        let theirs: ciborium::Value = ciborium::from_reader(&bytes[..]).expect("ciborium reads it");
        let mut again = Vec::new();
        ciborium::into_writer(&theirs, &mut again).expect("ciborium writes it");
        prop_assert_eq!(again, bytes);
    }

    #[test]
    fn a_tree_without_flaws_is_what_its_value_encodes_to(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
        if let Ok(root) = parse_canonical(&bytes) && !has_float(&Value::from(&root)) {
            prop_assert_eq!(Value::from(&root).to_canonical(), bytes);
        }
    }
}

/// Floats and two-byte simple values keep no width in a [`Value`].
fn has_float(value: &Value) -> bool {
    match value {
        Value::Float(_) | Value::Simple(_) => true,
        Value::Array(items) => items.iter().any(has_float),
        Value::Map(entries) => entries.iter().any(|(k, v)| has_float(k) || has_float(v)),
        Value::Tag(_, item) => has_float(item),
        _ => false,
    }
}
