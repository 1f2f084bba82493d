use miette::Diagnostic;
use thiserror::Error;

/// Why a file is no trace.
#[derive(Debug, Error, Diagnostic)]
pub enum ReadError {
    /// A line is not what it should be.
    #[error("read line {line}: {why}")]
    #[diagnostic(help("a trace of keyrig has one JSON object a line; the first says which version it is of"))]
    Line {
        /// Which line, from 1.
        line: usize,
        /// What is wrong with it.
        why: String,
    },
    /// The trace is of a version that nobody here knows.
    #[error("read a trace of version {version}: this keyrig knows version {known}")]
    #[diagnostic(help("read it with the keyrig that wrote it, or a newer one"))]
    Version {
        /// The version of the file.
        version: u64,
        /// The version of this program.
        known: u64,
    },
    /// A block of a pcapng file is not what it should be.
    #[error("read block {block} of the capture: {why}")]
    #[diagnostic(help("captures of USB (usbmon) and of ISO 14443 are read; others have no frames of a key"))]
    Block {
        /// Which block, from 1.
        block: usize,
        /// What is wrong with it.
        why: String,
    },
}
