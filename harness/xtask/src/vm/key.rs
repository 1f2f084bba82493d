//! A key that is plugged in until it is dropped.

use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::desk::Red;

/// How long the kernel may take to make a device, which it does behind the back of whoever plugs it in.
const PATIENCE: Duration = Duration::from_secs(60);

const PAUSE: Duration = Duration::from_millis(20);

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
        key.wait_for_node()?;
        Ok(key)
    }

    /// Waits until the key, new in its port, has a node, and udev has told everybody.
    ///
    /// # Errors
    /// When no node appears.
    pub(super) fn wait_for_node(&mut self) -> Result<(), Red> {
        let begun = Instant::now();
        self.node = loop {
            if let Some(node) = nodes()?.pop() {
                break node;
            }
            if begun.elapsed() > PATIENCE {
                return Err(Red("no device node appeared".into()));
            }
            thread::sleep(PAUSE);
        };
        Command::new("udevadm").arg("settle").status()?;
        Ok(())
    }

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
