//! A YAML document as a tree in which every key and value knows its line and column.
//!
//! Everything that people write goes through this tree first: a mistake can then be named where it stands, and several
//! of them at once, which a type that stops at the first one cannot do.

use std::fmt;
use std::ops::Range;

use serde::Deserialize;
use serde::de::{self, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_saphyr::Spanned;

use super::mistake::Mistake;

/// A value and where it stands.
pub(crate) type Placed = Spanned<Node>;

/// A value of the YAML core schema.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Node {
    /// Nothing.
    Null,
    /// `true` or `false`.
    Flag(bool),
    /// A whole number.
    Whole(i64),
    /// Another number.
    Real(f64),
    /// Text.
    Text(String),
    /// A list.
    List(Vec<Placed>),
    /// A mapping, in the order of the file.
    Map(Vec<(Spanned<String>, Placed)>),
}

impl Node {
    /// What it is called in messages.
    pub(crate) const fn what(&self) -> &'static str {
        match self {
            Self::Null => "nothing",
            Self::Flag(_) => "true or false",
            Self::Whole(number) if *number < 0 => "a negative number",
            Self::Whole(_) => "a whole number",
            Self::Real(_) => "a number",
            Self::Text(_) => "text",
            Self::List(_) => "a list",
            Self::Map(_) => "a mapping",
        }
    }

    /// The entry of a mapping.
    pub(crate) fn get(&self, key: &str) -> Option<&Placed> {
        match self {
            Self::Map(entries) => entries.iter().find(|(name, _)| name.value == key).map(|(_, value)| value),
            _ => None,
        }
    }

    /// The text, if it is text.
    pub(crate) fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The same as JSON.
    pub(crate) fn to_json(&self) -> serde_json::Value {
        match self {
            Self::Null => serde_json::Value::Null,
            Self::Flag(flag) => (*flag).into(),
            Self::Whole(number) => (*number).into(),
            Self::Real(number) => (*number).into(),
            Self::Text(text) => text.as_str().into(),
            Self::List(items) => items.iter().map(|item| item.value.to_json()).collect(),
            Self::Map(entries) => {
                let entries = entries.iter().map(|(key, value)| (key.value.clone(), value.value.to_json()));
                serde_json::Value::Object(entries.collect())
            }
        }
    }
}

/// The bytes that a value takes in its text.
pub(crate) fn range<T>(placed: &Spanned<T>) -> Range<usize> {
    let span = placed.referenced.span();
    let start = usize::try_from(span.byte_offset().unwrap_or_default()).unwrap_or_default();
    let len = usize::try_from(span.byte_len().unwrap_or_default()).unwrap_or_default();
    start..start + len
}

/// Reads one document.
///
/// # Errors
///
/// The first breach of YAML's own rules, duplicate keys among them.
pub(crate) fn parse(text: &str) -> Result<Placed, Mistake> {
    let options = serde_saphyr::options! { strict_booleans: true, with_snippet: false };
    serde_saphyr::from_str_with_options(text, options).map_err(|error| {
        let at = error.location().map_or(0, |location| byte(text, location.line(), location.column()));
        Mistake::at(at..at, format!("this is not YAML: {}", message(error.without_snippet())))
    })
}

/// The byte at a line and a column, both counted from one, columns in characters.
fn byte(text: &str, line: u64, column: u64) -> usize {
    let before = |count: u64| usize::try_from(count.saturating_sub(1)).unwrap_or_default();
    let start: usize = text.split_inclusive('\n').take(before(line)).map(str::len).sum();
    let rest = text.get(start..).unwrap_or_default();
    start
        + rest
            .chars()
            .take_while(|character| *character != '\n')
            .take(before(column))
            .map(char::len_utf8)
            .sum::<usize>()
}

/// The error's words without the position, which the label shows.
fn message(error: &serde_saphyr::Error) -> String {
    let words = error.to_string();
    let words = words.lines().next().unwrap_or_default();
    let words = words.split(", set DuplicateKeyPolicy").next().unwrap_or(words);
    words.split(" at line ").next().unwrap_or(words).trim_start_matches("error: ").to_owned()
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyNode)
    }
}

struct AnyNode;

impl<'de> Visitor<'de> for AnyNode {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a YAML value")
    }

    fn visit_unit<E: de::Error>(self) -> Result<Node, E> {
        Ok(Node::Null)
    }

    fn visit_none<E: de::Error>(self) -> Result<Node, E> {
        Ok(Node::Null)
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<Node, E> {
        Ok(Node::Flag(value))
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Node, E> {
        Ok(Node::Whole(value))
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Node, E> {
        i64::try_from(value).map(Node::Whole).map_err(|_| E::custom("this number is too large"))
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Node, E> {
        Ok(Node::Real(value))
    }

    fn visit_str<E: de::Error>(self, value: &str) -> Result<Node, E> {
        Ok(Node::Text(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Node, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element()? {
            items.push(item);
        }
        Ok(Node::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Node, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = map.next_entry()? {
            entries.push(entry);
        }
        Ok(Node::Map(entries))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_and_value_knows_where_it_stands() {
        let text = "a: 24h\nb:\n  - c: 08987058-cadc-4b81-b6e1-30de50dcbe96\n    d: no\n";
        let root = parse(text).expect("valid");
        let list = root.value.get("b").expect("b");
        let Node::List(items) = &list.value else { panic!("a list") };
        let value = items[0].value.get("c").expect("c");
        assert_eq!(&text[range(value)], "08987058-cadc-4b81-b6e1-30de50dcbe96");
        assert_eq!((value.referenced.line(), value.referenced.column()), (3, 8));
        assert_eq!(items[0].value.get("d").expect("d").value, Node::Text("no".into()));
    }

    #[test]
    fn a_duplicate_key_is_a_mistake_with_a_place() {
        let mistake = parse("id: x\ntitle: y\nid: z\n").expect_err("duplicate");
        assert_eq!(mistake.span().start, 15);
    }
}
