//! The one exchange that is under way: a message is worked on, and its answer is fetched.

use alloc::vec::Vec;
use core::time::Duration;

use keyrig_ctap::Instant;
use keyrig_ctap::ctaphid::Keepalive;
use keyrig_ctap::iso7816::{Command, StatusWord, answer};

/// How long a reader that polls waits at most for a sign of life.
pub(super) const PATIENCE: Duration = Duration::from_millis(100);

#[derive(Debug)]
pub(super) enum Exchange {
    /// The authenticator has the message.
    Working(Working),
    /// The answer waits for the reader to ask for it: data and status word.
    Ready(Answer),
    /// Parts of the answer are still to be fetched.
    Fetching(Answer),
}

#[derive(Debug)]
pub(super) struct Working {
    /// The command that waits for its response just now; a reader that polls has none between two polls.
    pub(super) awaited: Option<Room>,
    /// When a reader that polls is told how far it is; `None` for one that does not.
    pub(super) told: Option<Instant>,
    /// What the authenticator does just now.
    pub(super) status: Keepalive,
    /// Whether the answer has a status word of its own, as U2F messages do.
    pub(super) u2f: bool,
}

/// How much data one response may have, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Room(usize);

impl Room {
    pub(super) fn of(command: &Command<'_>) -> Self {
        // A response without room for anything would never end.
        Self(command.room().max(1))
    }
}

/// What is left of an answer.
#[derive(Debug)]
pub(super) struct Answer {
    data: Vec<u8>,
    sent: usize,
    status: StatusWord,
}

impl Answer {
    /// The answer to a CTAP2 message. The status byte is part of its data.
    pub(super) const fn ctap(data: Vec<u8>) -> Self {
        Self { data, sent: 0, status: StatusWord::NO_ERROR }
    }

    /// The answer to a U2F message, which ends with its status word.
    pub(super) fn u2f(mut data: Vec<u8>) -> Self {
        let status = match data.split_last_chunk::<2>() {
            Some((_, status)) => StatusWord(u16::from_be_bytes(*status)),
            None => StatusWord::UNKNOWN,
        };
        data.truncate(data.len().saturating_sub(2));
        Self { data, sent: 0, status }
    }

    /// The next response, and what is left after it.
    pub(super) fn next(mut self, room: Room) -> (Vec<u8>, Option<Self>) {
        let rest = self.data.get(self.sent..).unwrap_or_default();
        let part = rest.get(..room.0).unwrap_or(rest);
        let left = rest.len() - part.len();
        let status = if left == 0 { self.status } else { StatusWord::more(left) };
        let response = answer(part, status);
        self.sent += part.len();
        (response, (left > 0).then_some(self))
    }
}
