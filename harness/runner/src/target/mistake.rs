//! What is wrong in a target file: where, what, and what was probably meant.

use std::fmt;
use std::sync::Arc;

use miette::{Diagnostic, LabeledSpan, NamedSource, SourceCode};

/// What is wrong in a target file.
#[derive(Debug)]
pub struct TargetFileError {
    source: NamedSource<Arc<str>>,
    at: usize,
    line: usize,
    column: usize,
    message: String,
    help: Option<String>,
}

impl TargetFileError {
    /// A mistake at byte `at` of the file `name` with the text `text`.
    pub(super) fn new(name: &str, text: &str, at: usize, message: String, help: Option<String>) -> Self {
        let at = at.min(text.len());
        let before = text.get(..at).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        let source = NamedSource::new(name, Arc::from(text)).with_language("yaml");
        Self { source, at, line, column, message, help }
    }
}

impl TargetFileError {
    /// What the YAML reader says.
    pub(super) fn of_yaml(name: &str, text: &str, error: &serde_saphyr::Error) -> Self {
        let error = error.without_snippet();
        let at = error.location().and_then(|location| offset(text, location.line(), location.column()));
        Self::new(name, text, at.unwrap_or_default(), error.to_string(), None)
    }
}

fn offset(text: &str, line: u64, column: u64) -> Option<usize> {
    let line = usize::try_from(line).ok()?.checked_sub(1)?;
    let column = usize::try_from(column).ok()?.checked_sub(1)?;
    let before: usize = text.split_inclusive('\n').take(line).map(str::len).sum();
    let inside: usize = text.get(before..)?.chars().take(column).map(char::len_utf8).sum();
    Some(before + inside)
}

impl fmt::Display for TargetFileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}: {}", self.source.name(), self.line, self.column, self.message)
    }
}

impl std::error::Error for TargetFileError {}

impl Diagnostic for TargetFileError {
    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.help.as_ref().map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(&self.source)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(std::iter::once(LabeledSpan::new(Some("here".to_owned()), self.at, 0))))
    }
}
