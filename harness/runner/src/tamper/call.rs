//! A tamper that somebody asked for, with what was said about it.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use keyrig_ctap::seal::Draft;
use serde::{Serialize, Serializer};
use thiserror::Error;

use super::{Argument, CannotLie, Foil, Lie, Tamper, Telling, all, find};

/// A tamper that somebody asked for, with what was said about it. As text: `client/origin=https://evil.example`.
#[derive(Clone, Debug)]
pub struct TamperCall {
    /// Which.
    pub tamper: &'static Tamper,
    /// What was said about it.
    pub argument: Option<String>,
}

const LISTED: &str = "`keyrig list tampers` names them all";

/// A tamper cannot be asked for in this way.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum TamperError {
    /// Nobody knows it.
    #[error("no tamper is called {id}; {}", nearest.map_or(LISTED.to_owned(), |n| format!("did you mean {n}?")))]
    Unknown {
        /// What was asked for.
        id: String,
        /// The nearest right name.
        nearest: Option<&'static str>,
    },
    /// It takes no value.
    #[error("{id} takes no value")]
    NoArgument {
        /// The tamper's id.
        id: &'static str,
    },
    /// It needs a value.
    #[error("{id} needs a value: {argument}")]
    NeedsArgument {
        /// The tamper's id.
        id: &'static str,
        /// The value's name.
        argument: &'static str,
    },
}

impl TamperCall {
    /// Asks for the tamper called `id`.
    ///
    /// # Errors
    ///
    /// [`TamperError`] says what is wrong with the request.
    pub fn new(id: &str, argument: Option<&str>) -> Result<Self, TamperError> {
        let tamper = find(id).ok_or_else(|| TamperError::Unknown { id: id.to_owned(), nearest: nearest(id) })?;
        match (tamper.argument, argument) {
            (Argument::None, Some(_)) => Err(TamperError::NoArgument { id: tamper.id }),
            (Argument::Required(argument), None) => Err(TamperError::NeedsArgument { id: tamper.id, argument }),
            _ => Ok(Self { tamper, argument: argument.map(str::to_owned) }),
        }
    }

    pub(crate) fn telling<'a>(&'a self, foil: &'a Foil) -> Telling<'a> {
        Telling { argument: self.argument.as_deref(), foil }
    }

    pub(crate) fn cannot(&self, why: &'static str) -> CannotLie {
        CannotLie { tamper: self.tamper.id, why }
    }
}

impl FromStr for TamperCall {
    type Err = TamperError;

    fn from_str(text: &str) -> Result<Self, TamperError> {
        match text.split_once('=') {
            Some((id, argument)) => Self::new(id, Some(argument)),
            None => Self::new(text, None),
        }
    }
}

impl fmt::Display for TamperCall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.tamper.id)?;
        self.argument.as_ref().map_or(Ok(()), |argument| write!(f, "={argument}"))
    }
}

impl Serialize for TamperCall {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// A lie of the authenticator seam with all that it needs, ready to be armed.
#[derive(Clone)]
pub struct DraftLie {
    call: TamperCall,
    foil: Arc<Foil>,
}

impl DraftLie {
    /// `None` where `call` is of another seam.
    pub fn new(call: &TamperCall, foil: &Arc<Foil>) -> Option<Self> {
        matches!(call.tamper.lie, Lie::Authenticator(_)).then(|| Self { call: call.clone(), foil: Arc::clone(foil) })
    }

    /// Changes `draft`.
    ///
    /// # Errors
    ///
    /// [`CannotLie`] where the draft has not what the lie is about; it is unchanged then.
    pub fn tell(&self, draft: &mut Draft) -> Result<(), CannotLie> {
        let Lie::Authenticator(lie) = self.call.tamper.lie else { return Ok(()) };
        lie(draft, &self.call.telling(&self.foil)).map_err(|why| self.call.cannot(why))
    }
}

fn nearest(id: &str) -> Option<&'static str> {
    all()
        .iter()
        .map(|tamper| (strsim::damerau_levenshtein(id, tamper.id), tamper.id))
        .min()
        .filter(|(distance, candidate)| *distance <= candidate.len() / 3)
        .map(|(_, id)| id)
}
