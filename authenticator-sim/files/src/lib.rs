//! Files that somebody hands over are read to an end that is near: none is read until memory ends.
//!
//! A device, a log that has outgrown everything or the wrong file is an error that says so, as any other that the
//! operating system has.

use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::path::Path;

const MIB: u64 = 1 << 20;

/// The longest file that a person writes, in bytes.
pub const LONGEST_TEXT: u64 = 16 * MIB;

/// The longest file that a program writes, in bytes: a trace, a report.
pub const LONGEST_RECORD: u64 = 256 * MIB;

/// Reads a file that a person wrote.
///
/// # Errors
///
/// What the operating system says; [`ErrorKind::FileTooLarge`] beyond [`LONGEST_TEXT`], [`ErrorKind::InvalidData`] where
/// it is no UTF-8.
pub fn text(path: impl AsRef<Path>) -> io::Result<String> {
    text_within(path, LONGEST_TEXT)
}

/// Reads a file of text that has `longest` bytes at most.
///
/// # Errors
///
/// As [`text`].
pub fn text_within(path: impl AsRef<Path>, longest: u64) -> io::Result<String> {
    let bytes = bytes(path, longest)?;
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        io::Error::new(ErrorKind::InvalidData, format!("it is no text: byte {at} is not UTF-8"))
    })
}

/// Reads a file of `longest` bytes at most.
///
/// # Errors
///
/// What the operating system says; [`ErrorKind::FileTooLarge`] beyond that.
pub fn bytes(path: impl AsRef<Path>, longest: u64) -> io::Result<Vec<u8>> {
    all(File::open(path)?, longest)
}

/// Reads whatever has `longest` bytes at most.
///
/// # Errors
///
/// As [`bytes`].
pub fn all(reader: impl Read, longest: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    reader.take(longest.saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > longest {
        let most = if longest < MIB { format!("{longest} bytes") } else { format!("{} MiB", longest / MIB) };
        let why = format!("it is longer than {most}, and no more of it is read");
        return Err(io::Error::new(ErrorKind::FileTooLarge, why));
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_an_end_is_read_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("policy.yaml");
        std::fs::write(&path, "tiers: []\n").unwrap();
        assert_eq!(text(&path).unwrap(), "tiers: []\n");
        assert_eq!(bytes(&path, 10).unwrap().len(), 10);
        std::fs::write(&path, b"tiers: \xff").unwrap();
        assert_eq!(text(&path).unwrap_err().to_string(), "it is no text: byte 7 is not UTF-8");
    }

    #[test]
    fn what_has_none_is_refused() {
        let endless = all(io::repeat(0), 1000).unwrap_err();
        assert_eq!(endless.kind(), ErrorKind::FileTooLarge);
        assert_eq!(endless.to_string(), "it is longer than 1000 bytes, and no more of it is read");
        assert_eq!(all(&[0; 1000][..], 1000).unwrap().len(), 1000);
    }
}
