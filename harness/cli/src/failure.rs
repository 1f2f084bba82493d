//! What ends a command early, and the exit code that it has.

use std::error::Error;
use std::fmt::{self, Display, Formatter};
use std::io;

use keyrig_runner::exit;
use miette::{Diagnostic, LabeledSpan, Report, Severity, SourceCode, miette};

/// How the program ends; the highest wins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Exit {
    /// Everything is as it should be.
    #[default]
    Success,
    /// Something is not as it should be.
    Finding,
    /// The command line or a file is wrong, or nothing was run.
    Usage,
    /// The target, the network or the file system is in the way.
    Environment,
}

impl Exit {
    /// The exit code of a run.
    pub(crate) const fn of_run(code: u8) -> Self {
        match code {
            exit::HELD => Self::Success,
            exit::FOUND => Self::Finding,
            exit::USAGE => Self::Usage,
            _ => Self::Environment,
        }
    }

    /// The process's exit code.
    pub(crate) const fn code(self) -> u8 {
        match self {
            Self::Success => exit::HELD,
            Self::Finding => exit::FOUND,
            Self::Usage => exit::USAGE,
            Self::Environment => exit::ENVIRONMENT,
        }
    }
}

/// Why a command ended early.
#[derive(Debug)]
pub(crate) struct Failure {
    /// The exit code it has.
    pub(crate) exit: Exit,
    /// Where, what, and what to do.
    pub(crate) report: Report,
}

impl Failure {
    /// The command line or a file is wrong.
    pub(crate) fn usage(report: impl Into<Report>) -> Self {
        Self { exit: Exit::Usage, report: report.into() }
    }

    /// Something outside is in the way.
    pub(crate) fn environment(report: impl Into<Report>) -> Self {
        Self { exit: Exit::Environment, report: report.into() }
    }

    /// The same, with "failed to" before it, as errors of libraries leave out.
    pub(crate) fn failed_to(exit: Exit, error: impl Diagnostic + Send + Sync + 'static) -> Self {
        Self { exit, report: FailedTo(error).into() }
    }
}

/// An error whose words follow "failed to", and tell its source already.
#[derive(Debug)]
struct FailedTo<E>(E);

impl<E: Display> Display for FailedTo<E> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "failed to {}", self.0)
    }
}

impl<E: Diagnostic> Error for FailedTo<E> {}

impl<E: Diagnostic> Diagnostic for FailedTo<E> {
    fn severity(&self) -> Option<Severity> {
        self.0.severity()
    }

    fn help(&self) -> Option<Box<dyn Display + '_>> {
        self.0.help()
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.0.source_code()
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        self.0.labels()
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::environment(miette!("failed to write the output: {error}"))
    }
}
