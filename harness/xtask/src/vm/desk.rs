//! A desk in the guest: where a row's client is typed and its keys are plugged in, with a log of all of it.

use std::ffi::OsString;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use super::key::Key;
use super::verdict::Ended;
use crate::keyrig;

/// Why a row failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Red(pub(super) String);

impl From<std::io::Error> for Red {
    fn from(error: std::io::Error) -> Self {
        Red(error.to_string())
    }
}

/// The folder that clients are run in: the guest's memory, as the machine's own disk cannot be written to.
const FOLDER: &str = "/run/desk";

/// How long a line may take, in seconds, where the row says nothing else.
const PATIENCE: u32 = 120;

/// A desk, cleared for each row.
pub(super) struct Desk {
    log: fs::File,
    /// The folder that everything typed runs in, empty at the row's beginning.
    pub(super) folder: PathBuf,
    clients: usize,
}

impl Desk {
    /// A desk with nothing on it.
    ///
    /// # Errors
    /// What the file system says.
    pub(super) fn clear(log: &Path) -> Result<Self, Red> {
        let folder = PathBuf::from(FOLDER);
        emptied(&folder)?;
        fs::create_dir_all(log.parent().unwrap_or(log))?;
        Ok(Self { log: fs::File::create(log)?, folder, clients: 0 })
    }

    /// Plugs a new key of this profile in; a user touches it whenever it asks.
    ///
    /// # Errors
    /// When no device appears.
    pub(super) fn plug(&mut self, profile: &str) -> Result<Key, Red> {
        self.plug_with(&[profile, "--gestures", "always"])
    }

    /// Plugs a new key in, in these words to `keyrig plug`.
    ///
    /// # Errors
    /// When no device appears.
    pub(super) fn plug_with(&mut self, words: &[&str]) -> Result<Key, Red> {
        let key = Key::plug(&keyrig::released_program(), words, self.log.try_clone()?)?;
        writeln!(self.log, "# keyrig plug {} is at {}", words.join(" "), key.node)?;
        Ok(key)
    }

    /// A line for the shell, which runs once it is asked what came of it.
    pub(super) fn line(&mut self, line: impl Into<String>) -> Line<'_> {
        Line { desk: self, line: line.into(), input: String::new(), patience: PATIENCE }
    }

    /// Runs a line that ends well, and gives what it said.
    ///
    /// # Errors
    /// See [`Ended::well`].
    pub(super) fn run(&mut self, line: impl Into<String>) -> Result<String, Red> {
        self.line(line).well()
    }

    /// Starts a program that runs until the value is dropped.
    ///
    /// # Errors
    /// When it cannot be started.
    pub(super) fn start(&mut self, line: &str) -> Result<Background, Red> {
        writeln!(self.log, "$ {line} &")?;
        let mut command = typed(&format!("exec {line}"), &self.folder, None);
        let log = self.log.try_clone()?;
        command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
        Ok(Background(command.spawn()?))
    }

    /// Puts a file on the desk.
    ///
    /// # Errors
    /// What the file system says.
    pub(super) fn put(&mut self, name: &str, text: &str) -> Result<(), Red> {
        Ok(fs::write(self.folder.join(name), text)?)
    }

    /// A row in which no client ran shows nothing.
    ///
    /// # Errors
    /// Where none ran.
    pub(super) fn has_seen_a_client(&self) -> Result<(), Red> {
        if self.clients == 0 { Err(Red("no client ran".into())) } else { Ok(()) }
    }

    fn run_to_its_end(&mut self, line: &str, input: &str, patience: u32) -> Result<Ended, Red> {
        self.clients += 1;
        writeln!(self.log, "$ {line}")?;
        let begun = Instant::now();
        let output = self.folder.join(".output");
        let sink = fs::File::create(&output)?;
        let mut command = typed(line, &self.folder, Some(patience));
        let mut child = command.stdin(Stdio::piped()).stdout(sink.try_clone()?).stderr(sink).spawn()?;
        // A client that does not read what it is told says so by what it does.
        let _ = child.stdin.take().map(|mut stdin| stdin.write_all(input.as_bytes()));
        let code = child.wait()?.code();
        let said = String::from_utf8_lossy(&fs::read(&output)?).into_owned();
        self.log.write_all(said.as_bytes())?;
        let with = code.map_or_else(|| "a signal".to_owned(), |code| code.to_string());
        writeln!(self.log, "# ended with {with} after {:.1} s", begun.elapsed().as_secs_f64())?;
        Ok(Ended { line: line.to_owned(), code, said })
    }
}

