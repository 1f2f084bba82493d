//! The text of a file that a person wrote.

use std::path::Path;

use super::mistake::{Mistake, Mistakes, nearest};

/// What is written in the file at `path`.
///
/// # Errors
///
/// Why it cannot be read, and which file beside it was probably meant.
pub(crate) fn written(path: &Path) -> Result<String, Mistakes> {
    keyrig_files::text(path).map_err(|error| unreadable(path, &error))
}

fn unreadable(path: &Path, error: &std::io::Error) -> Mistakes {
    let siblings: Vec<String> = path
        .parent()
        .map(|folder| if folder.as_os_str().is_empty() { Path::new(".") } else { folder })
        .and_then(|folder| std::fs::read_dir(folder).ok())
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| entry.file_name().into_string().ok())
        .collect();
    let file = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let mistake = Mistake::at(0..0, format!("this file cannot be read: {error}"));
    let others = siblings.iter().map(String::as_str).filter(|sibling| *sibling != file);
    let mistake = match nearest(file, others) {
        Some(sibling) => mistake.help(format!("did you mean `{}`?", path.with_file_name(sibling).display())),
        None => mistake,
    };
    Mistakes::new(&path.display().to_string(), "", vec![mistake])
}
