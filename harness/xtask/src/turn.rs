//! What a machine has one of, used by one checkout at a time.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use crate::failure::Failure;

/// The right to use it, until this value is dropped.
pub(crate) struct Turn {
    _file: File,
}

/// Waits until no other checkout uses `what`, and says so where it has to.
///
/// # Errors
/// When the file that all of them lock cannot be had.
pub(crate) fn wait_for(what: &str) -> Result<Turn, Failure> {
    let path = path(what);
    let file = open(&path).map_err(|error| cannot(&path, &error))?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            println!("waiting for another checkout, which uses {what} ({})", path.display());
            file.lock().map_err(|error| cannot(&path, &error))?;
        }
        Err(TryLockError::Error(error)) => return Err(cannot(&path, &error)),
    }
    Ok(Turn { _file: file })
}

fn path(what: &str) -> PathBuf {
    std::env::temp_dir().join(format!("keyrig-{}.lock", what.replace(' ', "-")))
}

/// For reading, as it may be somebody else's.
fn open(path: &Path) -> io::Result<File> {
    match File::open(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        opened => return opened,
    }
    match OpenOptions::new().read(true).write(true).create_new(true).open(path) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => File::open(path),
        made => made,
    }
}

fn cannot(path: &Path, error: &io::Error) -> Failure {
    Failure::Environment(format!("failed to lock {}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_at_a_time() {
        let what = format!("a thing of test {}", std::process::id());
        let first = wait_for(&what).expect("nobody has it");
        let other = open(&path(&what)).expect("the file is there");
        assert!(matches!(other.try_lock(), Err(TryLockError::WouldBlock)));
        drop(first);
        assert!(other.try_lock().is_ok());
        std::fs::remove_file(path(&what)).expect("it is ours");
    }
}
