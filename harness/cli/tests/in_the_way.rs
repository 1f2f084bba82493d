//! A disk that fills while a trace is written, and a node that somebody may not open, in a mount namespace of their own.

#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::fs::{self, Permissions};
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::{Command, Output, Stdio};

const KEYRIG: &str = env!("CARGO_BIN_EXE_keyrig");

/// Nobody's number on every Linux.
const NOBODY: u32 = 65_534;

/// A disk of four pages at `$0/full`, and then what follows.
const SMALL_DISK: &str = r#"mount -t tmpfs -o size=16k tmpfs "$0/full" && exec "$@""#;

/// A node that only root may open, and then what follows as nobody.
const FORBIDDEN_NODE: &str = r#"mount -t tmpfs -o mode=755 tmpfs /dev && mknod -m 600 /dev/uhid c 10 239 \
    && mknod -m 666 /dev/null c 1 3 && mknod -m 666 /dev/urandom c 1 9 \
    && exec setpriv --reuid 65534 --clear-groups "$@""#;

/// Whether a namespace can be had; where not, that is printed, and in CI it is an error.
fn namespace(test: &str, words: &[&str]) -> bool {
    let tried = Command::new("unshare").args(words).arg("true").output();
    let there = tried.is_ok_and(|output| output.status.success());
    assert!(there || std::env::var_os("CI").is_none(), "unshare {words:?} does not work here");
    if !there {
        eprintln!("{test}: skipped, as `unshare {}` does not work here", words.join(" "));
    }
    there
}

/// The socket of a key, on a channel of its own.
struct Host(UnixStream, Vec<u8>);

impl Host {
    fn at(link: &Path) -> Self {
        let mut host = Self(UnixStream::connect(link).unwrap(), vec![0xff; 4]);
        host.say(&[0x86, 0, 8, 1, 2, 3, 4, 5, 6, 7, 8]);
        host.1 = host.hear()[15..19].to_vec();
        host
    }

    /// Asks for getInfo, and tells how it answered.
    fn info(&mut self) -> u8 {
        self.say(&[0x90, 0, 1, 4]);
        let first = self.hear();
        let length = usize::from(u16::from_be_bytes([first[5], first[6]]));
        for _ in 0..length.saturating_sub(57).div_ceil(59) {
            self.hear();
        }
        first[7]
    }

    fn say(&mut self, message: &[u8]) {
        let mut report = [&self.1, message].concat();
        report.resize(64, 0);
        self.0.write_all(&report).unwrap();
    }

    fn hear(&mut self) -> [u8; 64] {
        let mut report = [0; 64];
        self.0.read_exact(&mut report).unwrap();
        report
    }
}

fn decoded(trace: &Path) -> Output {
    Command::new(KEYRIG).args(["decode", "--trace"]).arg(trace).env("NO_COLOR", "1").output().unwrap()
}

#[test]
fn a_key_outlives_the_disk_of_its_trace() {
    if !namespace("a_key_outlives_the_disk_of_its_trace", &["--mount", "--map-root-user"]) {
        return;
    }
    for name in ["trace.jsonl", "trace.pcapng"] {
        let folder = tempfile::tempdir().unwrap();
        let (link, full) = (folder.path().join("key.hid"), folder.path().join("full"));
        fs::create_dir(&full).unwrap();
        let mut command = Command::new("unshare");
        command.args(["--mount", "--map-root-user", "sh", "-c", SMALL_DISK]).arg(folder.path());
        command.args([KEYRIG, "plug", "yubikey-5-nfc-5.7", "--link"]).arg(format!("socket:{}", link.display()));
        command.arg("--trace").arg(full.join(name)).env("XDG_RUNTIME_DIR", folder.path());
        let mut key = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(key.stdout.take().unwrap()).lines();
        lines.next().unwrap().unwrap();

        let mut host = Host::at(&link);
        assert!((0..100).all(|_| host.info() == 0), "{name}: the key lives on");
        let trace = folder.path().join(name);
        // The disk is seen by the key alone.
        fs::copy(format!("/proc/{}/root{}", key.id(), full.join(name).display()), &trace).unwrap();
        assert!(Command::new("kill").arg(key.id().to_string()).status().unwrap().success());
        let output = key.wait_with_output().unwrap();
        let told = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(0), "{name}: {told}");
        assert_eq!(
            told.matches("ends here, and the key goes on: No space left on device").count(),
            1,
            "{name}: {told}"
        );

        let read = decoded(&trace);
        let (out, told) = (String::from_utf8_lossy(&read.stdout), String::from_utf8_lossy(&read.stderr));
        assert!(out.contains("CTAP response of authenticatorGetInfo"), "{name}: what was written is read");
        assert!(matches!(read.status.code(), Some(1 | 2)), "{name}: {told}");
        let why = ["the file ends in the middle of it", "is not printed whole"];
        assert!(why.iter().any(|why| told.contains(why)), "{name}: {told}");
    }
}

#[test]
fn a_node_that_somebody_may_not_open_is_told_with_what_to_type() {
    if !namespace("a_node_that_somebody_may_not_open_is_told_with_what_to_type", &["--mount"]) {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let (keyrig, runtime) = (folder.path().join("keyrig"), folder.path().join("runtime"));
    fs::copy(KEYRIG, &keyrig).unwrap();
    fs::create_dir(&runtime).unwrap();
    fs::set_permissions(folder.path(), Permissions::from_mode(0o755)).unwrap();
    fs::set_permissions(&runtime, Permissions::from_mode(0o700)).unwrap();
    chown(&runtime, Some(NOBODY), None).unwrap();
    let mut command = Command::new("unshare");
    command.args(["--mount", "sh", "-c", FORBIDDEN_NODE, "sh"]).arg(keyrig).args(["plug", "bare"]);
    let output = command.env("XDG_RUNTIME_DIR", &runtime).env("NO_COLOR", "1").output().unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(3), "{told}");
    assert_eq!(
        told.trim_end(),
        "  × failed to plug a virtual key in: /dev/uhid may not be opened by this user
  help: sudo chown \"$(id -un)\" /dev/uhid"
    );
    assert_eq!(fs::read_dir(runtime.join("keyrig")).unwrap().count(), 1, "a lock, and no socket");
}
