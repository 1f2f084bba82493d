//! Wrong guesses, counted by name whether or not anybody has that name: nobody learns who exists.

use std::time::Duration;

use keyrig_ctap::ReasonClass;

use crate::clock::Timestamp;
use crate::denied::Denied;
use crate::policy::RecoveryRules;
use crate::store::Bounded;

/// Wrong guesses by name.
#[derive(Debug)]
pub(crate) struct Guesses(Bounded<Count>);

#[derive(Debug, Default)]
struct Count {
    wrong: u32,
    locked_at: Option<Timestamp>,
}

impl Default for Guesses {
    fn default() -> Self {
        Self(Bounded::new(10_000))
    }
}

impl Guesses {
    /// Refuses while the name is locked.
    pub(super) fn check(&self, name: &str, rules: &RecoveryRules, now: Timestamp) -> Result<(), Denied> {
        let locked_at = self.0.get(name).and_then(|count| count.locked_at);
        match locked_at.filter(|at| !super::is_over(*at, rules.lockout.duration(), now)) {
            None => Ok(()),
            Some(at) => {
                let left: Duration = at.after(rules.lockout.duration()).since(now);
                let message = "too many wrong guesses: try again later";
                Err(Denied::new(429, ReasonClass::Pass, "locked_out", message).with("retry_after", left.as_secs()))
            }
        }
    }

    /// Counts a wrong guess and says whether it locked the name.
    pub(super) fn wrong(&mut self, name: &str, rules: &RecoveryRules, now: Timestamp) -> bool {
        let over = |at: Timestamp| super::is_over(at, rules.lockout.duration(), now);
        let before = self.0.remove(name).filter(|count| !count.locked_at.is_some_and(over)).unwrap_or_default();
        let wrong = before.wrong.saturating_add(1);
        let locked_at = (wrong >= rules.wrong_guesses).then_some(now);
        self.0.insert(name, Count { wrong, locked_at });
        locked_at.is_some()
    }

    /// A right guess: earlier ones are forgotten.
    pub(super) fn right(&mut self, name: &str) {
        self.0.remove(name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_locked_for_a_while_and_then_starts_anew() {
        let rules = RecoveryRules::default();
        let (start, mut guesses) = (Timestamp::from_unix(0), Guesses::default());
        for n in 1..rules.wrong_guesses {
            assert!(!guesses.wrong("alice", &rules, start), "{n}");
            assert!(guesses.check("alice", &rules, start).is_ok());
        }
        assert!(guesses.wrong("alice", &rules, start));
        assert_eq!(guesses.check("alice", &rules, start).unwrap_err().status(), 429);
        assert!(guesses.check("bob", &rules, start).is_ok());
        let later = start.after(rules.lockout.duration());
        assert!(guesses.check("alice", &rules, later).is_ok());
        assert!(!guesses.wrong("alice", &rules, later));
    }
}
