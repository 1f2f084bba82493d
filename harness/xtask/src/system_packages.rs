//! What a chore needs from Debian: installed when that is allowed, else asked for by the exact line to type.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::failure::Failure;
use crate::process;

/// A program that Debian packages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Need {
    /// A browser for the HTML report.
    Chromium,
    /// Python with `venv` and `pip`.
    Python,
}

impl Need {
    fn package(self) -> &'static str {
        match self {
            Need::Chromium => "chromium",
            Need::Python => "python3-venv",
        }
    }

    fn is_met(self) -> bool {
        match self {
            Need::Chromium => Path::new("/usr/bin/chromium").exists(),
            Need::Python => quiet(Command::new("python3").args(["-c", "import ensurepip, venv"])),
        }
    }
}

/// Makes sure that every need is met, and installs what is missing when run by root on a machine with `apt-get`.
///
/// # Errors
/// Names the missing packages and the line that installs them.
pub(crate) fn provide(needs: &[Need]) -> Result<(), Failure> {
    let missing: Vec<Need> = needs.iter().copied().filter(|need| !need.is_met()).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let packages: Vec<&str> = missing.iter().map(|need| need.package()).collect();
    if !(is_root() && quiet(Command::new("apt-get").arg("--version"))) {
        return Err(Failure::Environment(please_type(&packages)));
    }
    println!("installing Debian packages: {}", packages.join(" "));
    process::capture(Command::new("apt-get").args(["update", "-qq"]))?;
    let mut install = Command::new("apt-get");
    install.args(["install", "-y", "-qq", "--no-install-recommends"]).args(&packages);
    process::capture(install.env("DEBIAN_FRONTEND", "noninteractive"))?;
    match missing.iter().find(|need| !need.is_met()) {
        None => Ok(()),
        Some(need) => Err(Failure::Environment(format!("installing {} was not enough", need.package()))),
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
