//! Why a store cannot be used: where, what, and what to do.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use keyrig_core::state::FORMAT;
use miette::Diagnostic;
use thiserror::Error;

/// A store that cannot be used.
#[derive(Debug, Error)]
#[error("{action} the store {}: {trouble}", path.display())]
pub struct StoreError {
    action: &'static str,
    path: PathBuf,
    trouble: Trouble,
}

impl StoreError {
    pub(super) fn new(action: &'static str, path: &Path, trouble: Trouble) -> Self {
        Self { action, path: path.to_owned(), trouble }
    }

    /// What is wrong, without the place.
    pub const fn trouble(&self) -> &Trouble {
        &self.trouble
    }
}

impl Diagnostic for StoreError {
    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        let path = self.path.display();
        Some(Box::new(match &self.trouble {
            Trouble::Missing => "check its name, or have it made".to_owned(),
            Trouble::Exists => format!("open it, or remove it first: rm {path}"),
            Trouble::NoFolder { folder } => format!("make the folder: mkdir -p {}", folder.display()),
            Trouble::Exposed { .. } => format!("it holds private keys; make it yours alone: chmod 600 {path}"),
            Trouble::InUse => "end the other process, or name another file".to_owned(),
            Trouble::NotAStore => "name a file that keyrig has made, or one that does not exist yet".to_owned(),
            Trouble::Newer { .. } => "open it with the keyrig that wrote it, or a newer one".to_owned(),
            Trouble::Damaged { .. } => "put a copy of it in its place, or remove it and begin anew".to_owned(),
            Trouble::Failed => "open it again when there is room, and the disk is well".to_owned(),
            Trouble::Io(_) => return None,
        }))
    }
}

impl From<StoreError> for io::Error {
    fn from(error: StoreError) -> Self {
        Self::other(error)
    }
}

/// What is wrong with a store.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum Trouble {
    /// There is none.
    #[error("there is no such file")]
    Missing,
    /// There is a file already.
    #[error("there is such a file already")]
    Exists,
    /// There is no folder to make it in.
    #[error("there is no folder {}", folder.display())]
    NoFolder {
        /// The folder that it should be in.
        folder: PathBuf,
    },
    /// Others may read or write it.
    #[error("others may open it too: its mode is {mode:04o}")]
    Exposed {
        /// Its permissions.
        mode: u32,
    },
    /// Another process has it open, or this one has already.
    #[error("it is open elsewhere")]
    InUse,
    /// It is something else.
    #[error("it is not a store of an authenticator")]
    NotAStore,
    /// A newer keyrig wrote it.
    #[error("it is of format {found}, and this keyrig knows format {FORMAT}")]
    Newer {
        /// Its format.
        found: u64,
    },
    /// What is in it was changed from outside.
    #[error("it is damaged: {what}")]
    Damaged {
        /// The first damage.
        what: String,
    },
    /// A write before this one failed.
    #[error("an earlier change may not have been written")]
    Failed,
    /// What the operating system says.
    #[error("{}", .0.to_string().to_lowercase())]
    Io(#[from] io::Error),
}

impl From<redb::Error> for Trouble {
    fn from(error: redb::Error) -> Self {
        match error {
            redb::Error::DatabaseAlreadyOpen | redb::Error::LockProtocolMismatch => Self::InUse,
            redb::Error::Io(error) if error.kind() == io::ErrorKind::InvalidData => Self::NotAStore,
            redb::Error::Io(error) => Self::Io(error),
            redb::Error::PreviousIo => Self::Failed,
            redb::Error::TableDoesNotExist(_)
            | redb::Error::TableTypeMismatch { .. }
            | redb::Error::TableIsMultimap(_)
            | redb::Error::TypeDefinitionChanged { .. } => Self::NotAStore,
            other => Self::Damaged { what: other.to_string().to_lowercase() },
        }
    }
}

/// Each step of redb has its own error, and all of them are one.
macro_rules! through_redb_error {
    ($($error:ty),*) => {
        $(impl From<$error> for Trouble {
            fn from(error: $error) -> Self {
                redb::Error::from(error).into()
            }
        })*
    };
}

through_redb_error!(
    redb::CommitError,
    redb::DatabaseError,
    redb::StorageError,
    redb::TableError,
    redb::TransactionError
);
