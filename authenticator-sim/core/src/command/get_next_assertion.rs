//! authenticatorGetNextAssertion (CTAP 2.3 §6.3).

use alloc::vec::{self, Vec};
use core::time::Duration;

use keyrig_ctap::Instant;

use super::Step;
use super::get_assertion::{Question, sign};
use crate::context::Context;
use crate::reason::Reason;

/// How long an answered getAssertion, or one of its successors, is remembered.
const REMEMBERED: Duration = Duration::from_secs(30);

/// A getAssertion that several credentials fit; any other command makes the authenticator forget it, and so does the end
/// of the token that verified it.
pub(crate) struct Remembered {
    question: Question,
    ids: vec::IntoIter<Vec<u8>>,
    last: Instant,
}

impl Remembered {
    /// Remembers the ids that were not answered with yet.
    pub(super) fn new(question: Question, ids: vec::IntoIter<Vec<u8>>, now: Instant) -> Self {
        Self { question, ids, last: now }
    }
}

impl core::fmt::Debug for Remembered {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Remembered({} left)", self.ids.len())
    }
}

/// The steps of CTAP 2.3 §6.3.
pub(super) fn begin(cx: &mut Context) -> Result<Step, Reason> {
    let mut remembered = cx.volatile.remembered.take().ok_or(Reason::NothingToContinue)?;
    if cx.now.since(remembered.last) > REMEMBERED || (remembered.question.by_token && cx.token().is_none()) {
        return Err(Reason::NothingToContinue);
    }
    let id = remembered.ids.next().ok_or(Reason::NothingToContinue)?;
    let reply = sign(cx, &remembered.question, &id, None)?;
    remembered.last = cx.now;
    cx.volatile.remembered = Some(remembered);
    Ok(Step::Done(reply))
}
