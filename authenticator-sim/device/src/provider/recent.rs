use std::collections::HashMap;
use std::hash::Hash;

/// A bounded map that forgets what was not asked for longest.
pub(super) struct Recent<K, V> {
    room: usize,
    clock: u64,
    entries: HashMap<K, (V, u64)>,
}

impl<K: Copy + Eq + Hash, V> Recent<K, V> {
    /// At most `room` entries, at least one.
    pub(super) fn new(room: usize) -> Self {
        Self { room: room.max(1), clock: 0, entries: HashMap::new() }
    }

    /// The value of `key`, made by `make` if it is not here.
    pub(super) fn get_or_make<E>(&mut self, key: K, make: impl FnOnce() -> Result<V, E>) -> Result<&V, E> {
        self.clock += 1;
        if !self.entries.contains_key(&key) {
            let value = make()?;
            self.insert(key, value);
        }
        let (value, used) = self.entries.get_mut(&key).expect("it was there or has just been put there");
        *used = self.clock;
        Ok(value)
    }

    /// Keeps `value`; the entry that was not asked for longest makes room.
    pub(super) fn insert(&mut self, key: K, value: V) {
        if self.entries.len() >= self.room
            && let Some(oldest) = self.entries.iter().min_by_key(|(_, (_, used))| *used).map(|(key, _)| *key)
        {
            self.entries.remove(&oldest);
        }
        self.entries.insert(key, (value, self.clock));
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use super::*;

    #[test]
    fn the_entry_not_asked_for_longest_makes_room() {
        let mut made = Vec::new();
        let mut recent = Recent::new(2);
        for key in ["a", "b", "a", "c", "a", "b"] {
            let make = || {
                made.push(key);
                Ok::<_, Infallible>(())
            };
            recent.get_or_make(key, make).unwrap();
        }
        assert_eq!(made, ["a", "b", "c", "b"]);
        assert_eq!(recent.entries.len(), 2);
    }
}
