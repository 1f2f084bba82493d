//! `keyrig plug` in another process, and commands about the key in it.

use std::io::{BufRead as _, BufReader, Read, Write as _};
use std::process::{Child, Command, Output, Stdio};

use tempfile::TempDir;

/// The PIN of a key that has one.
pub(crate) const PIN: &str = "60221407";

/// A key in another process; unplugged when it is dropped.
pub(crate) struct Key {
    plugged: Child,
    folder: TempDir,
}

impl Key {
    /// A key whose user touches it whenever it asks.
    pub(crate) fn plug(profile: &str) -> Self {
        Self::plug_with(profile, "always")
    }

    /// A key and how its user answers it.
    pub(crate) fn plug_with(profile: &str, gestures: &str) -> Self {
        Self::plug_by(&["plug", profile, "--gestures", gestures])
    }

    /// A key whose user touches it whenever it asks, and a trace of all that it hears and says.
    pub(crate) fn plug_tracing(profile: &str, trace: &str) -> Self {
        Self::plug_by(&["plug", profile, "--gestures", "always", "--trace", trace])
    }

    fn plug_by(words: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let link = format!("socket:{}", folder.path().join("hid").display());
        let mut plug = keyrig(&[words, &["--link", &link]].concat());
        let mut plugged = plug.env("XDG_RUNTIME_DIR", folder.path()).stdout(Stdio::piped()).spawn().unwrap();
        wait_for(plugged.stdout.as_mut().unwrap(), "plugged in");
        Self { plugged, folder }
    }

    /// Where it is.
    pub(crate) fn place(&self) -> String {
        format!("socket:{}", self.folder.path().join("hid").display())
    }

    /// A command about it, which knows its PIN.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = keyrig(arguments);
        command.args(["--device", &self.place()]).env("KEYRIG_PIN", PIN);
        command
    }

    /// The same, run.
    pub(crate) fn keyrig(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// A word to the key itself, as `keyrig key` says it.
    pub(crate) fn told(&self, arguments: &[&str]) -> Output {
        keyrig(&[&["key"][..], arguments].concat()).env("XDG_RUNTIME_DIR", self.folder.path()).output().unwrap()
    }

    /// Gives it its PIN, by a registration that may.
    pub(crate) fn set_pin(&self) {
        let arguments = ["register", "--user", "pin@corp.example.com", "--target", "builtin:guide-a", "--destructive"];
        let devices = text(&self.keyrig(&["register", "--user", "x@corp.example.com", "--target", "builtin:default"]));
        let name = devices.lines().find_map(|line| line.trim_start().strip_prefix("authenticator  ")).unwrap();
        let name = name.rsplit_once(" (").unwrap().0;
        typing(&mut self.command(&arguments), name);
    }
}

impl Drop for Key {
    fn drop(&mut self) {
        let _ = self.plugged.kill();
        let _ = self.plugged.wait();
    }
}

/// The binary.
pub(crate) fn keyrig(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_keyrig"));
    command.args(arguments).env("NO_COLOR", "1").env_remove("KEYRIG_PIN");
    command
}

/// Runs a command at which somebody types one line.
pub(crate) fn typing(command: &mut Command, line: &str) -> Output {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut running = command.spawn().unwrap();
    writeln!(running.stdin.take().unwrap(), "{line}").unwrap();
    running.wait_with_output().unwrap()
}

/// Reads until a line holds `words`.
pub(crate) fn wait_for(from: &mut impl Read, words: &str) {
    let mut lines = BufReader::new(from).lines();
    assert!(lines.any(|line| line.unwrap().contains(words)), "it ended without {words:?}");
}

/// All that a command wrote.
pub(crate) fn text(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}
