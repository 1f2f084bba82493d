//! The file: made whole or not at all, opened with care.

use std::fs::{self, File};
use std::io;
use std::path::Path;

use redb::{Builder, Database};
use tempfile::NamedTempFile;

use super::{Trouble, tables::Tables};

/// Bytes of the file that are kept in memory; the state is there already.
const CACHE: usize = 1 << 20;

/// Makes the file under another name, lets `fill` write into it, and then gives it its name.
pub(super) fn create(path: &Path, fill: impl FnOnce(&Tables) -> Result<(), Trouble>) -> Result<Tables, Trouble> {
    let folder = folder_of(path);
    // Its mode is 0600 from the beginning.
    let unfinished = NamedTempFile::new_in(folder).map_err(|error| no_place(folder, error))?;
    fill(&Tables::new(database(&unfinished)?, path.to_owned()))?;
    unfinished.persist_noclobber(path).map_err(|error| match error.error.kind() {
        io::ErrorKind::AlreadyExists => Trouble::Exists,
        _ => Trouble::Io(error.error),
    })?;
    // The name is as durable as the bytes.
    File::open(folder)?.sync_all()?;
    open(path)
}

/// A new database in an empty file.
fn database(file: &NamedTempFile) -> Result<Database, Trouble> {
    Ok(builder().create(file.path())?)
}

/// Opens a file that is there, and reads every page of it first: redb trusts what it has written.
pub(super) fn open(path: &Path) -> Result<Tables, Trouble> {
    let metadata = fs::metadata(path).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => Trouble::Missing,
        _ => Trouble::Io(error),
    })?;
    if !metadata.is_file() {
        return Err(Trouble::NotAStore);
    }
    refuse_if_exposed(&metadata)?;
    Ok(Tables::new(builder().open(path)?, path.to_owned()))
}

/// Opens whatever `backend` holds.
#[cfg(test)]
pub(super) fn open_backend(backend: impl redb::StorageBackend) -> Result<Tables, Trouble> {
    Ok(Tables::new(builder().create_with_backend(backend)?, "a backend".into()))
}

fn builder() -> Builder {
    let mut builder = Database::builder();
    builder.set_cache_size(CACHE).set_check_integrity_on_open(true);
    builder
}

fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

fn no_place(folder: &Path, error: io::Error) -> Trouble {
    match error.kind() {
        io::ErrorKind::NotFound => Trouble::NoFolder { folder: folder.to_owned() },
        _ => Trouble::Io(error),
    }
}

#[cfg(unix)]
fn refuse_if_exposed(metadata: &fs::Metadata) -> Result<(), Trouble> {
    use std::os::unix::fs::MetadataExt;

    const OTHERS: u32 = 0o077;
    match metadata.mode() & 0o777 {
        mode if mode & OTHERS != 0 => Err(Trouble::Exposed { mode }),
        _ => Ok(()),
    }
}

#[cfg(not(unix))]
fn refuse_if_exposed(_: &fs::Metadata) -> Result<(), Trouble> {
    Ok(())
}
