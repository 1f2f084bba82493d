//! The trace of a key that is plugged in.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use keyrig_device::capture::{self, Capture, Carrier, Frame};
use keyrig_device::plugged::Tap;
use keyrig_device::transport::fault::Direction;
use miette::miette;

use crate::failure::Failure;

/// Writes down all that goes over the link of a key.
pub(super) struct Trace {
    capture: Capture,
    path: PathBuf,
    ends: bool,
}

impl Trace {
    /// Begins the trace of the key called `name` at `path`.
    pub(super) fn begin(path: &Path, name: &str) -> Result<Self, Failure> {
        let capture = capture::create(path, name).map_err(|error| {
            let help = "choose a file in a folder that is there and that you may write to";
            Failure::environment(miette!(help = help, "failed to begin the trace {}: {error}", path.display()))
        })?;
        Ok(Self { capture, path: path.to_owned(), ends: false })
    }

    /// The file for one key of several: its name comes before the extension.
    pub(super) fn path_for(path: &Path, name: &str) -> PathBuf {
        let stem = path.file_stem().unwrap_or_default().to_string_lossy();
        let named = path.with_file_name(format!("{stem}-{name}"));
        match path.extension() {
            Some(extension) => named.with_added_extension(extension),
            None => named,
        }
    }
}

impl Tap for Trace {
    fn frame(&mut self, carrier: Carrier, direction: Direction, bytes: &[u8]) {
        let at = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        let frame = Frame { at, carrier, direction, bytes: bytes.to_vec() };
        if let Err(error) = self.capture.write(&frame)
            && !self.ends
        {
            self.ends = true;
            eprintln!("notice: the trace {} ends here, and the key goes on: {error}", self.path.display());
        }
    }
}
