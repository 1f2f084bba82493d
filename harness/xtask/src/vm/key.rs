//! A key that is plugged in until it is dropped.

use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

use super::desk::Red;

/// A key that the guest sees, until the value is dropped.
pub(super) struct Key {
    /// Its device node, such as `/dev/hidraw0`.
    pub(super) node: String,
    plugged: Child,
    /// Kept open: a program that cannot say any more what it does ends.
    said: BufReader<ChildStdout>,
}

impl Key {
    /// Plugs it in and waits until udev has told everybody.
    ///
    /// # Errors
    /// When no device appears.
    pub(super) fn plug(program: &Path, words: &[&str], log: File) -> Result<Self, Red> {
        let mut command = Command::new(program);
        command.arg("plug").args(words).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(log);
        let mut plugged = command.env("XDG_RUNTIME_DIR", "/run/user/0").env("HOME", "/run/home").spawn()?;
        let mut said = BufReader::new(plugged.stdout.take().expect("standard output is piped"));
        let mut line = String::new();
        said.read_line(&mut line)?;
        let mut key = Self { node: String::new(), plugged, said };
        if !line.contains("is plugged in") {
            return Err(Red(format!("no key was plugged in: {line}")));
        }
        Command::new("udevadm").arg("settle").status()?;
        key.node = nodes()?.pop().ok_or_else(|| Red("no device node appeared".into()))?;
        Ok(key)
    }
}

impl Key {
    /// The next line that `keyrig plug` says.
    ///
    /// # Errors
    /// What the operating system says.
    pub(super) fn next_line(&mut self) -> Result<String, Red> {
        let mut line = String::new();
        self.said.read_line(&mut line)?;
        Ok(line)
    }

    /// The process that is the key.
    pub(super) fn pid(&self) -> u32 {
        self.plugged.id()
    }
}

impl Drop for Key {
    fn drop(&mut self) {
        // Both fail only for a program that has ended already.
        let _ = self.plugged.kill();
        let _ = self.plugged.wait();
    }
}

/// Every node of a HID device there is, in order.
///
/// # Errors
/// What the file system says.
pub(super) fn nodes() -> Result<Vec<String>, Red> {
    let mut nodes = Vec::new();
    for entry in fs::read_dir("/dev")? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if name.starts_with("hidraw") {
            nodes.push(format!("/dev/{name}"));
        }
    }
    nodes.sort();
    Ok(nodes)
}
