use std::collections::HashMap;
use std::hash::Hash;
use std::mem;

/// A bounded map that forgets what was not asked for lately.
///
/// Entries live in two halves: what is asked for stands in the young one; when that is full it becomes the old one, and
/// what was left in the old one is forgotten. So no entry is forgotten before half the room was filled by others, and
/// keeping one costs the same however many there are.
pub(super) struct Recent<K, V> {
    half: usize,
    young: HashMap<K, V>,
    old: HashMap<K, V>,
}

impl<K: Clone + Eq + Hash, V> Recent<K, V> {
    /// At most `room` entries, at least two.
    pub(super) fn new(room: usize) -> Self {
        Self { half: (room / 2).max(1), young: HashMap::new(), old: HashMap::new() }
    }

    /// What `read` reads from the value of `key`, which `make` makes if it is not here.
    pub(super) fn with<R, E>(
        &mut self,
        key: &K,
        make: impl FnOnce() -> Result<V, E>,
        read: impl FnOnce(&V) -> R,
    ) -> Result<R, E> {
        if let Some(value) = self.young.get(key) {
            return Ok(read(value));
        }
        let (key, value) = match self.old.remove_entry(key) {
            Some(entry) => entry,
            None => (key.clone(), make()?),
        };
        let answer = read(&value);
        self.insert(key, value);
        Ok(answer)
    }

    /// Keeps `value`.
    pub(super) fn insert(&mut self, key: K, value: V) {
        if self.young.len() >= self.half {
            self.old = mem::take(&mut self.young);
        }
        self.young.insert(key, value);
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use super::*;

    #[test]
    fn what_is_asked_for_again_and_again_stays() {
        let mut made = Vec::new();
        let mut recent = Recent::new(4);
        for key in ["a", "b", "a", "c", "a", "d", "a", "b", "e", "a"] {
            let make = || {
                made.push(key);
                Ok::<_, Infallible>(key.len())
            };
            assert_eq!(recent.with(&key, make, |length| *length), Ok(1));
            assert!(recent.young.len() + recent.old.len() <= 4);
        }
        assert_eq!(made, ["a", "b", "c", "d", "b", "e"]);
    }

    #[test]
    fn what_cannot_be_made_is_not_kept() {
        let mut recent = Recent::new(4);
        assert_eq!(recent.with(&1, || Err::<(), _>("no"), |()| ()), Err("no"));
        assert_eq!(recent.with(&1, || Ok::<_, &str>(()), |()| ()), Ok(()));
    }
}
