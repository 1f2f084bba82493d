//! Machines in every state, as folders of files.

use std::collections::BTreeSet;
use std::io;
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::process::Command;

use keyrig_ctap::ctaphid::REPORT_DESCRIPTOR;
use tempfile::TempDir;

use super::*;
use crate::udev::{modules_file, rules_file};

/// A machine made of files, some of which are somebody else's.
struct Fake {
    files: TempDir,
    linux: Linux,
    denied: BTreeSet<&'static str>,
    silent: BTreeSet<&'static str>,
}

impl Machine for Fake {
    fn read(&self, path: &str) -> Option<Vec<u8>> {
        self.linux.read(path)
    }

    fn list(&self, folder: &str) -> Vec<String> {
        self.linux.list(folder)
    }

    fn exists(&self, path: &str) -> bool {
        self.linux.exists(path)
    }

    fn open(&self, node: &str) -> io::Result<()> {
        if self.denied.contains(node) { Err(io::ErrorKind::PermissionDenied.into()) } else { self.linux.open(node) }
    }

    fn answers(&self, socket: &str) -> bool {
        self.linux.exists(socket) && !self.silent.contains(socket)
    }
}

impl Fake {
    /// A machine of which nothing is known but its kernel.
    fn bare() -> Self {
        let files = tempfile::tempdir().unwrap();
        let linux = Linux::below(files.path());
        let bare = Self { files, linux, denied: BTreeSet::new(), silent: BTreeSet::new() };
        bare.with("/proc/sys/kernel/osrelease", b"6.1.0-1-amd64\n")
    }

    /// A machine that lacks nothing, with a key in it.
    fn whole() -> Self {
        Self::bare()
            .with("/lib/modules/6.1.0-1-amd64/modules.dep", b"kernel/drivers/hid/uhid.ko.xz: hid.ko\n")
            .with("/sys/class/misc/uhid/dev", b"10:239\n")
            .with("/dev/uhid", b"")
            .with("/sys/class/hidraw/hidraw0/device/report_descriptor", &[0x05, 0x01, 0x09, 0x06])
            .with("/sys/class/hidraw/hidraw3/device/report_descriptor", &REPORT_DESCRIPTOR)
            .with("/dev/hidraw3", b"")
            .with("/etc/udev/rules.d/70-keyrig.rules", rules_file().as_bytes())
            .with("/etc/modules-load.d/keyrig.conf", modules_file().as_bytes())
            .with("/usr/lib/systemd/systemd-udevd", b"")
            .with("/usr/lib/udev/rules.d/60-fido-id.rules", b"")
            .with("/run/udev/control", b"")
            .with("/usr/sbin/pcscd", b"")
            .with("/etc/reader.conf.d/vpcd", b"")
            .with("/run/pcscd/pcscd.comm", b"")
            .with("/usr/libexec/bluetooth/bluetoothd", b"")
            .with("/run/dbus/system_bus_socket", b"")
            .with("/sys/class/bluetooth/hci0/type", b"")
            .with("/usr/bin/chromium", b"\x7fELF")
    }

    fn with(self, path: &str, bytes: &[u8]) -> Self {
        let path = self.files.path().join(path.trim_start_matches('/'));
        std::fs::create_dir_all(path.parent().unwrap_or(Path::new("/"))).unwrap();
        std::fs::write(path, bytes).unwrap();
        self
    }

    fn without(self, path: &str) -> Self {
        std::fs::remove_file(self.files.path().join(path.trim_start_matches('/'))).unwrap();
        self
    }

    fn denied(mut self, node: &'static str) -> Self {
        self.denied.insert(node);
        self
    }

    fn silent(mut self, socket: &'static str) -> Self {
        self.silent.insert(socket);
        self
    }

