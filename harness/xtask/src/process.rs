//! Other programs: run, watched line by line, and ended with the chore that started them.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStdin, Command, ExitStatus, Output, Stdio};

use crate::failure::Failure;
use crate::tally::Tally;
use crate::workspace;

/// The cargo that runs this chore, with `arguments`, in the workspace's root.
pub(crate) fn cargo<S: AsRef<OsStr>>(arguments: impl IntoIterator<Item = S>) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(arguments).current_dir(workspace::root());
    command
}

/// The shell with a line to run.
pub(crate) fn shell(line: &str) -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", line]);
    command
}

/// Runs `command` to its end, its output shown.
///
/// # Errors
/// When it cannot be started or exits with another code than 0.
pub(crate) fn run(command: &mut Command) -> Result<(), Failure> {
    let status = command.stdin(Stdio::null()).status().map_err(|error| cannot_start(command, &error))?;
    expect_success(command, status)
}

/// Runs `command` to its end with its output kept back, and returns what it wrote to standard output.
///
/// # Errors
/// As [`run`]; the message then ends with what the program wrote to standard error.
pub(crate) fn capture(command: &mut Command) -> Result<Vec<u8>, Failure> {
    keep_back(command).map(|output| output.stdout)
}

/// As [`capture`], for what the program writes to standard error.
///
/// # Errors
/// As [`capture`].
pub(crate) fn listen(command: &mut Command) -> Result<String, Failure> {
    keep_back(command).map(|output| String::from_utf8_lossy(&output.stderr).into_owned())
}

fn keep_back(command: &mut Command) -> Result<Output, Failure> {
    let output = command.stdin(Stdio::null()).output().map_err(|error| cannot_start(command, &error))?;
    expect_success(command, output.status)
        .map_err(|failure| Failure::Found(format!("{failure}\n{}", String::from_utf8_lossy(&output.stderr))))?;
    Ok(output)
}

/// Runs a test program, its output shown, and counts the results that it prints to standard output.
///
/// # Errors
/// When it cannot be started, prints no result at all, or exits with another code than 0 although it counted no
/// failure.
pub(crate) fn run_tests(command: &mut Command) -> Result<Tally, Failure> {
    watch_tests(command, &mut |_| ())
}

/// As [`run_tests`], each line also told to `watch`.
///
/// # Errors
/// As [`run_tests`].
pub(crate) fn watch_tests(command: &mut Command, watch: &mut dyn FnMut(&str)) -> Result<Tally, Failure> {
    command.stdin(Stdio::null()).stdout(Stdio::piped());
    let mut running = Running::start(command)?;
    let mut tally = Tally::default();
    while let Some(line) = running.next_line()? {
        println!("{line}");
        watch(&line);
        tally += Tally::of_line(&line);
    }
    let status = running.child.wait()?;
    if tally.failed == 0 {
        expect_success(command, status)?;
    }
    if tally.is_empty() {
        return Err(Failure::Found(format!("{} printed no test result", shown(command))));
    }
    Ok(tally)
}

/// A program that runs until this value is dropped.
pub(crate) struct Running {
    child: Child,
    lines: BufReader<std::process::ChildStdout>,
}

impl Running {
    /// Starts `command` with its standard output piped to [`Running::next_line`].
    ///
    /// # Errors
    /// When it cannot be started.
    pub(crate) fn start(command: &mut Command) -> Result<Running, Failure> {
        command.stdin(Stdio::null()).stdout(Stdio::piped());
        let mut child = command.spawn().map_err(|error| cannot_start(command, &error))?;
        let stdout = child.stdout.take().expect("standard output is piped");
        Ok(Running { child, lines: BufReader::new(stdout) })
    }

    /// As [`Running::start`], with standard input piped too; the program sees it end when the second value is dropped.
    ///
    /// # Errors
    /// When it cannot be started.
    pub(crate) fn start_to_ask(command: &mut Command) -> Result<(Running, ChildStdin), Failure> {
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().map_err(|error| cannot_start(command, &error))?;
        let stdin = child.stdin.take().expect("standard input is piped");
        let stdout = child.stdout.take().expect("standard output is piped");
        Ok((Running { child, lines: BufReader::new(stdout) }, stdin))
    }

    /// Waits for its end.
    ///
    /// # Errors
    /// When it exits with another code than 0; `command` is what was started.
    pub(crate) fn end(mut self, command: &Command) -> Result<(), Failure> {
        let status = self.child.wait()?;
        expect_success(command, status)
    }

    /// The next line of standard output, without its line end; `None` when the program has closed it.
    ///
    /// # Errors
    /// When the pipe breaks.
    pub(crate) fn next_line(&mut self) -> Result<Option<String>, Failure> {
        let mut bytes = Vec::new();
        if self.lines.read_until(b'\n', &mut bytes)? == 0 {
            return Ok(None);
        }
        Ok(Some(String::from_utf8_lossy(&bytes).trim_end_matches(['\n', '\r']).to_owned()))
    }

    /// Reads until a line for which `pick` returns something.
    ///
    /// # Errors
    /// When the program ends first.
    pub(crate) fn wait_for<T>(&mut self, what: &str, pick: impl Fn(&str) -> Option<T>) -> Result<T, Failure> {
        let mut seen = String::new();
        while let Some(line) = self.next_line()? {
            if let Some(found) = pick(&line) {
                return Ok(found);
            }
            seen.push_str(&line);
            seen.push('\n');
        }
        Err(Failure::Found(format!("it ended before it printed {what}; it printed:\n{seen}")))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Both fail only for a program that has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A command as a person would type it.
pub(crate) fn shown(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}

fn expect_success(command: &Command, status: ExitStatus) -> Result<(), Failure> {
    if status.success() { Ok(()) } else { Err(Failure::Found(format!("`{}` ended with {status}", shown(command)))) }
}

fn cannot_start(command: &Command, error: &std::io::Error) -> Failure {
    Failure::Environment(format!("failed to start `{}`: {error}", shown(command)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_are_counted() {
        let tally = run_tests(&mut shell("echo ok 1 - a; echo not ok 2 - b; exit 1")).expect("both are counted");
        assert_eq!(tally, Tally { passed: 1, failed: 1, skipped: 0 });
    }

    #[test]
    fn silence_is_no_success() {
        assert!(run_tests(&mut shell("echo nothing to see")).is_err());
    }

    #[test]
    fn a_crash_after_good_results_is_no_success() {
        assert!(run_tests(&mut shell("echo ok 1 - a; exit 101")).is_err());
    }

    #[test]
    fn what_a_program_said_before_it_ended_is_told() {
        let mut running = Running::start(&mut shell("echo port taken")).expect("the shell starts");
        let failure = running.wait_for("its URL", |line| line.strip_prefix("http").map(str::to_owned));
        assert!(failure.expect_err("no URL came").to_string().contains("port taken"));
    }
}
