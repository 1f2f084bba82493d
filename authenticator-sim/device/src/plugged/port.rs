use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

use keyrig_ctap::ctaphid::{Command, Report};
use keyrig_ctap::profile::Profile;
use miette::Diagnostic;
use thiserror::Error;

#[cfg(target_os = "linux")]
use crate::transport::uhid::{Identity, PlugError, Uhid};
use crate::transport::vpcd::{Reader, ReaderError};
use crate::transport::{Link, Listening};

/// What programs that list cards read.
const CARD_NAME: &str = "keyrig";

/// Where a key is plugged in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Port {
    /// The operating system sees it as a USB device.
    #[cfg(target_os = "linux")]
    Uhid(Identity),
    /// Programs that connect to this socket see it, and nobody else.
    Socket(PathBuf),
    /// Programs see it as a contactless card on the virtual PC/SC reader at this address.
    Reader(SocketAddr),
}

/// Why a key cannot be plugged in.
#[derive(Debug, Error, Diagnostic)]
pub enum PortError {
    /// The operating system does not take it.
    #[cfg(target_os = "linux")]
    #[error(transparent)]
    #[diagnostic(transparent)]
    Uhid(#[from] PlugError),
    /// The socket cannot be made.
    #[error("listen at {path}: {source}")]
    #[diagnostic(help("choose another path; one that a program listens at, or that is no socket, is left alone"))]
    Socket {
        /// Where.
        path: String,
        /// Why.
        source: io::Error,
    },
    /// There is no reader to put it on.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Reader(#[from] ReaderError),
}

impl Port {
    /// A socket that programs connect to.
    pub fn socket(path: impl Into<PathBuf>) -> Self {
        Self::Socket(path.into())
    }

    /// What the key in it answers to commands of its vendor's.
    pub(super) fn vendor_answers(&self) -> Vec<(Command, Vec<u8>)> {
        match self {
            #[cfg(target_os = "linux")]
            Self::Uhid(identity) => identity.vendor_answers.clone(),
            Self::Socket(_) | Self::Reader(_) => Vec::new(),
        }
    }

    /// The same port, for a key that is a product of `profile` now.
    #[cfg_attr(not(target_os = "linux"), expect(unused_variables, reason = "only a USB device tells its product"))]
    pub(super) fn upgrade(&mut self, profile: &Profile) {
        match self {
            #[cfg(target_os = "linux")]
            Self::Uhid(identity) => *identity = identity.clone().upgraded(profile),
            Self::Socket(_) | Self::Reader(_) => {}
        }
    }

    /// Puts a key in.
    pub(super) fn open(&self) -> Result<Socketed, PortError> {
        match self {
            #[cfg(target_os = "linux")]
            Self::Uhid(identity) => Ok(Socketed::Reports(Reports::Uhid(Uhid::plug(identity)?))),
            Self::Socket(path) => match Listening::at(path) {
                Ok(listening) => Ok(Socketed::Reports(Reports::Socket(listening))),
                Err(source) => Err(PortError::Socket { path: path.display().to_string(), source }),
            },
            Self::Reader(address) => Ok(Socketed::Reader(Reader::connect(*address, CARD_NAME)?)),
        }
    }
}

/// What carries the frames of a key that is in its port.
#[derive(Debug)]
pub(super) enum Socketed {
    Reports(Reports),
    Reader(Reader),
}

/// What carries reports.
#[derive(Debug)]
pub(super) enum Reports {
    #[cfg(target_os = "linux")]
    Uhid(Uhid),
    Socket(Listening),
}

impl Link for Reports {
    async fn receive(&mut self) -> io::Result<Option<Report>> {
        match self {
            #[cfg(target_os = "linux")]
            Self::Uhid(link) => link.receive().await,
            Self::Socket(link) => link.receive().await,
        }
    }

    async fn send(&mut self, report: &Report) -> io::Result<()> {
        match self {
            #[cfg(target_os = "linux")]
            Self::Uhid(link) => link.send(report).await,
            Self::Socket(link) => link.send(report).await,
        }
    }
}
