//! The folder that the guests and whoever started them share: who goes through which row, and what came of it.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::outcome;
use crate::failure::Failure;

/// The folder, seen from in- or outside of a guest.
#[derive(Clone, Debug)]
pub(super) struct Share(PathBuf);

impl Share {
    /// A folder that is there.
    pub(super) fn at(folder: &Path) -> Self {
        Self(folder.to_owned())
    }

    /// The folder.
    pub(super) fn folder(&self) -> &Path {
        &self.0
    }

    /// Takes a client's row, which everybody else is then refused; whether nobody had it yet.
    ///
    /// # Errors
    /// What the file system says.
    pub(super) fn take(&self, client: &str, ceremony: &str) -> Result<bool, Failure> {
        let taken = self.0.join("taken").join(client);
        fs::create_dir_all(&taken)?;
        // Of several who make a folder, one does; over 9p too, as it is the machine's own kernel that decides.
        match fs::create_dir(taken.join(outcome::in_a_name(ceremony))) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// The file of a guest's results, one JSON object a line; there as soon as the guest is.
    pub(super) fn results_of(&self, guest: usize) -> PathBuf {
        self.0.join(format!("results-{guest}.jsonl"))
    }

    /// What a guest had to say.
    pub(super) fn console_of(&self, guest: usize) -> PathBuf {
        self.0.join(format!("console-{guest}.log"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_taken_is_taken_once() {
        let folder = tempfile::tempdir().unwrap();
        let share = Share::at(folder.path());
        let takers: Vec<usize> = std::thread::scope(|scope| {
            let taker = || (0..100).filter(|number| share.take("libfido2", &format!("row {number}")).unwrap()).count();
            let takers: Vec<_> = (0..2).map(|_| scope.spawn(taker)).collect();
            takers.into_iter().map(|taker| taker.join().unwrap()).collect()
        });
        assert_eq!(takers.iter().sum::<usize>(), 100, "{takers:?}");
    }

    #[test]
    fn guests_write_to_different_files() {
        let share = Share::at(Path::new("/run"));
        assert_ne!(share.results_of(1), share.results_of(2));
        assert_ne!(share.console_of(1), share.console_of(2));
    }
}
