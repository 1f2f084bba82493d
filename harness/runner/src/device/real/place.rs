use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use thiserror::Error;

/// Where a key that is not emulated here is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// On USB: at this path, or the only one there is.
    Hid(Option<String>),
    /// On this PC/SC reader, named by a part of its name, or on the only one that has a key on it.
    Nfc(Option<String>),
    /// Behind this Unix socket, which carries reports of 64 bytes.
    Socket(PathBuf),
}

/// It is no place for a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("it is `hid`, `hid:<path>`, `nfc`, `nfc:<reader>` or `socket:<path>`")]
pub struct PlaceError;

impl FromStr for Place {
    type Err = PlaceError;

    fn from_str(text: &str) -> Result<Self, PlaceError> {
        let (kind, rest) = match text.split_once(':') {
            Some((_, "")) => return Err(PlaceError),
            Some((kind, rest)) => (kind, Some(rest)),
            None => (text, None),
        };
        match (kind, rest) {
            ("hid", path) => Ok(Self::Hid(path.map(str::to_owned))),
            ("nfc", reader) => Ok(Self::Nfc(reader.map(str::to_owned))),
            ("socket", Some(path)) => Ok(Self::Socket(path.into())),
            _ => Err(PlaceError),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Hid(None) => f.write_str("hid"),
            Self::Hid(Some(path)) => write!(f, "hid:{path}"),
            Self::Nfc(None) => f.write_str("nfc"),
            Self::Nfc(Some(reader)) => write!(f, "nfc:{reader}"),
            Self::Socket(path) => write!(f, "socket:{}", path.display()),
        }
    }
}
