//! Files that are written whole or not at all: whoever is interrupted leaves what was there before.

use std::fs;
use std::io::{self, ErrorKind, Write};
use std::path::Path;

use tempfile::{Builder, NamedTempFile};

/// Makes the folder of `path`, and sees whether [`write()`] could write there.
///
/// # Errors
///
/// Where it could not.
pub(crate) fn prepare(path: &Path) -> io::Result<()> {
    fs::create_dir_all(folder_of(path))?;
    match fs::metadata(path) {
        Ok(found) if found.is_dir() => Err(ErrorKind::IsADirectory.into()),
        Ok(found) if !found.is_file() => Ok(()),
        _ => unfinished(path).map(drop),
    }
}

/// Writes a file in place of the one that was there; what is no file, a pipe or a link, stays what it is.
///
/// # Errors
///
/// Where it cannot be written; a file that was there is then as it was.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    if fs::symlink_metadata(path).is_ok_and(|found| !found.is_file()) {
        return fs::write(path, bytes);
    }
    let mut file = unfinished(path)?;
    file.write_all(bytes)?;
    file.persist(path)?;
    Ok(())
}

/// A file beside `path`, which is gone unless it is kept.
fn unfinished(path: &Path) -> io::Result<NamedTempFile> {
    let builder = &mut Builder::new();
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder.tempfile_in(folder_of(path))
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }

    #[test]
    fn what_was_there_stays_until_the_new_one_is_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new/report.xml");
        prepare(&path).unwrap();
        assert!(names(&folder.path().join("new")).is_empty(), "nothing is there before it is written");
        write(&path, b"old").unwrap();
        prepare(&path).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"old");
        write(&path, b"new").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"new");
        assert_eq!(names(&folder.path().join("new")), ["report.xml"]);
    }

    #[test]
    fn a_folder_is_no_file_and_no_folder_is_made_in_a_file() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(prepare(folder.path()).unwrap_err().kind(), ErrorKind::IsADirectory);
        let file = folder.path().join("file");
        write(&file, b"").unwrap();
        assert!(prepare(&file.join("report.xml")).is_err());
    }

    #[cfg(unix)]
    #[test]
    fn a_link_stays_a_link_and_others_may_read_what_the_mask_lets_them() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let folder = tempfile::tempdir().unwrap();
        let (file, link) = (folder.path().join("file"), folder.path().join("link"));
        let created = folder.path().join("created");
        fs::write(&created, "").unwrap();
        write(&file, b"").unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode();
        assert_eq!(mode(&file), mode(&created));
        symlink(&file, &link).unwrap();
        write(&link, b"through").unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read(&file).unwrap(), b"through");
    }
}
