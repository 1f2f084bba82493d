//! Where the control sockets of this user's keys are.

use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use miette::Diagnostic;
use thiserror::Error;
use tokio::net::UnixListener;

use crate::profiles::is_id;
use crate::provider::OsRandom;
use crate::transport::bind;
use keyrig_core::Entropy;

/// The folder of this user's control sockets: `keyrig` in `$XDG_RUNTIME_DIR`, else `keyrig-<uid>` among temporary files.
pub fn folder() -> PathBuf {
    match std::env::var_os("XDG_RUNTIME_DIR").filter(|path| !path.is_empty()) {
        Some(path) => Path::new(&path).join("keyrig"),
        None => std::env::temp_dir().join(format!("keyrig-{}", this_user())),
    }
}

/// The name of a key among those of this user, taken for as long as this value is there.
#[derive(Debug)]
pub struct Place {
    socket: PathBuf,
    token_file: PathBuf,
    token: String,
    /// Held open, and locked: the kernel gives it back however the process ends.
    _lock: File,
}

/// Why a name cannot be taken.
#[derive(Debug, Error, Diagnostic)]
pub enum PlaceError {
    /// Somebody else may write there.
    #[error("keep the control socket in {folder}: others may write there, or it is theirs")]
    #[diagnostic(help("chmod 700 {folder}, or set XDG_RUNTIME_DIR to a folder of your own"))]
    NotOurs {
        /// The folder.
        folder: String,
    },
    /// Another process has a key of this name.
    #[error("call the key {name}: another key of this name is plugged in")]
    #[diagnostic(help("--name gives it another; `keyrig key list` shows those that are there"))]
    Taken {
        /// The name.
        name: String,
    },
    /// A name that is no file name.
    #[error("call the key {name:?}: it is no file name")]
    #[diagnostic(help("letters, digits, `.`, `_` and `-`, 64 at most, and no `.` at the front"))]
    NoName {
        /// The name.
        name: String,
    },
    /// The operating system refuses.
    #[error("keep the control socket at {path}: {source}")]
    #[diagnostic(help("set XDG_RUNTIME_DIR to a folder of your own, with a short path"))]
    Io {
        /// Where.
        path: String,
        /// Why.
        source: io::Error,
    },
}

impl Place {
    /// Takes a name. What a process that is gone has left there is replaced.
    ///
    /// # Errors
    ///
    /// [`PlaceError`].
    pub fn take(folder: &Path, name: &str) -> Result<Self, PlaceError> {
        if !is_id(name) {
            return Err(PlaceError::NoName { name: name.to_owned() });
        }
        make(folder)?;
        let file = |ending: &str| folder.join(format!("{name}.{ending}"));
        let failed = |path: &Path| {
            let path = path.display().to_string();
            move |source| PlaceError::Io { path, source }
        };
        let lock_file = file("lock");
        let lock = ours().truncate(false).open(&lock_file).map_err(failed(&lock_file))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(PlaceError::Taken { name: name.to_owned() }),
            Err(TryLockError::Error(source)) => return Err(failed(&lock_file)(source)),
        }
        let (token_file, token) = (file("token"), fresh_token());
        let mut writer = ours().truncate(true).open(&token_file).map_err(failed(&token_file))?;
        writer.write_all(token.as_bytes()).map_err(failed(&token_file))?;
        Ok(Self { socket: file("sock"), token_file, token, _lock: lock })
    }

    /// Listens there.
    ///
    /// # Errors
    ///
    /// [`PlaceError::Io`].
    ///
    /// # Panics
    ///
    /// Outside a tokio runtime that does I/O.
    pub fn listen(&self) -> Result<UnixListener, PlaceError> {
        bind(&self.socket).map_err(|source| PlaceError::Io { path: self.socket.display().to_string(), source })
    }

    /// The socket.
    pub fn socket(&self) -> &Path {
        &self.socket
    }

    /// What has to be said there.
    pub fn token(&self) -> &str {
        &self.token
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        // The lock file stays, as somebody may wait for it; an empty one is in nobody's way.
        let _ = fs::remove_file(&self.socket);
        let _ = fs::remove_file(&self.token_file);
    }
}

fn ours() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.create(true).write(true).mode(0o600);
    options
}

fn make(folder: &Path) -> Result<(), PlaceError> {
    let path = folder.display().to_string();
    let failed = |source| PlaceError::Io { path: path.clone(), source };
    DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(failed)?;
    let found = fs::symlink_metadata(folder).map_err(failed)?;
    if found.is_dir() && found.uid() == this_user() && found.mode() & 0o077 == 0 {
        Ok(())
    } else {
        Err(PlaceError::NotOurs { folder: path })
    }
}

/// Who this process is; its own entry in /proc says so without a call that is unsafe.
fn this_user() -> u32 {
    fs::metadata("/proc/self").map(|found| found.uid()).unwrap_or_default()
}

fn fresh_token() -> String {
    let mut bytes = [0; 32];
    OsRandom.fill(&mut bytes);
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
