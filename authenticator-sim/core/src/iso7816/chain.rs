//! A command that comes in several.

use alloc::vec::Vec;

use keyrig_ctap::iso7816::{CHAINED, Command, Instruction};

/// The commands so far of one that goes on.
#[derive(Debug)]
pub(super) struct Chain {
    header: (u8, Instruction, u8, u8),
    data: Vec<u8>,
}

/// What has come of a command.
#[derive(Debug)]
pub(super) enum Part {
    /// All of it: the data of its parts.
    Last(Vec<u8>),
    /// It goes on in the next one.
    More(Chain),
    /// It is longer than what the card takes.
    TooLong,
}

impl Chain {
    /// Adds `command` to the chain before it, if it belongs there; one that does not begins anew. No more than `limit`
    /// bytes are kept.
    pub(super) fn add(before: Option<Self>, command: &Command<'_>, limit: usize) -> Part {
        let header = (command.class & !CHAINED, command.instruction, command.p1, command.p2);
        let mut data = before.filter(|chain| chain.header == header).map(|chain| chain.data).unwrap_or_default();
        if data.len() + command.data.len() > limit {
            return Part::TooLong;
        }
        data.extend_from_slice(command.data);
        if command.class & CHAINED == 0 { Part::Last(data) } else { Part::More(Self { header, data }) }
    }
}
