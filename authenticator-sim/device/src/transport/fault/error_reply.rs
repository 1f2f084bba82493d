use keyrig_ctap::ctaphid::{Command, ErrorCode, Message, Packet};

use super::{Blow, Fault};

pub(super) const FAULT: Fault = Fault {
    name: "error-reply",
    about: "CTAPHID_ERROR (ERR_OTHER) arrives in the place of a message to the host",
    strike: |packet| match packet {
        Packet::Initialization(first) if !matches!(first.command, Command::KEEPALIVE | Command::INIT) => {
            let error = Message::error(first.channel, ErrorCode::OTHER);
            let report = error.fragment().ok()?.next()?;
            Some(Blow::CutShort(Packet::from(&report)))
        }
        _ => None,
    },
};
