//! A disk whose power fails.

use std::io;
use std::sync::{Arc, Mutex, MutexGuard};

use redb::StorageBackend;

/// A disk. Clones are the same disk.
#[derive(Clone, Debug, Default)]
pub(super) struct Disk(Arc<Mutex<Platters>>);

#[derive(Debug, Default)]
struct Platters {
    /// What a power cut leaves for certain.
    synced: Vec<u8>,
    /// What a reader sees.
    cached: Vec<u8>,
    /// What was written since the last sync: a power cut leaves any part of it.
    unsynced: Vec<Write>,
    /// Writes, changes of length and syncs until the power fails.
    left: Option<usize>,
    done: usize,
}

#[derive(Clone, Debug)]
enum Write {
    Bytes { at: usize, bytes: Vec<u8> },
    Length(usize),
}

impl Disk {
    pub(super) fn holding(bytes: Vec<u8>) -> Self {
        let platters = Platters { synced: bytes.clone(), cached: bytes, ..Platters::default() };
        Self(Arc::new(Mutex::new(platters)))
    }

    pub(super) fn bytes(&self) -> Vec<u8> {
        self.platters().cached.clone()
    }

    /// Writes, changes of length and syncs up to now.
    pub(super) fn operations(&self) -> usize {
        self.platters().done
    }

    /// After this many further operations every one fails.
    pub(super) fn fail_after(&self, operations: usize) {
        self.platters().left = Some(operations);
    }

    /// What the disk holds when power comes back: what was synced, and of each later write what `chance` leaves of it.
    pub(super) fn after_power_cut(&self, mut chance: impl FnMut() -> Survival) -> Vec<u8> {
        let platters = self.platters();
        let mut bytes = platters.synced.clone();
        for write in &platters.unsynced {
            match (chance(), write) {
                (Survival::Lost, _) => {}
                (Survival::Torn(share), Write::Bytes { at, bytes: written }) => {
                    let kept = written.len() * usize::from(share) / 256;
                    write_to(&mut bytes, *at, &written[..kept]);
                }
                (Survival::Torn(_) | Survival::Whole, Write::Length(length)) => bytes.resize(*length, 0),
                (Survival::Whole, Write::Bytes { at, bytes: written }) => write_to(&mut bytes, *at, written),
            }
        }
        bytes
    }

    fn platters(&self) -> MutexGuard<'_, Platters> {
        self.0.lock().unwrap()
    }

    fn operate(&self, work: impl FnOnce(&mut Platters)) -> io::Result<()> {
        let mut platters = self.platters();
        match &mut platters.left {
            Some(0) => return Err(io::Error::other("the power is gone")),
            Some(left) => *left -= 1,
            None => {}
        }
        platters.done += 1;
        work(&mut platters);
        Ok(())
    }
}

/// What a power cut leaves of a write that was not synced.
#[derive(Clone, Copy, Debug)]
pub(super) enum Survival {
    Lost,
    /// The first 256ths of it.
    Torn(u8),
    Whole,
}

fn write_to(bytes: &mut Vec<u8>, at: usize, written: &[u8]) {
    bytes.resize(bytes.len().max(at + written.len()), 0);
    bytes[at..at + written.len()].copy_from_slice(written);
}

impl StorageBackend for Disk {
    fn len(&self) -> io::Result<u64> {
        Ok(self.platters().cached.len() as u64)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let platters = self.platters();
        let at = usize::try_from(offset).unwrap();
        let bytes = platters.cached.get(at..at + out.len()).ok_or(io::ErrorKind::UnexpectedEof)?;
        out.copy_from_slice(bytes);
        Ok(())
    }

    fn set_len(&self, length: u64) -> io::Result<()> {
        let length = usize::try_from(length).unwrap();
        self.operate(|platters| {
            platters.cached.resize(length, 0);
            platters.unsynced.push(Write::Length(length));
        })
    }

    fn sync_data(&self) -> io::Result<()> {
        self.operate(|platters| {
            platters.synced.clone_from(&platters.cached);
            platters.unsynced.clear();
        })
    }

    fn write(&self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        let at = usize::try_from(offset).unwrap();
        self.operate(|platters| {
            write_to(&mut platters.cached, at, bytes);
            platters.unsynced.push(Write::Bytes { at, bytes: bytes.to_vec() });
        })
    }
}
