//! A link without a device: reports over a pair of connected sockets.

use std::io;

use keyrig_ctap::ctaphid::{REPORT_LENGTH, Report};
use tokio::io::AsyncWriteExt;
use tokio::net::UnixStream;

use super::Link;

/// One end of a pair of sockets, or of any stream that carries reports one after the other.
#[derive(Debug)]
pub struct Socket {
    stream: UnixStream,
    /// What has come of the next report.
    report: Report,
    come: usize,
}

impl Socket {
    /// Two ends, each the other's.
    ///
    /// # Errors
    ///
    /// What the operating system says.
    pub fn pair() -> io::Result<(Self, Self)> {
        let (one, other) = UnixStream::pair()?;
        Ok((one.into(), other.into()))
    }
}

impl From<UnixStream> for Socket {
    fn from(stream: UnixStream) -> Self {
        Self { stream, report: [0; REPORT_LENGTH], come: 0 }
    }
}

impl Link for Socket {
    async fn receive(&mut self) -> io::Result<Option<Report>> {
        while self.come < REPORT_LENGTH {
            self.stream.readable().await?;
            match self.stream.try_read(&mut self.report[self.come..]) {
                Ok(0) => return Ok(None),
                Ok(more) => self.come += more,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) if error.kind() == io::ErrorKind::ConnectionReset => return Ok(None),
                Err(error) => return Err(error),
            }
        }
        self.come = 0;
        Ok(Some(self.report))
    }

    async fn send(&mut self, report: &Report) -> io::Result<()> {
        self.stream.write_all(report).await
    }
}
