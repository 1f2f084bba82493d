use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::{fs, io};

/// What a machine tells whoever asks.
pub trait Machine {
    /// The bytes of a file; `None` where it cannot be read.
    fn read(&self, path: &str) -> Option<Vec<u8>>;

    /// The names in a folder, sorted; none where it cannot be read.
    fn list(&self, folder: &str) -> Vec<String>;

    /// Whether something is at a path.
    fn exists(&self, path: &str) -> bool;

    /// Opens a node to read and to write, and closes it again.
    ///
    /// # Errors
    ///
    /// What the operating system says.
    fn open(&self, node: &str) -> io::Result<()>;

    /// Whether a program answers at a socket.
    fn answers(&self, socket: &str) -> bool;

    /// A file as text, what is none of it replaced; empty where it cannot be read.
    fn text(&self, path: &str) -> String {
        String::from_utf8_lossy(&self.read(path).unwrap_or_default()).into_owned()
    }
}

/// A Linux whose files are below a folder.
#[derive(Clone, Debug)]
pub struct Linux {
    root: PathBuf,
}

impl Linux {
    /// This machine.
    pub fn here() -> Self {
        Self::below("/")
    }

    /// One whose files are copied to below `root`.
    pub fn below(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    fn path(&self, path: &str) -> PathBuf {
        self.root.join(Path::new(path).strip_prefix("/").unwrap_or(Path::new(path)))
    }
}

impl Machine for Linux {
    fn read(&self, path: &str) -> Option<Vec<u8>> {
        keyrig_files::bytes(self.path(path), keyrig_files::LONGEST_TEXT).ok()
    }

    fn list(&self, folder: &str) -> Vec<String> {
        let entries = fs::read_dir(self.path(folder)).into_iter().flatten().flatten();
        let mut names: Vec<String> = entries.filter_map(|entry| entry.file_name().into_string().ok()).collect();
        names.sort();
        names
    }

    fn exists(&self, path: &str) -> bool {
        self.path(path).exists()
    }

    fn open(&self, node: &str) -> io::Result<()> {
        fs::OpenOptions::new().read(true).write(true).open(self.path(node)).map(|_| ())
    }

    fn answers(&self, socket: &str) -> bool {
        UnixStream::connect(self.path(socket)).is_ok()
    }
}
