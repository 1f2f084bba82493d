//! The guests: Debian's kernel in QEMU, without hardware support, over this machine's own files.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;

use super::client::Client;
use super::outcome::{self, Outcome};
use super::share::Share;
use super::{results, table};
use crate::failure::Failure;
use crate::process::Running;
use crate::python;
use crate::system_packages::kernels;
use crate::workspace;

/// What starts a kernel over the files of the machine that it runs on.
const VIRTME: &str = "virtme-ng==1.42";

/// How many share the rows.
const GUESTS: usize = 2;

/// How long a guest may take for all rows, in seconds: whoever hangs is ended by its own line's limit, long before.
const PATIENCE: u32 = 7200;

/// Starts the guests and gives what came of each row.
///
/// # Errors
/// When one does not start; one that ends too soon fails the rows that nobody has come to.
pub(super) fn rows_of(clients: &[&'static Client]) -> Result<Vec<Outcome>, Failure> {
    let folder = results();
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    let share = Share::at(&folder);
    let sharing = clients.iter().map(|client| client.rows.len()).sum::<usize>().min(GUESTS);
    let mut found = found_by(1..=sharing, Place::Beside, &share, clients)?;
    if clients.iter().any(|client| !client.alone.is_empty()) {
        found.push_str(&found_by([sharing + 1], Place::Alone, &share, clients)?);
    }
    outcome::of_every_row(clients, &found)
}

/// Starts guests at the same time, and gives their results once all have ended.
fn found_by(
    numbers: impl IntoIterator<Item = usize>,
    place: Place,
    share: &Share,
    clients: &[&'static Client],
) -> Result<String, Failure> {
    let mut guests = Vec::new();
    for number in numbers {
        guests.push((number, Running::start(&mut command(number, place, share, clients)?)?));
    }
    thread::scope(|scope| {
        let watch = |(number, guest)| scope.spawn(move || watched(number, guest, share));
        let watched: Vec<_> = guests.into_iter().map(watch).collect();
        watched.into_iter().map(|guest| guest.join().expect("whoever watches a guest does not panic")).collect()
    })
}

/// Where a guest stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Beside another.
    Beside,
    /// Nowhere near another.
    Alone,
}

impl Place {
    /// An emulated processor has a core of this machine for itself: two guests of two processors each, on two cores,
    /// take four times as long.
    const fn processors(self) -> usize {
        match self {
            Place::Beside => 1,
            Place::Alone => 2,
        }
    }
}

/// Shows what a guest says of its rows, and gives its results once it has ended.
fn watched(number: usize, mut guest: Running, share: &Share) -> Result<String, Failure> {
    let said = listened_to(&mut guest)?;
    fs::write(share.console_of(number), &said)?;
    fs::read_to_string(share.results_of(number)).map_err(|_| {
        Failure::Found(format!("guest {number} ended without a result; it said:\n{}", last_lines(&said, 20)))
    })
}

fn listened_to(guest: &mut Running) -> Result<String, Failure> {
    let mut said = String::new();
    while let Some(line) = guest.next_line()? {
        if table::is_progress(&line) {
            println!("{line}");
        }
        said.push_str(&line);
        said.push('\n');
    }
    Ok(said)
}

fn command(number: usize, place: Place, share: &Share, clients: &[&'static Client]) -> Result<Command, Failure> {
    let tools = python::environment("virtme-ng", VIRTME)?;
    let tools = tools.parent().expect("a virtual environment has its programs in a folder");
    let guest = at_its_place(&std::env::current_exe()?);
    let folder = share.folder();
    let mut inside = format!("{} guest --number {number} --results {}", quoted(&guest), quoted(folder));
    for client in clients {
        inside.push_str(&format!(" --client {}", client.name));
    }
    if place == Place::Alone {
        inside.push_str(" --alone");
    }
    let kernel = kernels().pop().ok_or_else(|| Failure::Environment("there is no kernel in /boot".into()))?;
    let line = format!(
        "vng --run {} --disable-kvm --append mitigations=off --user root --cpus {} --memory 2G --rwdir {} -- {}",
        quoted(&kernel),
        place.processors(),
        quoted(folder),
        shell_word(&inside),
    );
    // A virtme-run of our own stands before theirs, which vng would find.
    let mut path = workspace::root().join("harness/xtask/vm").into_os_string();
    path.push(":");
    path.push(tools);
    path.push(":");
    path.push(std::env::var_os("PATH").unwrap_or_default());
    // A guest does not outlive whoever started it, however that ends.
    let mut command = Command::new("setpriv");
    command.args([
        "--pdeathsig",
        "TERM",
        "timeout",
        "--kill-after=10",
        &PATIENCE.to_string(),
        "script",
        "--quiet",
        "--return",
        "--flush",
        "--command",
    ]);
    command.arg(line).arg("/dev/null").env("PATH", path).current_dir(folder);
    Ok(command)
}

/// Where a program is, even if a build has put another in its place: Linux remarks on the file that was there before.
fn at_its_place(program: &Path) -> PathBuf {
    let shown = program.display().to_string();
    shown.strip_suffix(" (deleted)").map_or_else(|| program.to_owned(), PathBuf::from)
}

fn quoted(path: &Path) -> String {
    shell_word(&path.display().to_string())
}

fn shell_word(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

fn last_lines(text: &str, count: usize) -> String {
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(count)..].join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_that_was_built_again_is_where_it_was() {
        assert_eq!(at_its_place(Path::new("/a/xtask (deleted)")), Path::new("/a/xtask"));
        assert_eq!(at_its_place(Path::new("/a/xtask")), Path::new("/a/xtask"));
    }

    #[test]
    fn a_word_of_the_shell_is_kept_together() {
        assert_eq!(shell_word("it's here"), r"'it'\''s here'");
    }

    #[test]
    fn the_end_of_a_log_is_what_is_shown() {
        assert_eq!(last_lines("a\nb\nc", 2), "b\nc");
        assert_eq!(last_lines("a", 2), "a");
    }
}
