use std::sync::Arc;

use miette::{Diagnostic, NamedSource, SourceSpan};
use serde_saphyr::{Error, Location};
use thiserror::Error as ThisError;

use super::nearest::nearest;

/// A profile file that cannot be used: where, what, and what to do.
#[derive(Debug, ThisError, Diagnostic)]
#[error("read profile {place}: {problem}")]
pub struct ProfileError {
    place: String,
    problem: String,
    line: u64,
    column: u64,
    #[source_code]
    text: Arc<NamedSource<String>>,
    #[label("here")]
    span: Option<SourceSpan>,
    #[help]
    help: Option<String>,
}

impl ProfileError {
    /// The line, counted from 1; 0 where the file could not be opened.
    pub const fn line(&self) -> u64 {
        self.line
    }

    /// The column in characters, counted from 1; 0 where the file could not be opened.
    pub const fn column(&self) -> u64 {
        self.column
    }

    /// What is wrong, without the place.
    pub fn problem(&self) -> &str {
        &self.problem
    }

    pub(super) fn unreadable(name: &str, error: &std::io::Error) -> Self {
        let help = match (error.kind(), super::nearest_id(name)) {
            (std::io::ErrorKind::NotFound, Some(id)) => Some(format!("there is an embedded profile `{id}`")),
            _ => None,
        };
        Self {
            place: name.to_owned(),
            problem: as_fragment(&error.to_string()),
            line: 0,
            column: 0,
            text: Arc::new(NamedSource::new(name, String::new())),
            span: None,
            help,
        }
    }

    pub(super) fn of_yaml(name: &str, text: &str, error: &Error) -> Self {
        let (problem, help) = explain(error.without_snippet());
        Self::at(name, text, error.location().unwrap_or(Location::UNKNOWN), problem, help)
    }

    /// A problem at `location`, or at the beginning of the file where that is unknown.
    pub(super) fn at(name: &str, text: &str, location: Location, problem: String, help: Option<String>) -> Self {
        let (line, column) = (location.line().max(1), location.column().max(1));
        Self {
            place: format!("{name}:{line}:{column}"),
            problem,
            line,
            column,
            text: Arc::new(NamedSource::new(name, text.to_owned())),
            span: Some(word_at(text, line, column)),
            help,
        }
    }
}

/// The words of the operating system, as they follow others.
fn as_fragment(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
}

fn explain(error: &Error) -> (String, Option<String>) {
    match error {
        Error::SerdeUnknownField { field, expected, .. } => (format!("unknown key `{field}`"), one_of(field, expected)),
        Error::SerdeUnknownVariant { variant, expected, .. } => {
            (format!("unknown value `{variant}`"), one_of(variant, expected))
        }
        Error::SerdeMissingField { field, .. } => (format!("the key `{field}` is missing"), None),
        Error::SerdeInvalidType { unexpected, expected, .. }
        | Error::SerdeInvalidValue { unexpected, expected, .. } => (format!("{unexpected} is not {expected}"), None),
        Error::DuplicateMappingKey { key: Some(key), .. } => {
            (format!("the key `{key}` comes twice"), Some("keep one of them".to_owned()))
        }
        Error::InvalidScalar { ty, .. } => (format!("the value is not {}", plain_type(ty)), None),
        Error::InvalidBooleanStrict { .. } => ("the value is neither true nor false".to_owned(), None),
        Error::Unexpected { expected, .. } => (format!("the value is not {}", plain_node(expected)), None),
        Error::MultipleDocuments { .. } => {
            ("a second document begins".to_owned(), Some("one file describes one profile".to_owned()))
        }
        Error::Message { msg, .. } => (msg.clone(), None),
        other => (without_place(&other.to_string()), None),
    }
}

/// What to write in place of `word`: the nearest word, or else all of them.
fn one_of(word: &str, expected: &[&str]) -> Option<String> {
    match nearest(word, expected.iter().copied()) {
        Some(near) => Some(format!("did you mean `{near}`?")),
        None if expected.is_empty() => None,
        None => Some(format!("it is one of {}", expected.join(", "))),
    }
}

fn plain_type(ty: &str) -> &str {
    match ty {
        "bool" | "boolean" => "true or false",
        "u8" | "u16" | "u32" | "u64" | "usize" => "a whole number in range",
        "i64" => "an integer in range",
        other => other,
    }
}

fn plain_node(expected: &str) -> &str {
    match expected {
        "mapping start" => "a list of `key: value`",
        "sequence start" => "a list such as `[usb, nfc]`",
        "string scalar" => "a text",
        other => other,
    }
}

/// The parser's own messages end in the place, which ours begin with.
fn without_place(message: &str) -> String {
    let first = message.lines().next().unwrap_or_default();
    let end = first.rfind(" at line ").unwrap_or(first.len());
    first[..end].to_owned()
}

/// The span of the word that begins at `line` and `column`.
fn word_at(text: &str, line: u64, column: u64) -> SourceSpan {
    let position = |n: u64| usize::try_from(n - 1).unwrap_or(usize::MAX);
    let start_of_line: usize = text.split_inclusive('\n').take(position(line)).map(str::len).sum();
    let rest = &text[start_of_line..];
    let start = start_of_line + rest.char_indices().nth(position(column)).map_or(rest.trim_end().len(), |(i, _)| i);
    let word = text[start..].find(|c: char| c.is_whitespace() || ":,]}".contains(c)).unwrap_or(text.len() - start);
    SourceSpan::new(start.into(), word)
}
