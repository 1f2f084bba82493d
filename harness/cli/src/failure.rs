//! What ends a command early, and the exit code that it has.

use std::io;

use keyrig_runner::exit;
use miette::{Report, miette};

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
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::environment(miette!("failed to write the output: {error}"))
    }
}
