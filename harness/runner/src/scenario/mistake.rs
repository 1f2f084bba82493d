//! What is wrong in a file that somebody wrote: where, what, and what was probably meant.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use miette::{Diagnostic, LabeledSpan, NamedSource, Severity, SourceCode};

/// One mistake.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    span: Range<usize>,
    message: String,
    help: Option<String>,
}

impl Mistake {
    /// A mistake in the bytes `span`.
    pub(crate) fn at(span: Range<usize>, message: impl Into<String>) -> Self {
        Self { span, message: message.into(), help: None }
    }

    /// `name` is none of the scenarios' `ids`.
    pub(crate) fn no_scenario(span: Range<usize>, name: &str, ids: &[&str]) -> Self {
        Self::at(span, format!("there is no scenario `{name}`")).nearest(name, ids.iter().copied())
    }

    /// Says what to do.
    #[must_use]
    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Adds the nearest right name, or all of them where none is near.
    #[must_use]
    pub(crate) fn nearest<'a>(self, typed: &str, names: impl IntoIterator<Item = &'a str>) -> Self {
        let names: Vec<&str> = names.into_iter().collect();
        match nearest(typed, names.iter().copied()) {
            Some(name) => self.help(format!("did you mean `{name}`?")),
            None if names.is_empty() => self,
            None => self.help(format!("one of: {}", names.join(", "))),
        }
    }

    /// The bytes it is about.
    pub fn span(&self) -> Range<usize> {
        self.span.clone()
    }

    /// What is wrong.
    pub fn message(&self) -> &str {
        &self.message
    }
}

/// The name that was probably meant.
pub fn nearest<'a>(typed: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let tail = |name: &str| name.rsplit('/').next().unwrap_or_default().to_owned();
    let score = |name: &str| strsim::jaro_winkler(typed, name).max(strsim::jaro_winkler(&tail(typed), &tail(name)));
    let scored = names.into_iter().map(|name| (score(name), name));
    scored.filter(|(score, _)| *score > 0.8).max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, name)| name)
}

/// Everything that is wrong in one file.
#[derive(Clone)]
pub struct Mistakes {
    name: String,
    all: Vec<One>,
}

#[derive(Clone)]
struct One {
    source: NamedSource<Arc<str>>,
    place: (usize, usize),
    mistake: Mistake,
}

impl Mistakes {
    /// The mistakes of the file `name`, whose text is `text`, in the order of the file.
    pub(crate) fn new(name: &str, text: &str, mut mistakes: Vec<Mistake>) -> Self {
        mistakes.sort_by_key(|mistake| mistake.span.start);
        let text: Arc<str> = text.into();
        let source = NamedSource::new(name, Arc::clone(&text)).with_language("yaml");
        let one = |mistake: Mistake| One { source: source.clone(), place: place(&text, mistake.span.start), mistake };
        Self { name: name.to_owned(), all: mistakes.into_iter().map(one).collect() }
    }

    /// Each with its line and column, both counted from one.
    pub fn iter(&self) -> impl Iterator<Item = ((usize, usize), &Mistake)> {
        self.all.iter().map(|one| (one.place, &one.mistake))
    }

    /// Each on a line of its own, with its help, for places that show no source.
    pub fn plain(&self) -> String {
        let line = |one: &One| match &one.mistake.help {
            Some(help) => format!("{one} ({help})"),
            None => one.to_string(),
        };
        self.all.iter().map(line).collect::<Vec<_>>().join("\n")
    }

    /// The file's name.
    pub fn file(&self) -> &str {
        &self.name
    }
}

/// Line and column of a byte, both counted from one, columns in characters.
fn place(text: &str, byte: usize) -> (usize, usize) {
    let before = text.get(..byte).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    (line, column)
}

impl fmt::Display for Mistakes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.all.as_slice() {
            [one] => write!(f, "{one}"),
            all => write!(f, "{}: {} mistakes", self.name, all.len()),
        }
    }
}

impl fmt::Debug for Mistakes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.plain())
    }
}

impl std::error::Error for Mistakes {}

impl Diagnostic for Mistakes {
    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        match self.all.as_slice() {
            [one] => Diagnostic::help(one),
            _ => None,
        }
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        match self.all.as_slice() {
            [one] => Diagnostic::source_code(one),
            _ => None,
        }
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        match self.all.as_slice() {
            [one] => Diagnostic::labels(one),
            _ => None,
        }
    }

    fn related<'a>(&'a self) -> Option<Box<dyn Iterator<Item = &'a dyn Diagnostic> + 'a>> {
        match self.all.as_slice() {
            [_] => None,
            all => Some(Box::new(all.iter().map(|one| -> &dyn Diagnostic { one }))),
        }
    }
}

impl fmt::Display for One {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (line, column) = self.place;
        write!(f, "{}:{line}:{column}: {}", self.source.name(), self.mistake.message)
    }
}

impl fmt::Debug for One {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for One {}

impl Diagnostic for One {
    fn severity(&self) -> Option<Severity> {
        Some(Severity::Error)
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.mistake.help.as_ref().map(|help| -> Box<dyn fmt::Display> { Box::new(help.clone()) })
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(&self.source)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let span = self.mistake.span.clone();
        let len = span.len().max(1).min(self.source.inner().len().saturating_sub(span.start));
        Some(Box::new(std::iter::once(LabeledSpan::new(Some("here".into()), span.start, len))))
    }
}
