//! What the YAML reader says of a target file, in our words.

use std::ops::Range;

use keyrig_ctap::ReasonClass;
use serde_saphyr::Error;

use crate::scenario::Mistake;

/// The mistake behind an error of the YAML reader.
pub(super) fn of_yaml(text: &str, error: &Error) -> Mistake {
    let error = error.without_snippet();
    let at = error.location().and_then(|location| offset(text, location.line(), location.column())).unwrap_or_default();
    let span = at..at + word(text, at);
    match error {
        Error::SerdeUnknownField { field, expected, .. } => {
            Mistake::at(span, format!("no key is called `{field}`")).nearest(field, expected.iter().copied())
        }
        Error::SerdeUnknownVariant { variant, expected, .. } => {
            Mistake::at(span, format!("`{variant}` is none of the words here"))
                .nearest(variant, expected.iter().copied())
        }
        Error::SerdeMissingField { field, .. } => Mistake::at(span, format!("the key `{field}` is missing")),
        Error::DuplicateMappingKey { key, .. } => {
            Mistake::at(span, format!("the key `{}` is there twice", key.as_deref().unwrap_or_default()))
        }
        other => of_value(text.get(span.clone()).unwrap_or_default(), span, &other.to_string()),
    }
}

/// A value that is not what its key wants.
fn of_value(typed: &str, span: Range<usize>, message: &str) -> Mistake {
    let message = message.split(" at line ").next().unwrap_or_default().trim_start_matches("error: ");
    match message {
        "invalid u64" => Mistake::at(span, format!("`{typed}` is not a whole number")),
        _ if message.ends_with("is not a reason class") => {
            Mistake::at(span, message).nearest(typed, ReasonClass::ALL.iter().map(|class| class.as_str()))
        }
        _ => Mistake::at(span, message),
    }
}

fn offset(text: &str, line: u64, column: u64) -> Option<usize> {
    let line = usize::try_from(line).ok()?.checked_sub(1)?;
    let column = usize::try_from(column).ok()?.checked_sub(1)?;
    let before: usize = text.split_inclusive('\n').take(line).map(str::len).sum();
    let inside: usize = text.get(before..)?.chars().take(column).map(char::len_utf8).sum();
    Some(before + inside)
}

/// The length of the word at `at`, in bytes.
fn word(text: &str, at: usize) -> usize {
    let rest = text.get(at..).unwrap_or_default();
    rest.find(|c: char| c.is_whitespace() || ":,{}[]".contains(c)).unwrap_or(rest.len())
}
