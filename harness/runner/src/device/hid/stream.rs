use std::io::{self, ErrorKind, Read as _, Write as _};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::{Duration, Instant};

use keyrig_ctap::ctaphid::{REPORT_LENGTH, Report};

use super::Wire;
use crate::device::LinkError;

/// Reports of 64 bytes, one after the other, over a Unix socket: what `keyrig plug --link socket:<path>` listens on.
#[derive(Debug)]
pub struct Stream {
    stream: UnixStream,
    /// What has come of the next report.
    report: Report,
    come: usize,
}

impl Stream {
    /// Connects to the socket at `path`.
    ///
    /// # Errors
    ///
    /// [`LinkError`] where nobody listens there.
    pub fn connect(path: &Path) -> Result<Self, LinkError> {
        let stream = UnixStream::connect(path)
            .map_err(|error| LinkError(format!("nothing answers at {}: {error}", path.display())))?;
        Ok(stream.into())
    }
}

impl From<UnixStream> for Stream {
    fn from(stream: UnixStream) -> Self {
        Self { stream, report: [0; REPORT_LENGTH], come: 0 }
    }
}

impl Wire for Stream {
    fn send(&mut self, report: &Report) -> Result<(), LinkError> {
        self.stream.write_all(report).map_err(gone)
    }

    fn receive(&mut self, patience: Duration) -> Result<Option<Report>, LinkError> {
        let until = Instant::now() + patience;
        while self.come < REPORT_LENGTH {
            let rest = until.saturating_duration_since(Instant::now());
            if rest.is_zero() {
                return Ok(None);
            }
            self.stream.set_read_timeout(Some(rest)).map_err(gone)?;
            match self.stream.read(&mut self.report[self.come..]) {
                Ok(0) => return Err(LinkError("it was pulled out".to_owned())),
                Ok(more) => self.come += more,
                Err(error) => match error.kind() {
                    ErrorKind::WouldBlock | ErrorKind::TimedOut => return Ok(None),
                    ErrorKind::Interrupted => {}
                    _ => return Err(gone(error)),
                },
            }
        }
        self.come = 0;
        Ok(Some(self.report))
    }
}

fn gone(error: io::Error) -> LinkError {
    match error.kind() {
        ErrorKind::BrokenPipe | ErrorKind::ConnectionReset => LinkError("it was pulled out".to_owned()),
        _ => LinkError(format!("its socket fails: {error}")),
    }
}