/// A line for the shell.
#[must_use = "it runs once it is asked what came of it"]
pub(super) struct Line<'a> {
    desk: &'a mut Desk,
    line: String,
    input: String,
    patience: u32,
}

impl Line<'_> {
    /// What is typed when it asks, one answer a line: without a terminal, clients read standard input.
    pub(super) fn answered(mut self, answers: &[&str]) -> Self {
        for answer in answers {
            self.input.push_str(answer);
            self.input.push('\n');
        }
        self
    }

    /// How long it may take, in seconds.
    pub(super) fn within(mut self, seconds: u32) -> Self {
        self.patience = seconds;
        self
    }

    /// It does what it is asked to; gives what it said.
    ///
    /// # Errors
    /// See [`Ended::well`].
    pub(super) fn well(self) -> Result<String, Red> {
        self.ended()?.well()
    }

    /// It refuses and says `why`.
    ///
    /// # Errors
    /// See [`Ended::refused`].
    pub(super) fn refused(self, why: &str) -> Result<String, Red> {
        self.ended()?.refused(why)
    }

    /// It ends with exactly this code; gives what it said.
    ///
    /// # Errors
    /// See [`Ended::exits`].
    pub(super) fn exits(self, code: i32) -> Result<String, Red> {
        self.ended()?.exits(code)
    }

    fn ended(self) -> Result<Ended, Red> {
        self.desk.run_to_its_end(&self.line, &self.input, self.patience)
    }
}

/// A program in the background.
pub(super) struct Background(Child);

impl Drop for Background {
    fn drop(&mut self) {
        // Both fail only for a program that has ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The shell in a session of its own, without a terminal that could be asked for a PIN.
fn typed(line: &str, folder: &Path, patience: Option<u32>) -> Command {
    let mut command = Command::new("setsid");
    command.arg("--wait");
    if let Some(seconds) = patience {
        command.args(["timeout", "--kill-after=5", &seconds.to_string()]);
    }
    command.args(["bash", "-e", "-o", "pipefail", "-c", line]).current_dir(folder);
    command.env("HOME", "/run/home").env("TMPDIR", "/run").env("XDG_RUNTIME_DIR", "/run/user/0");
    command.env("LC_ALL", "C.UTF-8").env("PATH", path()).env_remove("DISPLAY");
    command
}

/// Makes the folder, and puts one that is there aside: the last process of a browser that has ended may still write to
/// it, and what is written to cannot be removed.
fn emptied(folder: &Path) -> std::io::Result<()> {
    if folder.exists() {
        let mut aside = (0..).map(|count: usize| folder.with_extension(format!("before-{count}")));
        let aside = aside.find(|aside| !aside.exists()).expect("there are enough numbers");
        fs::rename(folder, &aside)?;
        // What is left of it is in nobody's way.
        let _ = fs::remove_dir_all(aside);
    }
    fs::create_dir_all(folder)
}

/// Where programs are found: ours before the machine's.
fn path() -> OsString {
    let ours = keyrig::released_program();
    let mut path = ours.parent().unwrap_or(&ours).as_os_str().to_owned();
    path.push(":/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
    path
}

/// `haystack` has `needle` in it.
///
/// # Errors
/// Where it has not.
pub(super) fn says(haystack: &str, needle: &str) -> Result<(), Red> {
    if haystack.contains(needle) { Ok(()) } else { Err(Red(format!("`{needle}` is missing from: {haystack}"))) }
}

/// What should hold does.
///
/// # Errors
/// Where it does not: `what`.
pub(super) fn holds(condition: bool, what: &str) -> Result<(), Red> {
    if condition { Ok(()) } else { Err(Red(what.to_owned())) }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};

    use super::*;

    #[test]
    fn a_folder_that_somebody_still_writes_to_is_empty() {
        let place = tempfile::tempdir().unwrap();
        let folder = place.path().join("desk");
        let ended = AtomicBool::new(false);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                for name in 0.. {
                    if ended.load(Ordering::Relaxed) {
                        break;
                    }
                    // As a browser's process does, into a folder that it does not make.
                    let _ = fs::write(folder.join("profile").join(name.to_string()), "");
                }
            });
            for _ in 0..50 {
                fs::create_dir_all(folder.join("profile")).unwrap();
                std::thread::sleep(std::time::Duration::from_millis(2));
                let done = emptied(&folder);
                let left = fs::read_dir(&folder).map(Iterator::count);
                if done.is_err() || !matches!(left, Ok(0)) {
                    ended.store(true, Ordering::Relaxed);
                    panic!("{done:?}, {left:?}");
                }
            }
            ended.store(true, Ordering::Relaxed);
        });
    }
}
