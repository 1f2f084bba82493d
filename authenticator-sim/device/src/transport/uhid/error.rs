use std::io;
use std::path::Path;

use miette::Diagnostic;
use thiserror::Error;

/// Where the kernel tells the number of the node, once the module is loaded.
const LOADED: &str = "/sys/class/misc/uhid/dev";

/// A device that cannot be plugged in: why, and what to type.
#[derive(Debug, Error, Diagnostic)]
#[error("plug a virtual key in: {problem}")]
pub struct PlugError {
    problem: Problem,
    #[help]
    help: String,
    source: io::Error,
}

/// Why a device cannot be plugged in.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Problem {
    /// The module `uhid` is there and not loaded.
    #[error("the kernel module uhid is not loaded")]
    NotLoaded,
    /// The kernel comes without the module.
    #[error("the kernel {release} has no module uhid")]
    NoModule {
        /// The kernel's release, as `uname -r` has it.
        release: String,
    },
    /// The module is loaded, and nobody made its node.
    #[error("{node} does not exist")]
    NoNode {
        /// The path.
        node: String,
        /// Major and minor number.
        device: (u32, u32),
    },
    /// The node is somebody else's.
    #[error("{node} may not be opened by this user")]
    NotAllowed {
        /// The path.
        node: String,
    },
    /// The kernel does not take the device.
    #[error("{node} refuses the device")]
    Refused {
        /// The path.
        node: String,
    },
}

/// What the kernel says about the module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Kernel {
    /// The kernel's release.
    pub(super) release: String,
    /// Whether the release comes with the module.
    pub(super) has_module: bool,
    /// Major and minor number of the node, where the module is loaded.
    pub(super) device: Option<(u32, u32)>,
}

impl PlugError {
    /// Why, in one of a few words.
    pub const fn problem(&self) -> &Problem {
        &self.problem
    }

    /// What to type.
    pub fn remedy(&self) -> &str {
        &self.help
    }

    pub(super) fn open(node: &Path, source: io::Error) -> Self {
        let problem = Problem::found(node, &source, &Kernel::look());
        Self { help: problem.remedy(), problem, source }
    }

    pub(super) fn create(node: &Path, source: io::Error) -> Self {
        let problem = Problem::Refused { node: node.display().to_string() };
        Self { help: problem.remedy(), problem, source }
    }
}

impl Problem {
    pub(crate) fn found(node: &Path, error: &io::Error, machine: &Kernel) -> Self {
        let node = node.display().to_string();
        match (error.kind(), machine.device) {
            (io::ErrorKind::PermissionDenied, _) => Self::NotAllowed { node },
            (io::ErrorKind::NotFound, Some(device)) => Self::NoNode { node, device },
            (_, Some(_)) => Self::Refused { node },
            (_, None) if machine.has_module => Self::NotLoaded,
            (_, None) => Self::NoModule { release: machine.release.clone() },
        }
    }

    /// What to type: a line that a shell takes as it is.
    pub fn remedy(&self) -> String {
        match self {
            Self::NotLoaded => "sudo modprobe uhid".to_owned(),
            Self::NoModule { .. } => {
                "sudo apt-get install linux-image-amd64 && sudo reboot  # in a container: the machine under it"
                    .to_owned()
            }
            Self::NoNode { node, device: (major, minor) } => {
                format!("sudo mknod --mode=600 {node} c {major} {minor} && sudo chown \"$(id -un)\" {node}")
            }
            Self::NotAllowed { node } => format!("sudo chown \"$(id -un)\" {node}"),
            Self::Refused { .. } => "sudo dmesg | tail".to_owned(),
        }
    }
}

impl Kernel {
    /// This machine's.
    fn look() -> Self {
        Self::told_by(|path| keyrig_files::text(path).unwrap_or_default())
    }

    /// What `read` tells, which gives the text of a file, empty where there is none.
    pub(crate) fn told_by(read: impl Fn(&str) -> String) -> Self {
        let release = read("/proc/sys/kernel/osrelease").trim().to_owned();
        let modules = format!("/lib/modules/{release}");
        let has_module =
            ["modules.dep", "modules.builtin"].iter().any(|list| lists_uhid(&read(&format!("{modules}/{list}"))));
        Self { has_module, device: device_number(&read(LOADED)), release }
    }

    /// Whether the module is loaded.
    pub(crate) const fn is_loaded(&self) -> bool {
        self.device.is_some()
    }
}

/// Whether a list of modules, one path a line, names uhid.
pub(super) fn lists_uhid(list: &str) -> bool {
    list.lines().any(|line| line.split(':').next().is_some_and(|path| path.contains("/uhid.ko")))
}

/// `10:239`.
pub(super) fn device_number(text: &str) -> Option<(u32, u32)> {
    let (major, minor) = text.trim().split_once(':')?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}
