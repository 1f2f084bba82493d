//! What a provisioning script has to leave on a key: `provisioned.yaml`.

use std::path::Path;

use crate::scenario::grammar::{Key, Kind, Shape, Vocabulary, check};
use crate::scenario::mistake::Mistakes;
use crate::scenario::node::{Node, parse};
use crate::scenario::written::written;

/// What is to be left on a key; what is `None` may be anything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Provisioned {
    /// Whether a PIN is set.
    pub pin_is_set: Option<bool>,
    /// Whether it has to be changed before anything else.
    pub pin_must_change: Option<bool>,
    /// The fewest code points of a new PIN.
    pub min_pin_length: Option<u64>,
    /// Whether the key verifies its user each time.
    pub always_uv: Option<bool>,
    /// Whether enterprise attestation is turned on.
    pub enterprise_attestation: Option<bool>,
    /// Discoverable credentials that there is room for.
    pub slots_left: Option<u32>,
    /// Each is to be there; others may be too.
    pub credentials: Vec<Wanted>,
}

/// A credential that is to be there; what is `None` may be anything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Its RP ID.
    pub rp_id: String,
    /// The name of its account.
    pub user_name: Option<String>,
    /// Its user handle, in lowercase hexadecimal.
    pub user_handle: Option<String>,
    /// Whether it is found without its id.
    pub discoverable: Option<bool>,
}

const PROVISIONED: Shape = Shape {
    name: "provisioned key",
    doc: "What is to be left on a key; what is not named may be anything.",
    keys: &[
        Key::may("pin-is-set", Kind::Flag, "Whether a PIN is set."),
        Key::may("pin-must-change", Kind::Flag, "Whether the PIN is to be changed before anything else."),
        Key::may("min-pin-length", Kind::Count, "The fewest code points that a new PIN is to have."),
        Key::may("always-uv", Kind::Flag, "Whether the key verifies its user each time."),
        Key::may("enterprise-attestation", Kind::Flag, "Whether enterprise attestation is turned on."),
        Key::may("slots-left", Kind::Count, "Discoverable credentials that there is to be room for."),
        Key::may(
            "credentials",
            Kind::List(&Kind::Map(&WANTED)),
            "Credentials that are to be there; others may be there too.",
        ),
    ],
};

const WANTED: Shape = Shape {
    name: "credential",
    doc: "A credential that is to be there; what is not named may be anything.",
    keys: &[
        Key::must("rp-id", Kind::Text, "Its RP ID."),
        Key::may("user-name", Kind::Text, "The name of its account."),
        Key::may("user-handle", Kind::Hex, "Its user handle, in hexadecimal."),
        Key::may("discoverable", Kind::Flag, "Whether it is found without its id."),
    ],
};

impl Provisioned {
    /// The JSON Schema of the file.
    pub fn schema() -> serde_json::Value {
        crate::scenario::schema_of(&PROVISIONED, "keyrig provisioned key")
    }

    /// Reads the file at `path`.
    ///
    /// # Errors
    ///
    /// Every mistake in it.
    pub fn load(path: &Path) -> Result<Self, Mistakes> {
        Self::read(&path.display().to_string(), &written(path)?)
    }

    /// Reads `text`, which `file` holds.
    ///
    /// # Errors
    ///
    /// Every mistake in it.
    pub fn read(file: &str, text: &str) -> Result<Self, Mistakes> {
        let wrong = |mistakes| Mistakes::new(file, text, mistakes);
        let root = parse(text).map_err(|mistake| wrong(vec![mistake]))?;
        if root.value == Node::Null {
            return Ok(Self::default());
        }
        let mistakes = check(&root, Kind::Map(&PROVISIONED), &Vocabulary::default());
        if !mistakes.is_empty() {
            return Err(wrong(mistakes));
        }
        let root = &root.value;
        let wanted = match root.get("credentials").map(|node| &node.value) {
            Some(Node::List(nodes)) => nodes.iter().map(|node| Wanted::of(&node.value)).collect(),
            _ => Vec::new(),
        };
        Ok(Self {
            pin_is_set: flag(root, "pin-is-set"),
            pin_must_change: flag(root, "pin-must-change"),
            min_pin_length: count(root, "min-pin-length"),
            always_uv: flag(root, "always-uv"),
            enterprise_attestation: flag(root, "enterprise-attestation"),
            slots_left: count(root, "slots-left").map(|slots| u32::try_from(slots).unwrap_or(u32::MAX)),
            credentials: wanted,
        })
    }
}

impl Wanted {
    fn of(node: &Node) -> Self {
        Self {
            rp_id: text(node, "rp-id").unwrap_or_default(),
            user_name: text(node, "user-name"),
            user_handle: text(node, "user-handle").map(|digits| digits.to_lowercase()),
            discoverable: flag(node, "discoverable"),
        }
    }
}

fn flag(node: &Node, key: &str) -> Option<bool> {
    match node.get(key)?.value {
        Node::Flag(flag) => Some(flag),
        _ => None,
    }
}

fn count(node: &Node, key: &str) -> Option<u64> {
    match node.get(key)?.value {
        Node::Whole(number) => u64::try_from(number).ok(),
        _ => None,
    }
}

fn text(node: &Node, key: &str) -> Option<String> {
    node.get(key)?.value.text().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong(text: &str) -> String {
        Provisioned::read("p.yaml", text).expect_err("a mistake").plain()
    }

    #[test]
    fn a_file_says_what_it_says() {
        let text = "pin-is-set: true\nmin-pin-length: 6\nslots-left: 99\ncredentials:
  - {rp-id: corp.example.com, user-handle: \"616C\", discoverable: true}\n";
        let wanted = Wanted {
            rp_id: "corp.example.com".into(),
            user_handle: Some("616c".into()),
            discoverable: Some(true),
            ..Wanted::default()
        };
        let expected = Provisioned {
            pin_is_set: Some(true),
            min_pin_length: Some(6),
            slots_left: Some(99),
            credentials: vec![wanted],
            ..Provisioned::default()
        };
        assert_eq!(Provisioned::read("p.yaml", text).expect("valid"), expected);
        assert_eq!(Provisioned::read("p.yaml", "").expect("nothing is asked"), Provisioned::default());
    }

    #[test]
    fn a_mistake_is_named_where_it_stands_with_what_was_meant() {
        assert_eq!(
            wrong("pin-is-set: true\npin-must-chnage: true"),
            "p.yaml:2:1: there is no key `pin-must-chnage` in this provisioned key (did you mean `pin-must-change`?)"
        );
        let rp_id = wrong("credentials:\n  - {rp_id: x}");
        assert!(rp_id.starts_with("p.yaml:2:6: ") && rp_id.contains("did you mean `rp-id`"), "{rp_id}");
        let handle = wrong("credentials: [{rp-id: x, user-handle: 616263}]");
        assert!(handle.starts_with("p.yaml:1:39: ") && handle.contains("in quotes"), "{handle}");
        assert!(wrong("credentials: [{rp-id: x, user-handle: abc}]").contains("two a byte"));
        assert!(wrong("min-pin-length: many").starts_with("p.yaml:1:17: "));
    }
}
