//! How a failure is printed: where, what, and what to do, with the place in the file where a terminal can show it.

use std::error::Error;
use std::fmt;

use miette::{Diagnostic, LabeledSpan, MietteHandler, MietteHandlerOpts, ReportHandler, Severity, SourceCode};

/// Characters of a line that are still of use to somebody who looks at it.
const WIDEST: usize = 1000;

/// Prints failures. Lines are not broken, so that what is to be typed can be copied.
pub(crate) struct Complaint(MietteHandler);

impl Complaint {
    pub(crate) fn new() -> Self {
        Self(MietteHandlerOpts::new().width(100).wrap_lines(false).terminal_links(false).unicode(true).build())
    }
}

impl ReportHandler for Complaint {
    fn debug(&self, diagnostic: &dyn Diagnostic, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.debug(&Presentable::new(diagnostic), f)
    }
}

/// A diagnostic without the lines that no terminal can show: whole files in one line, and control characters.
///
/// The place is told by line and column all the same, in the message.
#[derive(Debug)]
struct Presentable<'a> {
    told: &'a dyn Diagnostic,
    related: Vec<Self>,
    shows_lines: bool,
}

impl<'a> Presentable<'a> {
    fn new(told: &'a dyn Diagnostic) -> Self {
        let related = told.related().into_iter().flatten().map(Self::new).collect();
        Self { told, related, shows_lines: told.source_code().is_none_or(|text| can_be_shown(told, text)) }
    }
}

fn can_be_shown(told: &dyn Diagnostic, text: &dyn SourceCode) -> bool {
    told.labels().into_iter().flatten().all(|label| {
        // What is not there, the handler itself tells.
        text.read_span(label.inner(), 1, 1).map_or(true, |found| {
            let lines = String::from_utf8_lossy(found.data());
            lines.lines().all(|line| line.len() <= WIDEST && !line.chars().any(|c| c.is_control() && c != '\t'))
        })
    })
}

impl fmt::Display for Presentable<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self.told, f)
    }
}

impl Error for Presentable<'_> {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.told.source()
    }
}

impl Diagnostic for Presentable<'_> {
    fn code<'b>(&'b self) -> Option<Box<dyn fmt::Display + 'b>> {
        self.told.code()
    }

    fn severity(&self) -> Option<Severity> {
        self.told.severity()
    }

    fn help<'b>(&'b self) -> Option<Box<dyn fmt::Display + 'b>> {
        self.told.help()
    }

    fn url<'b>(&'b self) -> Option<Box<dyn fmt::Display + 'b>> {
        self.told.url()
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.told.source_code().filter(|_| self.shows_lines)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        self.told.labels().filter(|_| self.shows_lines)
    }

    fn related<'b>(&'b self) -> Option<Box<dyn Iterator<Item = &'b dyn Diagnostic> + 'b>> {
        let related = self.related.iter().map(|one| -> &dyn Diagnostic { one });
        (!self.related.is_empty()).then(|| Box::new(related) as Box<_>)
    }

    fn diagnostic_source(&self) -> Option<&dyn Diagnostic> {
        self.told.diagnostic_source()
    }
}

#[cfg(test)]
mod tests {
    use miette::{NamedSource, Report, miette};

    use super::*;

    struct Printed<'a>(&'a Report);

    impl fmt::Display for Printed<'_> {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            Complaint::new().debug(self.0.as_ref(), f)
        }
    }

    /// What is printed about the last character of `text`.
    fn printed(text: &str) -> String {
        let here = LabeledSpan::at(text.len() - 1..text.len(), "here");
        let report = miette!(labels = vec![here], help = "do better", "key.yaml:1: it is wrong");
        Printed(&report.with_source_code(NamedSource::new("key.yaml", text.to_owned()))).to_string()
    }

    #[test]
    fn a_line_that_a_terminal_shows_is_shown() {
        let told = printed("aaguid:\tx");
        assert!(told.contains("here") && told.contains("aaguid:"), "{told}");
    }

    #[test]
    fn a_line_as_long_as_a_file_and_control_characters_are_not() {
        for text in ["x".repeat(70_000), "name: \u{1b}[31mx".to_owned(), "name: \0x".to_owned()] {
            let told = printed(&text);
            assert!(told.contains("key.yaml:1: it is wrong") && told.contains("do better"), "{told}");
            assert!(!told.contains("here") && !told.contains(&text), "{told}");
        }
    }
}
