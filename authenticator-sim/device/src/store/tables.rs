//! The records of a state in the tables of a redb database.

use std::collections::BTreeSet;
use std::fmt;
use std::path::{Path, PathBuf};

use keyrig_core::State;
use keyrig_core::state::FORMAT;
use redb::{Database, ReadTransaction, ReadableDatabase, ReadableTable, TableDefinition, WriteTransaction};
use zeroize::Zeroizing;

use super::{Draws, Part, Trouble};

/// Records by the id of their credential.
const CREDENTIALS: TableDefinition<'_, &[u8], &[u8]> = TableDefinition::new("credentials");

/// What there is once, by name.
const DEVICE: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("device");

/// The file's form, in [`DEVICE`]: a number, as all numbers there in 8 bytes, big-endian. It is read first.
const FORMAT_KEY: &str = "format";
const STATE_KEY: &str = "state";
const LARGE_BLOBS_KEY: &str = "large blobs";
/// Missing where the device draws from the operating system.
const SEED_KEY: &str = "seed";
const POWER_UPS_KEY: &str = "power-ups";

/// An open database.
pub(super) struct Tables {
    database: Database,
    path: PathBuf,
}

impl Tables {
    pub(super) const fn new(database: Database, path: PathBuf) -> Self {
        Self { database, path }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// The state and the draws up to now.
    pub(super) fn read(&self) -> Result<(State, Draws), Trouble> {
        let transaction = self.database.begin_read()?;
        let device = Device::of(&transaction)?;
        device.check_format()?;
        let credentials = transaction.open_table(CREDENTIALS)?;
        let mut records = Vec::new();
        for entry in credentials.iter()? {
            let (id, record) = entry?;
            records.push((Part::Credential(id.value().to_vec()), record.value().to_vec()));
        }
        records.push((Part::Device, device.require(STATE_KEY)?));
        records.push((Part::LargeBlobs, device.require(LARGE_BLOBS_KEY)?));
        Ok((State::from_records(records).map_err(damaged)?, device.draws()?))
    }

    /// Fills an empty database.
    pub(super) fn write_all(&self, state: &State, draws: &Draws) -> Result<(), Trouble> {
        self.transact(|transaction| {
            put(transaction, FORMAT_KEY, &FORMAT.to_be_bytes())?;
            if let Some(seed) = &draws.seed {
                put(transaction, SEED_KEY, &seed[..])?;
            }
            put(transaction, POWER_UPS_KEY, &draws.power_ups.to_be_bytes())?;
            write_parts(transaction, state, &state.parts().collect())
        })
    }

    /// Writes these parts of the state, or removes those that it has no more.
    pub(super) fn write(&self, state: &State, parts: &BTreeSet<Part>) -> Result<(), Trouble> {
        self.transact(|transaction| write_parts(transaction, state, parts))
    }

    pub(super) fn write_draws(&self, draws: &Draws) -> Result<(), Trouble> {
        self.transact(|transaction| put(transaction, POWER_UPS_KEY, &draws.power_ups.to_be_bytes()))
    }

    /// All of it or nothing, and durable: redb syncs the file before a commit returns.
    fn transact(&self, write: impl FnOnce(&WriteTransaction) -> Result<(), Trouble>) -> Result<(), Trouble> {
        let transaction = self.database.begin_write()?;
        write(&transaction)?;
        Ok(transaction.commit()?)
    }
}

fn write_parts(transaction: &WriteTransaction, state: &State, parts: &BTreeSet<Part>) -> Result<(), Trouble> {
    let mut credentials = transaction.open_table(CREDENTIALS)?;
    for part in parts {
        let record = state.record(part).map(Zeroizing::new);
        match (part, record) {
            (Part::Credential(id), Some(record)) => drop(credentials.insert(&id[..], &record[..])?),
            (Part::Credential(id), None) => drop(credentials.remove(&id[..])?),
            (Part::Device, Some(record)) => put(transaction, STATE_KEY, &record)?,
            (Part::LargeBlobs, Some(record)) => put(transaction, LARGE_BLOBS_KEY, &record)?,
            (Part::Device | Part::LargeBlobs, None) => {}
        }
    }
    Ok(())
}

fn put(transaction: &WriteTransaction, key: &str, value: &[u8]) -> Result<(), Trouble> {
    transaction.open_table(DEVICE)?.insert(key, value)?;
    Ok(())
}

/// What there is once, as it is read.
struct Device(redb::ReadOnlyTable<&'static str, &'static [u8]>);

impl Device {
    fn of(transaction: &ReadTransaction) -> Result<Self, Trouble> {
        Ok(Self(transaction.open_table(DEVICE)?))
    }

    fn check_format(&self) -> Result<(), Trouble> {
        match self.number(FORMAT_KEY)? {
            FORMAT => Ok(()),
            found if found > FORMAT => Err(Trouble::Newer { found }),
            found => Err(damaged(format!("there was never a format {found}"))),
        }
    }

    fn draws(&self) -> Result<Draws, Trouble> {
        let seed = self.get(SEED_KEY)?.map(|seed| <[u8; 32]>::try_from(seed).map(Zeroizing::new)).transpose();
        let seed = seed.map_err(|_| damaged("its seed has a wrong length"))?;
        Ok(Draws { seed, power_ups: self.number(POWER_UPS_KEY)? })
    }

    fn get(&self, key: &str) -> Result<Option<Vec<u8>>, Trouble> {
        Ok(self.0.get(key)?.map(|value| value.value().to_vec()))
    }

    fn require(&self, key: &str) -> Result<Vec<u8>, Trouble> {
        self.get(key)?.ok_or_else(|| damaged(format!("it has no {key}")))
    }

    fn number(&self, key: &str) -> Result<u64, Trouble> {
        let bytes = self.require(key)?;
        bytes.try_into().map(u64::from_be_bytes).map_err(|_| damaged(format!("its {key} is no number")))
    }
}

fn damaged(what: impl fmt::Display) -> Trouble {
    Trouble::Damaged { what: what.to_string() }
}
