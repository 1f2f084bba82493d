//! The repository's files, as the rules see them.

use std::fs;
use std::path::Path;

/// A file of the repository.
pub(crate) struct File {
    /// Relative to the root, with `/` between the parts.
    pub(crate) path: String,
    pub(crate) text: String,
}

impl File {
    /// Whether the file holds tests or benchmarks only.
    pub(crate) fn is_test(&self) -> bool {
        is_test(&self.path)
    }
}

/// Whether `path` names a file that holds tests or benchmarks only.
pub(crate) fn is_test(path: &str) -> bool {
    path.ends_with("/tests.rs") || ["/tests/", "/benches/", "/fuzz/"].iter().any(|folder| path.contains(folder))
}

/// The root of the repository.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).expect("this crate lies two folders below the root")
}

/// Every committed or new text file whose name ends with one of `extensions`, sorted by path.
pub(crate) fn files(extensions: &[&str]) -> Vec<File> {
    let mut files = Vec::new();
    walk(root(), &mut |path| {
        if path.extension().is_some_and(|found| extensions.iter().any(|wanted| found == *wanted)) {
            let relative = path.strip_prefix(root()).expect("the walk stays below the root");
            let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            files.push(File { path: relative.to_string_lossy().into_owned(), text });
        }
    });
    files.sort_by(|a, b| a.path.cmp(&b.path));
    assert!(!files.is_empty(), "no file ends with {extensions:?}");
    files
}

fn walk(folder: &Path, visit: &mut impl FnMut(&Path)) {
    for entry in fs::read_dir(folder).expect("a folder of the repository can be read") {
        let path = entry.expect("a folder of the repository can be read").path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let skipped = ["target", "node_modules", ".git", ".venv"].contains(&name.as_ref());
        if path.is_dir() && !skipped {
            walk(&path, visit);
        } else if path.is_file() {
            visit(&path);
        }
    }
}
