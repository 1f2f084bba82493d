//! The state in parts, as a store writes them: canonical CBOR, each part by itself.
//!
//! A change touches few parts ([`Edit::parts`]); a store applies it to a [`State`] and writes their records anew. Who
//! changes a record's form raises [`FORMAT`].

mod credential;
mod device;
mod members;

use alloc::boxed::Box;
use alloc::vec::Vec;

use keyrig_ctap::cbor::{DecodeError, Problem};

use super::{Edit, State, Stored};

/// The version of all the records' form.
pub const FORMAT: u64 = 1;

/// What a store writes by itself.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// The credential with this id.
    Credential(Vec<u8>),
    /// What there is once and is small.
    Device,
    /// The serialized large-blob array.
    LargeBlobs,
}

impl Edit {
    /// The parts that it changes or removes; `None` where it may be all of them.
    pub fn parts(&self) -> Option<Vec<Part>> {
        let credential = |id: &[u8]| Part::Credential(id.to_vec());
        Some(match self {
            Self::PutCredential(source) => Vec::from([credential(&source.id), Part::Device]),
            Self::RemoveCredential(id) => Vec::from([credential(id), Part::Device]),
            Self::SignCount { credential: Some(id), .. } => Vec::from([credential(id)]),
            Self::LargeBlobs(_) => Vec::from([Part::LargeBlobs]),
            Self::Reset { .. } | Self::Memory(_) => return None,
            Self::SignCount { credential: None, .. }
            | Self::Pin(_)
            | Self::PinRetries(_)
            | Self::UvRetries(_)
            | Self::ForcePinChange(_)
            | Self::Configuration(_)
            | Self::PersistentToken(_)
            | Self::Identifier(_)
            | Self::UvCount(_)
            | Self::PutFingerprint(_)
            | Self::RemoveFingerprint(_)
            | Self::SerialNumber(_)
            | Self::Backup(_)
            | Self::Profile(_)
            | Self::WornOut(_) => Vec::from([Part::Device]),
        })
    }
}

impl State {
    /// Every part that there is, credentials by id first.
    pub fn parts(&self) -> impl Iterator<Item = Part> {
        let credentials = self.credentials.keys().map(|id| Part::Credential(id.to_vec()));
        credentials.chain([Part::Device, Part::LargeBlobs])
    }

    /// The record of a part; `None` for a credential that is not there.
    pub fn record(&self, part: &Part) -> Option<Vec<u8>> {
        match part {
            Part::Credential(id) => self.credentials.get(id.as_slice()).map(|stored| credential::encode(stored)),
            Part::Device => Some(device::encode(self)),
            Part::LargeBlobs => Some(self.large_blobs.clone()),
        }
    }

    /// The state that these are the records of, in any order. Counters are where the records have them.
    ///
    /// # Errors
    ///
    /// [`DecodeError`] where a record has another form, or is missing, or is another credential's.
    pub fn from_records(records: impl IntoIterator<Item = (Part, Vec<u8>)>) -> Result<Self, DecodeError> {
        let (mut device, mut large_blobs, mut credentials) = (None, None, Vec::new());
        for (part, record) in records {
            match part {
                Part::Credential(id) => credentials.push(credential::decode(&id, &record)?),
                Part::Device => device = Some(device::decode(&record)?),
                Part::LargeBlobs => large_blobs = Some(record),
            }
        }
        let mut state = device.ok_or(missing("the device's record"))?;
        state.large_blobs = large_blobs.ok_or(missing("the large blobs' record"))?;
        let (created, changes) = (state.created, state.discoverable_changes);
        for Stored { source, persisted } in credentials {
            let count = Edit::SignCount { credential: Some(source.id.clone()), up_to: persisted };
            state.apply(&Edit::PutCredential(Box::new(source)));
            state.apply(&count);
        }
        // What putting them back has counted, the device's record has counted before.
        (state.created, state.discoverable_changes) = (created, changes);
        Ok(state)
    }
}

const fn missing(field: &'static str) -> DecodeError {
    DecodeError { at: 0, field, problem: Problem::Missing }
}
