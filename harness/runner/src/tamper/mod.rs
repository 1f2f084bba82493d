//! Lies, one file each, at three seams: `client` before signing, `authenticator` in what is signed, `wire` after it.
//!
//! A new one is a new file in the folder of its seam and a line in that folder's `ALL`.

mod authenticator;
mod call;
mod client;
pub mod difference;
mod foil;
mod genuine;
mod wire;

use std::sync::LazyLock;

use keyrig_ctap::seal::Draft;
use serde::Serialize;
use thiserror::Error;

use crate::ceremony::Ceremony;
use crate::client::ClientDraft;

pub use call::{DraftLie, TamperCall, TamperError};
pub use difference::Difference;
pub use foil::{Foil, Need};
pub use genuine::Genuine;
pub use wire::Answer;

const BOTH: &[Ceremony] = &[Ceremony::Registration, Ceremony::Authentication];
const REGISTRATION: &[Ceremony] = &[Ceremony::Registration];
const AUTHENTICATION: &[Ceremony] = &[Ceremony::Authentication];

/// A lie.
#[derive(Debug)]
pub struct Tamper {
    /// The seam and the name: `authenticator/clear-uv`.
    pub id: &'static str,
    /// The ceremonies in which it can be told.
    pub ceremonies: &'static [Ceremony],
    /// What it changes, in one sentence.
    pub summary: &'static str,
    /// The fields that it changes, as [`Difference::path`] names them; some only where they are there.
    pub changes: &'static [&'static str],
    /// What may be said about it.
    pub argument: Argument,
    /// What has to be at hand to tell it.
    pub need: Need,
    /// How it is told.
    pub lie: Lie,
}

/// What may be said about a tamper.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Argument {
    /// Nothing.
    None,
    /// A value of this name; the tamper has one of its own otherwise.
    Optional(&'static str),
    /// A value of this name.
    Required(&'static str),
}

/// How a lie is told, by its seam.
#[derive(Clone, Copy, Debug)]
pub enum Lie {
    /// Before signing.
    Client(fn(&mut ClientDraft, &Telling<'_>) -> Result<(), &'static str>),
    /// In what is signed.
    Authenticator(fn(&mut Draft, &Telling<'_>) -> Result<(), &'static str>),
    /// After signing.
    Wire(fn(&mut Answer, &Telling<'_>) -> Result<(), &'static str>),
}

/// What a lie knows while it is told.
#[derive(Clone, Copy, Debug)]
pub struct Telling<'a> {
    /// What was said about it.
    pub argument: Option<&'a str>,
    /// What was gathered for it.
    pub foil: &'a Foil,
}

/// Where a lie is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Seam {
    /// Before signing.
    Client,
    /// In what is signed, by whoever vouches.
    Authenticator,
    /// After signing.
    Wire,
}

/// A lie cannot be told here.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{tamper} cannot be told here: {why}")]
pub struct CannotLie {
    /// The tamper's id.
    pub tamper: &'static str,
    /// Why, as a fragment.
    pub why: &'static str,
}

impl Tamper {
    /// Where it is told.
    pub const fn seam(&self) -> Seam {
        match self.lie {
            Lie::Client(_) => Seam::Client,
            Lie::Authenticator(_) => Seam::Authenticator,
            Lie::Wire(_) => Seam::Wire,
        }
    }

    /// Whether it can be told in `ceremony`.
    pub fn fits(&self, ceremony: Ceremony) -> bool {
        self.ceremonies.contains(&ceremony)
    }
}

/// Every tamper, sorted by id.
pub fn all() -> &'static [&'static Tamper] {
    static ALL: LazyLock<Vec<&'static Tamper>> =
        LazyLock::new(|| [authenticator::ALL, client::ALL, wire::ALL].concat());
    &ALL
}

/// The tamper with this id.
pub fn find(id: &str) -> Option<&'static Tamper> {
    all().binary_search_by_key(&id, |tamper| tamper.id).ok().map(|i| all()[i])
}
