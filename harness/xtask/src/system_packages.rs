//! What a chore needs from Debian: installed when that is allowed, else asked for by the exact line to type.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::failure::Failure;
use crate::network;
use crate::process;

/// What Debian packages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Need {
    /// A static shell, which a guest machine starts with.
    Busybox,
    /// What programs that Python loads are compiled with.
    CHeadersOfPython,
    /// What drives Chromium.
    Chromedriver,
    /// A browser.
    Chromium,
    /// What lets keys unlock encrypted volumes.
    Cryptenroll,
    /// What makes encrypted volumes.
    Cryptsetup,
    /// What speaks HTTP on the command line.
    Curl,
    /// libfido2's tools.
    Fido2Tools,
    /// Another browser.
    Firefox,
    /// A kernel for a guest machine.
    Kernel,
    /// What loads modules into a kernel.
    Kmod,
    /// The message bus of desktops, which some clients link to.
    Libdbus,
    /// What programs that read cards are compiled with.
    Libpcsclite,
    /// OpenSSL, which some clients link to.
    Libssl,
    /// What the operating system's keys are found with.
    Libudev,
    /// What compiles C for Windows.
    Mingw,
    /// A window manager.
    Openbox,
    /// What verifies certificates, on the command line.
    Openssl,
    /// What signs in through PAM, on the command line.
    Pamtester,
    /// The PAM module of FIDO.
    PamU2f,
    /// What makes the PAM module's list of keys.
    Pamu2fcfg,
    /// The daemon that shows card readers to programs.
    Pcscd,
    /// What tells a build where libraries are.
    PkgConfig,
    /// The list of public suffixes.
    PublicSuffix,
    /// Python with `venv` and `pip`.
    Python,
    /// An emulator of a whole machine.
    Qemu,
    /// A pseudo-terminal for programs that want one.
    Script,
    /// OpenSSH's client side.
    Ssh,
    /// OpenSSH's server.
    Sshd,
    /// What makes Python modules of C headers.
    Swig,
    /// Terminals that programs type into and look at.
    Tmux,
    /// Wireshark on the command line.
    Tshark,
    /// What tells programs of devices.
    Udev,
    /// A virtual card reader.
    Vpcd,
    /// What types into windows.
    Xdotool,
    /// A display without a screen.
    Xvfb,
}

/// What the workspace is built with, beside Rust and a linker.
pub(crate) const BUILD: &[Need] = &[Need::PkgConfig, Need::Libpcsclite, Need::Libudev];

/// Asks the Python that is called so whether it can compile modules.
const HAS_HEADERS: &str = "import os, sysconfig; assert os.path.exists(sysconfig.get_path('include') + '/Python.h')";

/// A machine that has just started may be installing what it wants itself.
const WAIT_FOR_OTHERS: &str = "DPkg::Lock::Timeout=600";

impl Need {
    fn package(self) -> &'static str {
        self.package_and_file().0
    }

    fn is_met(self) -> bool {
        match self {
            Need::CHeadersOfPython => quiet(Command::new("python3").args(["-c", HAS_HEADERS])),
            Need::Kernel => !kernels().is_empty(),
            Need::Libpcsclite | Need::Libudev | Need::PkgConfig if !cfg!(target_os = "linux") => true,
            Need::Libudev => quiet(Command::new("pkg-config").args(["--exists", "libudev"])),
            Need::Python => quiet(Command::new("python3").args(["-c", "import ensurepip, venv"])),
            _ => Path::new(self.package_and_file().1).exists(),
        }
    }

    /// The package, and the file that tells that it is installed.
    fn package_and_file(self) -> (&'static str, &'static str) {
        match self {
            Need::Busybox => ("busybox-static", "/bin/busybox"),
            Need::CHeadersOfPython => ("python3-dev", "/usr/bin/python3-config"),
            Need::Chromedriver => ("chromium-driver", "/usr/bin/chromedriver"),
            Need::Chromium => ("chromium", "/usr/bin/chromium"),
            Need::Cryptenroll => ("systemd", "/usr/bin/systemd-cryptenroll"),
            Need::Cryptsetup => ("cryptsetup-bin", "/sbin/cryptsetup"),
            Need::Curl => ("curl", "/usr/bin/curl"),
            Need::Fido2Tools => ("fido2-tools", "/usr/bin/fido2-token"),
            Need::Firefox => ("firefox-esr", "/usr/bin/firefox-esr"),
            Need::Kernel => ("linux-image-amd64", "/boot"),
            Need::Kmod => ("kmod", "/sbin/modprobe"),
            Need::Libdbus => ("libdbus-1-dev", "/usr/include/dbus-1.0/dbus/dbus.h"),
            Need::Libssl => ("libssl-dev", "/usr/include/openssl/ssl.h"),
            Need::Libpcsclite => ("libpcsclite-dev", "/usr/include/PCSC/winscard.h"),
            Need::Libudev => ("libudev-dev", "/usr/include/libudev.h"),
            Need::Mingw => ("gcc-mingw-w64-x86-64", "/usr/bin/x86_64-w64-mingw32-gcc"),
            Need::Openbox => ("openbox", "/usr/bin/openbox"),
            Need::Openssl => ("openssl", "/usr/bin/openssl"),
            Need::Pamtester => ("pamtester", "/usr/bin/pamtester"),
            Need::PamU2f => ("libpam-u2f", "/lib/x86_64-linux-gnu/security/pam_u2f.so"),
            Need::Pamu2fcfg => ("pamu2fcfg", "/usr/bin/pamu2fcfg"),
            Need::Pcscd => ("pcscd", "/usr/sbin/pcscd"),
            Need::PkgConfig => ("pkg-config", "/usr/bin/pkg-config"),
            Need::PublicSuffix => ("publicsuffix", "/usr/share/publicsuffix/public_suffix_list.dat"),
            Need::Python => ("python3-venv", "/usr/bin/python3"),
            Need::Qemu => ("qemu-system-x86", "/usr/bin/qemu-system-x86_64"),
            Need::Script => ("bsdutils", "/usr/bin/script"),
            Need::Ssh => ("openssh-client", "/usr/bin/ssh"),
            Need::Sshd => ("openssh-server", "/usr/sbin/sshd"),
            Need::Swig => ("swig", "/usr/bin/swig"),
            Need::Tmux => ("tmux", "/usr/bin/tmux"),
            Need::Tshark => ("tshark", "/usr/bin/tshark"),
            Need::Udev => ("udev", "/lib/systemd/systemd-udevd"),
            Need::Vpcd => ("vsmartcard-vpcd", "/usr/lib/pcsc/drivers/serial/libifdvpcd.so"),
            Need::Xdotool => ("xdotool", "/usr/bin/xdotool"),
            Need::Xvfb => ("xvfb", "/usr/bin/Xvfb"),
        }
    }
}

