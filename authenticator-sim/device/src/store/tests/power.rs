//! A power cut at every point: the state is the one before the change or the one after it, and never less than what was
//! acknowledged.

use keyrig_core::state::Fingerprint;
use keyrig_core::{Change, Edit, State};

use super::disk::{Disk, Survival};
use super::edits::{profile, put};
use crate::store::{Draws, Store, Trouble, file};

/// A disk with a new store on it.
pub(super) fn new_disk() -> Disk {
    let disk = Disk::default();
    let tables = file::open_backend(disk.clone()).unwrap();
    tables.write_all(&State::new(profile()), &Draws { seed: None, power_ups: 0 }).unwrap();
    drop(tables);
    Disk::holding(disk.bytes())
}

pub(super) fn open(disk: &Disk) -> Result<Store, Trouble> {
    Store::power_up(file::open_backend(disk.clone())?)
}

/// A life: credentials come and go, and a finger.
fn changes() -> Vec<Change> {
    let one = |edit| Change { edits: vec![edit] };
    let finger = Fingerprint { id: vec![1], name: Some("thumb".into()) };
    let large = Edit::LargeBlobs(vec![7; 3000]);
    let several = Change { edits: [put(5).edits, put(6).edits, vec![Edit::RemoveCredential(vec![2; 16])]].concat() };
    vec![put(1), put(2), one(Edit::PutFingerprint(finger)), put(3), one(large), several, put(7)]
}

/// The states after none, one, two … of the changes.
fn states() -> Vec<State> {
    let mut state = State::new(profile());
    let mut all = vec![state.clone()];
    for change in changes() {
        change.edits.iter().for_each(|edit| state.apply(edit));
        all.push(state.clone());
    }
    all
}

/// Opens the store and makes the changes until the disk fails; gives how many were acknowledged.
fn live(disk: &Disk) -> usize {
    let Ok(mut store) = open(disk) else { return 0 };
    changes().iter().take_while(|change| store.commit(change).is_ok()).count()
}

#[test]
fn a_power_cut_at_any_point_leaves_the_state_before_or_after() {
    let whole = new_disk();
    assert_eq!(live(&whole), changes().len());
    let (factory, states) = (new_disk().bytes(), states());
    for cut_at in 0..whole.operations() {
        let disk = Disk::holding(factory.clone());
        disk.fail_after(cut_at);
        let acknowledged = live(&disk);
        for draw in 0..6_u64 {
            let mut luck = Luck(cut_at as u64 * 6 + draw);
            let after = Disk::holding(disk.after_power_cut(|| luck.draw()));
            let store = open(&after).unwrap_or_else(|trouble| panic!("cut at {cut_at}, {draw}: {trouble}"));
            let possible = &states[acknowledged..states.len().min(acknowledged + 2)];
            assert!(possible.contains(store.state()), "cut at {cut_at}, {draw}: {acknowledged} were acknowledged");
        }
    }
}

#[test]
fn a_write_that_fails_is_an_error_and_so_is_every_one_after_it() {
    let disk = new_disk();
    let mut store = open(&disk).unwrap();
    store.commit(&put(1)).unwrap();
    disk.fail_after(0);
    assert!(matches!(store.commit(&put(2)).unwrap_err().trouble(), Trouble::Io(_)));
    disk.fail_after(usize::MAX);
    assert!(matches!(store.commit(&put(3)).unwrap_err().trouble(), Trouble::Failed));
}

/// What becomes of unsynced writes, of a seed.
struct Luck(u64);

impl Luck {
    fn draw(&mut self) -> Survival {
        // SplitMix64.
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        match z % 3 {
            0 => Survival::Lost,
            1 => Survival::Torn((z >> 32) as u8),
            _ => Survival::Whole,
        }
    }
}
