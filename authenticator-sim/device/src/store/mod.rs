//! Where an authenticator's memory survives: a file that loses no acknowledged change, or this process.
//!
//! [`Store::commit`] takes what [`keyrig_core::Output::Persist`] gives and returns when it is durable; the reply that
//! waits for it says so to the platform. Whoever opens the file again gets the state of the last commit, and counters go
//! on ahead of what was told.
//!
//! The file holds private keys: it is made with mode 0600, and refused where others may read it. One process holds it at
//! a time. A file that is damaged, or written by a newer keyrig, is refused, and nothing in it is written over.

mod error;
mod file;
mod tables;

use std::collections::BTreeSet;
use std::path::Path;

use aws_lc_rs::digest::{self, SHA256};
use keyrig_core::entropy::Seeded;
use keyrig_core::state::Part;
use keyrig_core::{Change, Entropy, State};
use keyrig_ctap::profile::Profile;
use zeroize::Zeroizing;

pub use error::{StoreError, Trouble};

use crate::provider::OsRandom;
use tables::Tables;

/// What the secrets of a device are drawn from, if not from the operating system's randomness.
pub type Seed = Zeroizing<[u8; 32]>;

/// The memory of one authenticator.
pub struct Store {
    state: State,
    draws: Draws,
    /// `None` where this process is all there is.
    tables: Option<Tables>,
    failed: bool,
}

/// What a device draws from, at each power-up anew.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Draws {
    seed: Option<Seed>,
    /// Counted from 1.
    power_ups: u64,
}

impl Store {
    /// Makes a file with the memory of a new authenticator of `profile`. With a seed, the authenticator draws the same
    /// secrets as every other one of that seed.
    ///
    /// # Errors
    ///
    /// [`Trouble::Exists`], or what the operating system says.
    pub fn create(path: &Path, profile: &Profile, seed: Option<[u8; 32]>) -> Result<Self, StoreError> {
        let fresh = Self::in_memory(profile, seed);
        let in_place = |trouble| StoreError::new("create", path, trouble);
        let tables = file::create(path, |tables| tables.write_all(&fresh.state, &fresh.draws)).map_err(in_place)?;
        Ok(Self { tables: Some(tables), ..fresh })
    }

    /// Opens the file, which gives its authenticator power.
    ///
    /// # Errors
    ///
    /// [`StoreError`], where there is none, where it cannot be trusted, or where another process has it.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let in_place = |trouble| StoreError::new("open", path, trouble);
        file::open(path).and_then(Self::power_up).map_err(in_place)
    }

    /// A memory that ends with this process.
    pub fn in_memory(profile: &Profile, seed: Option<[u8; 32]>) -> Self {
        let draws = Draws { seed: seed.map(Zeroizing::new), power_ups: 1 };
        Self { state: State::new(profile), draws, tables: None, failed: false }
    }

    fn power_up(tables: Tables) -> Result<Self, Trouble> {
        let (state, before) = tables.read()?;
        let draws = Draws { power_ups: before.power_ups.saturating_add(1), ..before };
        tables.write_draws(&draws)?;
        Ok(Self { state, draws, tables: Some(tables), failed: false })
    }

    /// What the authenticator remembers; [`State::profile`] says which one it is.
    pub const fn state(&self) -> &State {
        &self.state
    }

    /// What it draws from now on: of its seed, and at no power-up what it has drawn before.
    pub fn entropy(&self) -> Box<dyn Entropy> {
        let Draws { seed: Some(seed), power_ups } = &self.draws else { return Box::new(OsRandom) };
        if *power_ups == 1 {
            return Box::new(Seeded::new(**seed));
        }
        let bytes = Zeroizing::new([&seed[..], &power_ups.to_be_bytes()].concat());
        let digest = digest::digest(&SHA256, &bytes);
        Box::new(Seeded::new(digest.as_ref().try_into().expect("SHA-256 is 32 bytes")))
    }

    /// Makes a change, all of it or nothing; it is durable when this returns.
    ///
    /// # Errors
    ///
    /// What the operating system says. Nobody knows then whether the change was made, so the store takes no other one;
    /// who opens it again finds the state before it or after it.
    pub fn commit(&mut self, change: &Change) -> Result<(), StoreError> {
        let mut touched = BTreeSet::new();
        for edit in &change.edits {
            match edit.parts() {
                Some(parts) => {
                    touched.extend(parts);
                    self.state.apply(edit);
                }
                None => {
                    touched.extend(self.state.parts());
                    self.state.apply(edit);
                    touched.extend(self.state.parts());
                }
            }
        }
        let Some(tables) = &self.tables else { return Ok(()) };
        let written = if self.failed { Err(Trouble::Failed) } else { tables.write(&self.state, &touched) };
        written.map_err(|trouble| {
            self.failed = true;
            StoreError::new("write", tables.path(), trouble)
        })
    }
}

#[cfg(test)]
mod tests;