    /// What is found, a line each, what is fine left out where something is not.
    fn found(&self) -> String {
        let examined = examine(self, &[]);
        let lines = examined.iter().filter_map(|examined| match &examined.finding {
            Finding::Fine(_) => None,
            Finding::InTheWay { what, remedy } => Some(format!("{}: {what}\n    {remedy}", examined.check.name)),
        });
        let lines: Vec<String> = lines.collect();
        if lines.is_empty() { "fine".to_owned() } else { lines.join("\n") }
    }
}

#[test]
fn a_machine_that_lacks_nothing_is_fine() {
    assert_eq!(Fake::whole().found(), "fine");
    assert_eq!(examine(&Fake::whole(), &[]).len(), ALL.len());
    assert_eq!(examine(&Fake::bare(), &["udev".to_owned()]).len(), 1);
}

#[test]
fn a_machine_that_lacks_everything_is_told_what_to_type() {
    insta::assert_snapshot!(Fake::bare().found());
}

#[test]
fn each_state_has_its_remedy() {
    let told: Vec<String> = states().iter().map(|(state, machine)| format!("{state}\n{}", machine.found())).collect();
    insta::assert_snapshot!(told.join("\n\n"));
}

#[test]
fn a_shell_takes_each_remedy_as_it_is() {
    let machines = states().into_iter().map(|(_, machine)| machine).chain([Fake::bare()]);
    for examined in machines.flat_map(|machine| examine(&machine, &[])) {
        let Finding::InTheWay { remedy, .. } = examined.finding else { continue };
        let shell = Command::new("sh").args(["-n", "-c", &remedy]).output().unwrap();
        assert!(shell.status.success(), "{remedy}: {}", String::from_utf8_lossy(&shell.stderr));
        let words = remedy.split("  # ").next().unwrap();
        assert!(!words.contains([',', ';', '`']), "prose stands behind a #: {remedy}");
    }
}

#[test]
fn a_socket_that_nobody_listens_at_does_not_answer() {
    let folder = tempfile::tempdir().unwrap();
    let linux = Linux::below(folder.path());
    let listener = UnixListener::bind(folder.path().join("socket")).unwrap();
    assert!(linux.answers("/socket"));
    drop(listener);
    assert!(linux.exists("/socket") && !linux.answers("/socket"));
}

fn states() -> Vec<(&'static str, Fake)> {
    vec![
        ("module not loaded", Fake::whole().without("/sys/class/misc/uhid/dev")),
        ("no node", Fake::whole().without("/dev/uhid")),
        ("no permission", Fake::whole().denied("/dev/uhid")),
        ("key of another user", Fake::whole().denied("/dev/hidraw3")),
        ("key without a node", Fake::whole().without("/dev/hidraw3")),
        ("old rules", Fake::whole().with("/etc/udev/rules.d/70-keyrig.rules", b"# none\n")),
        ("udev stands still", Fake::whole().without("/run/udev/control")),
        ("udev knows no key", Fake::whole().without("/usr/lib/udev/rules.d/60-fido-id.rules")),
        ("pcscd stands still", Fake::whole().without("/run/pcscd/pcscd.comm")),
        ("pcscd was killed", Fake::whole().silent("/run/pcscd/pcscd.comm")),
        (
            "pcscd stands still beside systemd",
            Fake::whole().without("/run/pcscd/pcscd.comm").with("/run/systemd/system/x", b""),
        ),
        ("no virtual reader", Fake::whole().without("/etc/reader.conf.d/vpcd")),
        ("no controller", Fake::whole().without_controller()),
        ("a snap", Fake::whole().without("/usr/bin/chromium").with("/snap/bin/chromium", b"")),
        (
            "a package that is a snap",
            Fake::whole()
                .with("/usr/bin/chromium", b"#!/bin/sh\nexec /snap/bin/chromium \"$@\"\n")
                .with("/snap/bin/chromium", b""),
        ),
    ]
}

impl Fake {
    /// A controller is a folder.
    fn without_controller(self) -> Self {
        std::fs::remove_dir_all(self.files.path().join("sys/class/bluetooth/hci0")).unwrap();
        self
    }
}
