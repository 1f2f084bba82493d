//! The log as it grows.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;

use axum::response::Sse;
use axum::response::sse::{Event, KeepAlive};
use futures_util::Stream;
use futures_util::stream::unfold;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;

use super::Decoder;
use crate::capture::Carries;
use crate::plugged::{Entry, Happening, Log};

/// An entry of the log, and what its message says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Logged {
    /// The entry.
    #[serde(flatten)]
    pub entry: Entry,
    /// What happened, in a line.
    #[serde(default)]
    pub said: String,
    /// A message taken apart.
    #[serde(flatten)]
    pub apart: Option<Apart>,
}

/// A message that was taken apart.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Apart {
    /// As `keyrig decode --json` does it.
    pub decoded: Value,
    /// For people.
    pub lines: Vec<Line>,
}

/// A part of a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Line {
    /// How deep it lies, from 0.
    pub depth: usize,
    /// What it is.
    pub name: String,
    /// Its value; empty where the lines below say it.
    pub text: String,
    /// What there is to know about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// The event `entry` of a stream; an event `behind` tells a slow reader how many it has lost.
pub(super) type Follow = Logged;

impl Logged {
    pub(super) fn new(entry: &Entry, decoder: Decoder) -> Self {
        let apart = match &entry.what {
            Happening::Message { from, command, payload, carries, .. } if *carries != Carries::Other => {
                super::answer::from_hex(payload).and_then(|bytes| decoder(*from, *carries, command, &bytes))
            }
            _ => None,
        };
        Self { entry: entry.clone(), said: entry.what.said(), apart }
    }
}

struct Reader {
    past: VecDeque<Arc<Entry>>,
    live: Receiver<Arc<Entry>>,
    decoder: Decoder,
}

/// What happened after an entry, and what happens.
pub(super) fn follow(
    log: &Log,
    after: u64,
    decoder: Decoder,
) -> Sse<impl Stream<Item = Result<Event, Infallible>> + use<>> {
    let (past, live) = log.read(after);
    let reader = Reader { past: past.into(), live, decoder };
    let events = unfold(reader, |mut reader| async {
        let event = reader.next().await?;
        Some((Ok(event), reader))
    });
    Sse::new(events).keep_alive(KeepAlive::new())
}

impl Reader {
    async fn next(&mut self) -> Option<Event> {
        if let Some(entry) = self.past.pop_front() {
            return Some(self.event(&entry));
        }
        match self.live.recv().await {
            Ok(entry) => Some(self.event(&entry)),
            Err(RecvError::Lagged(lost)) => Some(Event::default().event("behind").data(lost.to_string())),
            Err(RecvError::Closed) => None,
        }
    }

    fn event(&self, entry: &Entry) -> Event {
        let logged = serde_json::to_string(&Logged::new(entry, self.decoder)).unwrap_or_default();
        Event::default().event("entry").id(entry.number.to_string()).data(logged)
    }
}
