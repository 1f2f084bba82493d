//! Access to the entries of a mapping whose kinds have been checked.

use std::time::Duration;

use serde_json::Value;
use serde_saphyr::Spanned;

use super::duration;
use super::node::{Node, Placed};

/// The entries of a mapping, those of a second one before them.
#[derive(Clone, Copy)]
pub(super) struct Entries<'a> {
    own: &'a Placed,
    over: Option<&'a Placed>,
    without: &'a [&'a str],
}

impl<'a> Entries<'a> {
    /// The entries of `own`.
    pub(super) const fn of(own: &'a Placed) -> Self {
        Self { own, over: None, without: &[] }
    }

    /// The same, as a control has them: `over` comes first, and the keys in `without` are gone unless `over` has them.
    pub(super) const fn as_control(self, over: Option<&'a Placed>, without: &'a [&'a str]) -> Self {
        Self { over, without, ..self }
    }

    pub(super) fn get(&self, key: &str) -> Option<&'a Placed> {
        match self.over.and_then(|over| over.value.get(key)) {
            Some(value) => Some(value).filter(|value| value.value != Node::Null),
            None if self.without.contains(&key) => None,
            None => self.own.value.get(key),
        }
    }

    pub(super) fn text(&self, key: &str) -> Option<String> {
        self.get(key)?.value.text().map(str::to_owned)
    }

    pub(super) fn placed_text(&self, key: &str) -> Option<Spanned<String>> {
        placed_text(self.get(key)?)
    }

    pub(super) fn flag(&self, key: &str) -> bool {
        self.get(key).is_some_and(|value| value.value == Node::Flag(true))
    }

    pub(super) fn count(&self, key: &str) -> Option<usize> {
        match self.get(key)?.value {
            Node::Whole(number) => usize::try_from(number).ok(),
            _ => None,
        }
    }

    pub(super) fn duration(&self, key: &str) -> Option<Duration> {
        duration::parse(self.get(key)?.value.text()?).ok()
    }

    pub(super) fn json(&self, key: &str) -> Option<Value> {
        self.get(key).map(|value| value.value.to_json())
    }

    /// One or more values.
    pub(super) fn many(&self, key: &str) -> &'a [Placed] {
        match self.get(key) {
            Some(Placed { value: Node::List(items), .. }) => items,
            Some(one) => std::slice::from_ref(one),
            None => &[],
        }
    }

    pub(super) fn texts(&self, key: &str) -> Vec<String> {
        self.many(key).iter().filter_map(|item| item.value.text().map(str::to_owned)).collect()
    }
}

/// The text of a value, with its place.
pub(super) fn placed_text(node: &Placed) -> Option<Spanned<String>> {
    Some(Spanned::new(node.value.text()?.to_owned(), node.referenced, node.defined))
}
