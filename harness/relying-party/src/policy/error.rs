//! What is wrong with a policy or users file, and where.

use std::fmt;
use std::path::Path;

use miette::{Diagnostic, LabeledSpan, NamedSource, SourceCode};
use serde::de::DeserializeOwned;
use serde_saphyr::{Error, Location};

/// What is wrong with a file, and where: prints with the line and a pointer through miette.
#[derive(Debug)]
pub struct FileError {
    name: String,
    message: String,
    help: Option<String>,
    place: Option<Place>,
    source: Option<NamedSource<String>>,
}

#[derive(Clone, Copy, Debug)]
struct Place {
    line: u64,
    column: u64,
    offset: usize,
    length: usize,
}

impl FileError {
    /// A mistake at a place in `text`.
    pub(crate) fn at(name: &str, text: &str, location: Location, message: String, help: Option<String>) -> Self {
        Self {
            name: name.to_owned(),
            message,
            help,
            place: Place::of(location, text),
            source: Some(NamedSource::new(name, text.to_owned()).with_language("yaml")),
        }
    }

    pub(crate) fn unreadable(path: &Path, error: &std::io::Error) -> Self {
        let name = path.display().to_string();
        Self { name, message: format!("read the file: {error}"), help: None, place: None, source: None }
    }

    fn empty(name: &str, text: &str) -> Self {
        let message = "read the file: the file is empty".to_owned();
        Self { place: Some(Place::START), ..Self::at(name, text, Location::UNKNOWN, message, None) }
    }

    fn parse(name: &str, text: &str, error: &Error) -> Self {
        let error = error.without_snippet();
        let (message, help) = describe(error);
        Self::at(name, text, error.location().unwrap_or(Location::UNKNOWN), message, help)
    }

    /// The line, counted from 1.
    pub fn line(&self) -> Option<u64> {
        self.place.map(|place| place.line)
    }

    /// The column, counted from 1.
    pub fn column(&self) -> Option<u64> {
        self.place.map(|place| place.column)
    }

    /// The nearest right name or what else may help.
    pub fn advice(&self) -> Option<&str> {
        self.help.as_deref()
    }
}

impl Place {
    const START: Self = Self { line: 1, column: 1, offset: 0, length: 0 };

    fn of(location: Location, text: &str) -> Option<Self> {
        if location == Location::UNKNOWN {
            return None;
        }
        let (line, column) = (location.line(), location.column());
        let (offset, length) = match location.span().byte_offset().zip(location.span().byte_len()) {
            Some((offset, length)) => (usize::try_from(offset).unwrap_or(0), usize::try_from(length).unwrap_or(0)),
            None => (start_of_line(text, line), 0),
        };
        Some(Self { line, column, offset, length })
    }
}

/// The offset of a line, counted from 1; the end of the text for a line behind it.
fn start_of_line(text: &str, line: u64) -> usize {
    let lines_before = usize::try_from(line.saturating_sub(1)).unwrap_or(usize::MAX);
    text.split_inclusive('\n').take(lines_before).map(str::len).sum()
}

impl fmt::Display for FileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.name)?;
        if let Some(place) = self.place {
            write!(f, ":{}:{}", place.line, place.column)?;
        }
        write!(f, ": {}", self.message)
    }
}

impl std::error::Error for FileError {}

impl Diagnostic for FileError {
    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.help.as_ref().map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.source.as_ref().map(|source| source as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let place = self.place?;
        Some(Box::new(std::iter::once(LabeledSpan::new(Some("here".to_owned()), place.offset, place.length))))
    }
}

/// Reads YAML.
pub(crate) fn read<T: DeserializeOwned>(name: &str, text: &str) -> Result<T, Box<FileError>> {
    if text.lines().map(str::trim).all(|line| line.is_empty() || line.starts_with('#') || line == "---") {
        return Err(Box::new(FileError::empty(name, text)));
    }
    let options = serde_saphyr::options! { with_snippet: false };
    serde_saphyr::from_str_with_options(text, options).map_err(|error| Box::new(FileError::parse(name, text, &error)))
}

/// The name in `known` that `wrong` was most likely meant to be.
pub(crate) fn nearest<'a>(wrong: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let similarity = |name: &&str| strsim::jaro_winkler(&wrong.to_lowercase(), &name.to_lowercase());
    let best = known.into_iter().max_by(|a, b| similarity(a).total_cmp(&similarity(b)))?;
    (similarity(&best) > 0.7).then(|| format!("did you mean `{best}`?"))
}

fn describe(error: &Error) -> (String, Option<String>) {
    let names = |expected: &[&'static str]| format!("known here: {}", expected.join(", "));
    match error {
        Error::SerdeUnknownField { field, expected, .. } => (
            format!("read the key `{field}`: there is no such key"),
            Some(nearest(field, expected.iter().copied()).unwrap_or_else(|| names(expected))),
        ),
        Error::SerdeUnknownVariant { variant, expected, .. } => (
            format!("read `{variant}`: it is not one of the names possible here"),
            Some(nearest(variant, expected.iter().copied()).unwrap_or_else(|| names(expected))),
        ),
        Error::SerdeMissingField { field, .. } => (format!("find the key `{field}`: it is missing"), None),
        Error::DuplicateMappingKey { key: Some(key), .. } => (format!("read the key `{key}`: it stands twice"), None),
        Error::SerdeInvalidType { unexpected, expected, .. }
        | Error::SerdeInvalidValue { unexpected, expected, .. } => {
            (format!("read {unexpected}: expected {expected}"), None)
        }
        other => {
            let text = other.to_string();
            let first_line = text.lines().next().unwrap_or_default();
            let message = first_line.split(" at line ").next().unwrap_or(first_line);
            (format!("read the value: {message}"), None)
        }
    }
}
