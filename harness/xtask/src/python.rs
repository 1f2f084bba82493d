//! Python packages, each set in a virtual environment of its own under target/keyrig/python/.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::failure::Failure;
use crate::network;
use crate::process;
use crate::workspace;

/// The Python of the environment `name` with exactly the packages of `requirements`, made when it is missing, was begun
/// and not ended, or was made for other requirements or by another Python.
///
/// # Errors
/// When Python or one of the packages cannot be had.
pub(crate) fn environment(name: &str, requirements: &str) -> Result<PathBuf, Failure> {
    let (folder, python) = (folder(name), made(name));
    let stamp = folder.join("requirements.txt");
    let version = process::capture(Command::new("python3").arg("--version"))?;
    let wanted = format!("# {}\n{requirements}", String::from_utf8_lossy(&version).trim());
    if fs::read_to_string(&stamp).is_ok_and(|made_for| made_for == wanted) {
        return Ok(python);
    }
    println!("making a Python environment with {}", requirements.split_whitespace().collect::<Vec<_>>().join(", "));
    network::fetch("Python packages", || {
        process::capture(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&folder))?;
        let mut install = Command::new(&python);
        install.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"]);
        process::capture(install.args(requirements.split_whitespace()))
    })?;
    fs::write(&stamp, wanted)?;
    Ok(python)
}

/// The Python of an environment that [`environment`] has made.
pub(crate) fn made(name: &str) -> PathBuf {
    folder(name).join("bin/python")
}

fn folder(name: &str) -> PathBuf {
    workspace::output().join("python").join(name)
}
