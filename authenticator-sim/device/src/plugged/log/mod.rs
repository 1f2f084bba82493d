//! What happens to a key, as whole messages and plain words.

mod transcript;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::sync::broadcast;

pub(super) use transcript::Transcript;

use super::hand::Deed;
use super::status::Flags;
use crate::capture::{Carries, Side};

/// Entries that are kept.
const KEPT: usize = 500;

/// Entries that a slow reader may be behind.
const BEHIND: usize = 256;

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Entry {
    /// Counted from 1.
    pub number: u64,
    /// Milliseconds since the key was plugged in first.
    pub at_ms: u64,
    /// What happened.
    #[serde(flatten)]
    pub what: Happening,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum Happening {
    /// A whole message went over the link.
    Message {
        /// Who sent it.
        from: Side,
        /// The channel, in hexadecimal.
        channel: String,
        /// The CTAPHID command.
        command: String,
        /// What it carries, in hexadecimal.
        payload: String,
        /// What that is.
        #[serde(default)]
        carries: Carries,
        /// The message in a line.
        summary: String,
    },
    /// The key waits for its user.
    Asks {
        /// `touch`, `verification` or `long-touch`.
        ask: String,
        /// The command that asks.
        command: String,
    },
    /// The key does not wait for its user any more.
    AsksNoMore,
    /// The user did something.
    Did {
        /// What.
        deed: Deed,
    },
    /// The key shows which one it is.
    Winks,
    /// The key remembers something new.
    Writes {
        /// In so many pieces.
        edits: usize,
    },
    /// It is put into its port.
    Inserted,
    /// It is pulled out.
    Removed,
    /// Power went and came back.
    PowerCycled,
    /// It was changed from outside.
    Changed {
        /// How.
        how: String,
    },
}

/// The log of a key, which whoever holds a clone can read.
#[derive(Clone, Debug)]
pub struct Log {
    kept: Arc<Mutex<Kept>>,
    live: broadcast::Sender<Arc<Entry>>,
}

#[derive(Debug)]
struct Kept {
    since: Instant,
    last: u64,
    entries: VecDeque<Arc<Entry>>,
    flags: Option<Flags>,
}

impl Log {
    pub(super) fn new() -> Self {
        let kept = Kept { since: Instant::now(), last: 0, entries: VecDeque::new(), flags: None };
        Self { kept: Arc::new(Mutex::new(kept)), live: broadcast::channel(BEHIND).0 }
    }

    pub(super) fn note(&self, what: Happening) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.last += 1;
        let at_ms = u64::try_from(kept.since.elapsed().as_millis()).unwrap_or(u64::MAX);
        let entry = Arc::new(Entry { number: kept.last, at_ms, what });
        if kept.entries.len() == KEPT {
            kept.entries.pop_front();
        }
        kept.entries.push_back(Arc::clone(&entry));
        // Nobody may listen.
        let _ = self.live.send(entry);
    }

    /// The flags of what was signed last.
    pub(super) fn flags(&self) -> Option<Flags> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).flags
    }

    fn signed(&self, flags: Flags) {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).flags = Some(flags);
    }

    /// The entries after this number that are kept, and those to come. A reader that is more than 256 behind is told so
    /// by the channel and loses the oldest.
    pub fn read(&self, after: u64) -> (Vec<Arc<Entry>>, broadcast::Receiver<Arc<Entry>>) {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let entries = kept.entries.iter().filter(|entry| entry.number > after).cloned().collect();
        (entries, self.live.subscribe())
    }
}
