//! Why a chore stopped.

use std::fmt;
use std::io;

/// Why a chore stopped.
#[derive(Debug)]
pub(crate) enum Failure {
    /// What was checked is wrong.
    Found(String),
    /// This machine lacks something; the message says what to type.
    Environment(String),
    /// As `Found`, and its message has been printed already.
    Told,
}

impl Failure {
    /// The exit codes of keyrig: 1 for a finding, 3 for the environment.
    pub(crate) fn exit_code(&self) -> u8 {
        match self {
            Failure::Found(_) | Failure::Told => 1,
            Failure::Environment(_) => 3,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::Found(message) | Failure::Environment(message) => f.write_str(message),
            Failure::Told => Ok(()),
        }
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Failure::Environment(error.to_string())
    }
}