/// The kernels in /boot whose modules are there too, the newest last as far as their names tell.
pub(crate) fn kernels() -> Vec<PathBuf> {
    let in_boot = fs::read_dir("/boot").into_iter().flatten().flatten().map(|entry| entry.path());
    let has_modules = |kernel: &PathBuf| {
        let name = kernel.file_name().unwrap_or_default().to_string_lossy().into_owned();
        name.strip_prefix("vmlinuz-")
            .is_some_and(|release| Path::new("/lib/modules").join(release).join("modules.dep").exists())
    };
    let mut kernels: Vec<PathBuf> = in_boot.filter(has_modules).collect();
    kernels.sort();
    kernels
}

/// Makes sure that every need is met, and installs what is missing when run by root on a machine with `apt-get`.
///
/// # Errors
/// Names the missing packages and the line that installs them.
pub(crate) fn provide(needs: &[Need]) -> Result<(), Failure> {
    let mut missing: Vec<Need> = needs.iter().copied().filter(|need| !need.is_met()).collect();
    missing.sort_unstable();
    missing.dedup();
    if missing.is_empty() {
        return Ok(());
    }
    let packages: Vec<&str> = missing.iter().map(|need| need.package()).collect();
    if !(is_root() && quiet(Command::new("apt-get").arg("--version"))) {
        return Err(Failure::Environment(please_type(&packages)));
    }
    println!("installing Debian packages: {}", packages.join(" "));
    network::fetch("Debian packages", || install(&packages))?;
    match missing.iter().find(|need| !need.is_met()) {
        None => Ok(()),
        Some(need) => Err(Failure::Environment(format!("installing {} was not enough", need.package()))),
    }
}

/// Where no list of packages can be had, those that are there may do.
fn install(packages: &[&str]) -> Result<(), Failure> {
    let apt = |verb: &[&str], rest: &[&str]| {
        let mut command = Command::new("apt-get");
        command.args(verb).args(["-qq", "-o", "Acquire::Retries=3", "-o", WAIT_FOR_OTHERS]).args(rest);
        process::capture(command.env("DEBIAN_FRONTEND", "noninteractive")).map(drop)
    };
    let updated = apt(&["update"], &[]);
    let installed = apt(&["install", "-y", "--no-install-recommends"], packages);
    match (updated, installed) {
        (Err(before), Err(failure)) => Err(Failure::Found(format!("{before}\n{failure}"))),
        (_, installed) => installed,
    }
}

fn please_type(packages: &[&str]) -> String {
    format!("packages are missing; please type: sudo apt-get install -y --no-install-recommends {}", packages.join(" "))
}

fn is_root() -> bool {
    process::capture(Command::new("id").arg("-u")).is_ok_and(|id| id.trim_ascii() == b"0")
}

fn quiet(command: &mut Command) -> bool {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_to_type_names_every_package() {
        let line = please_type(&[Need::Chromium.package(), Need::Python.package()]);
        assert!(line.ends_with("sudo apt-get install -y --no-install-recommends chromium python3-venv"), "{line}");
    }

    #[test]
    fn no_need_is_always_met() {
        assert!(provide(&[]).is_ok());
    }
}
