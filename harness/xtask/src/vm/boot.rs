//! The guest: Debian's kernel in QEMU, without hardware support, over this machine's own files.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::client::Client;
use super::outcome::{self, Outcome};
use super::{results, table};
use crate::failure::Failure;
use crate::process::Running;
use crate::python;
use crate::system_packages::kernels;

/// What starts a kernel over the files of the machine that it runs on.
const VIRTME: &str = "virtme-ng==1.42";

/// How long the guest may take for all rows, in seconds: several times what it takes on two idle cores.
const PATIENCE: u32 = 1800;

/// Starts the guest and gives what came of each row.
///
/// # Errors
/// When the guest does not start; a guest that ends too soon fails the rows that it has not come to.
pub(super) fn rows_of(clients: &[&'static Client]) -> Result<Vec<Outcome>, Failure> {
    let folder = results();
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    let mut guest = Running::start(&mut command(&folder, clients)?)?;
    let mut said = String::new();
    while let Some(line) = guest.next_line()? {
        if table::is_progress(&line) {
            println!("{line}");
        }
        said.push_str(&line);
        said.push('\n');
    }
    fs::write(folder.join("console.log"), &said)?;
    let found = fs::read_to_string(folder.join(outcome::FILE)).map_err(|_| {
        Failure::Found(format!("the guest ended without a result; it said:\n{}", last_lines(&said, 20)))
    })?;
    outcome::of_every_row(clients, &found)
}

fn command(folder: &Path, clients: &[&'static Client]) -> Result<Command, Failure> {
    let tools = python::environment("virtme-ng", VIRTME)?;
    let tools = tools.parent().expect("a virtual environment has its programs in a folder");
    let guest = at_its_place(&std::env::current_exe()?);
    let mut inside = format!("{} guest --results {}", quoted(&guest), quoted(folder));
    for client in clients {
        inside.push_str(&format!(" --client {}", client.name));
    }
    let kernel = kernels().pop().ok_or_else(|| Failure::Environment("there is no kernel in /boot".into()))?;
    let line = format!(
        "vng --run {} --disable-kvm --user root --cpus 2 --memory 2G --rwdir {} -- {}",
        quoted(&kernel),
        quoted(folder),
        shell_word(&inside),
    );
    let mut path = std::ffi::OsString::from(tools);
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
