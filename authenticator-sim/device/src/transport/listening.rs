//! A link without a kernel: programs connect to a socket and speak raw reports, 64 bytes each way.
//!
//! It is to them what a hidraw node is: whoever is connected sees every report of the authenticator, and finds its own by
//! their channel; who reads too slowly loses the oldest.

use std::io;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixStream as Probe;
use std::path::{Path, PathBuf};

use keyrig_ctap::ctaphid::Report;
use tokio::net::{UnixListener, UnixStream};
use tokio::select;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{broadcast, mpsc};
use tokio::task::JoinSet;

use super::{Link, Socket};

/// Programs that may be connected at once; one more is shown the door.
pub(super) const MOST_PROGRAMS: usize = 32;

/// Reports that wait for the authenticator. A program that sends more waits itself.
const WAITING: usize = 64;

/// Reports that wait for a slow program, twice as many as the longest message has; older ones are lost to it.
const UNREAD: usize = 258;

/// A socket that programs connect to.
#[derive(Debug)]
pub struct Listening {
    path: PathBuf,
    from_programs: mpsc::Receiver<Report>,
    to_programs: broadcast::Sender<Report>,
    _tasks: JoinSet<()>,
}

impl Listening {
    /// Listens at `path`, for this user only. A socket that nobody listens at any more is replaced.
    ///
    /// # Errors
    ///
    /// [`io::ErrorKind::AddrInUse`] where somebody listens there or it is no socket; else what the operating system says.
    ///
    /// # Panics
    ///
    /// Outside a tokio runtime that does I/O.
    pub fn at(path: impl Into<PathBuf>) -> io::Result<Self> {
        let path = path.into();
        let listener = bind(&path)?;
        let (send, from_programs) = mpsc::channel(WAITING);
        let (to_programs, _) = broadcast::channel(UNREAD);
        let mut tasks = JoinSet::new();
        tasks.spawn(accept(listener, send, to_programs.clone()));
        Ok(Self { path, from_programs, to_programs, _tasks: tasks })
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        // What remains is replaced by the next one.
        let _ = std::fs::remove_file(&self.path);
    }
}

impl Link for Listening {
    async fn receive(&mut self) -> io::Result<Option<Report>> {
        Ok(self.from_programs.recv().await)
    }

    async fn send(&mut self, report: &Report) -> io::Result<()> {
        // Without programs nobody hears it.
        let _ = self.to_programs.send(*report);
        Ok(())
    }
}

/// Binds a socket that this user alone may connect to, in the place of one that is dead.
///
/// # Errors
///
/// As [`Listening::at`].
pub(crate) fn bind(path: &Path) -> io::Result<UnixListener> {
    if let Err(error) = Probe::connect(path)
        && error.kind() == io::ErrorKind::ConnectionRefused
        && std::fs::symlink_metadata(path).is_ok_and(|found| is_socket(&found))
    {
        std::fs::remove_file(path)?;
    }
    let listener = UnixListener::bind(path)?;
    std::fs::set_permissions(path, PermissionsExt::from_mode(0o600))?;
    Ok(listener)
}

fn is_socket(found: &std::fs::Metadata) -> bool {
    use std::os::unix::fs::FileTypeExt;
    found.file_type().is_socket()
}

/// Takes programs in until nobody wants their reports any more; then all are cut off.
async fn accept(listener: UnixListener, send: mpsc::Sender<Report>, back: broadcast::Sender<Report>) {
    let mut programs = JoinSet::new();
    loop {
        select! {
            accepted = listener.accept() => {
                if let Ok((stream, _)) = accepted && programs.len() < MOST_PROGRAMS {
                    programs.spawn(carry(stream, send.clone(), back.subscribe()));
                }
            }
            Some(_) = programs.join_next() => {}
        }
    }
}

/// Carries reports for one program until it is gone.
async fn carry(stream: UnixStream, send: mpsc::Sender<Report>, mut back: broadcast::Receiver<Report>) {
    let mut program = Socket::from(stream);
    loop {
        let goes_on = select! {
            received = program.receive() => match received {
                Ok(Some(report)) => send.send(report).await.is_ok(),
                Ok(None) | Err(_) => false,
            },
            report = back.recv() => match report {
                Ok(report) => program.send(&report).await.is_ok(),
                Err(RecvError::Lagged(_)) => true,
                Err(RecvError::Closed) => false,
            },
        };
        if !goes_on {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::time::Duration;

    use super::*;

    #[tokio::test]
    async fn a_socket_is_its_owners_alone_and_gone_afterwards() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key.hid");
        let listening = Listening::at(&path).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(Listening::at(&path).unwrap_err().kind(), io::ErrorKind::AddrInUse, "somebody listens");
        drop(listening);
        assert!(!path.exists());
    }

    #[tokio::test]
    async fn a_dead_socket_is_replaced_and_another_file_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key.hid");
        drop(std::os::unix::net::UnixListener::bind(&path).unwrap());
        assert!(path.exists(), "as after a kill");
        assert!(Listening::at(&path).is_ok());
        fs::write(&path, "mine").unwrap();
        assert_eq!(Listening::at(&path).unwrap_err().kind(), io::ErrorKind::AddrInUse);
        assert_eq!(fs::read(&path).unwrap(), b"mine");
    }

    #[tokio::test]
    async fn one_program_too_many_is_shown_the_door() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key.hid");
        let mut listening = Listening::at(&path).unwrap();
        let mut programs = Vec::new();
        for _ in 0..MOST_PROGRAMS {
            let mut program = Socket::from(UnixStream::connect(&path).await.unwrap());
            program.send(&[1; 64]).await.unwrap();
            assert_eq!(listening.receive().await.unwrap(), Some([1; 64]));
            programs.push(program);
        }
        let mut late = Socket::from(UnixStream::connect(&path).await.unwrap());
        let heard = tokio::time::timeout(Duration::from_secs(10), late.receive()).await.expect("it is not let in");
        assert_eq!(heard.unwrap(), None);
    }
}
