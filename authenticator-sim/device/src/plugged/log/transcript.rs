//! What both sides say, message by message.

use keyrig_ctap::auth_data::{AuthData, Flags as Bits};
use keyrig_ctap::cbor::{Fields, Kind, Tree};
use keyrig_ctap::ctaphid::{Channel, Command as Hid, ErrorCode, Keepalive, Message, Report};
use keyrig_ctap::{Command, Status};

use super::{Happening, Log, Side};
use crate::plugged::status::Flags;
use crate::transport::Messages;
use crate::transport::fault::Direction;

/// Notes messages.
pub(in crate::plugged) struct Transcript {
    log: Log,
    messages: Messages,
    /// The keepalive that was noted last, while nothing else was said.
    keepalive: Option<(Channel, Vec<u8>)>,
}

impl Transcript {
    pub(in crate::plugged) fn new(log: Log) -> Self {
        Self { log, messages: Messages::default(), keepalive: None }
    }

    /// Without what was under way.
    pub(in crate::plugged) fn renewed(self) -> Self {
        Self::new(self.log)
    }

    pub(in crate::plugged) fn hear(&mut self, direction: Direction, report: &Report) {
        if let Some(message) = self.messages.hear(direction, report) {
            self.note(direction, &message);
        }
    }

    fn note(&mut self, direction: Direction, message: &Message) {
        let keepalive = (message.command == Hid::KEEPALIVE).then(|| (message.channel, message.payload.clone()));
        if keepalive.is_some() && keepalive == self.keepalive {
            return;
        }
        self.keepalive = keepalive;
        if direction == Direction::ToHost
            && message.command == Hid::CBOR
            && let Some(flags) = signed_flags(&message.payload)
        {
            self.log.signed(flags);
        }
        self.log.note(Happening::Message {
            from: match direction {
                Direction::ToKey => Side::Host,
                Direction::ToHost => Side::Key,
            },
            channel: message.channel.to_string(),
            command: message.command.to_string(),
            payload: message.payload.iter().map(|byte| format!("{byte:02x}")).collect(),
            summary: summary(direction, message),
        });
    }
}

/// The flags in the authenticator data of a registration or an authentication.
fn signed_flags(reply: &[u8]) -> Option<Flags> {
    let (&[0], body) = reply.split_first_chunk()? else { return None };
    let tree = Tree::parse(body).ok()?;
    let fields = Fields::of(&tree.root, "").ok()?;
    let member = |key| fields.uint(key).map(|node| &node.kind);
    let is_signed = matches!(member(1), Some(Kind::Text(_))) || matches!(member(3), Some(Kind::Bytes(_)));
    let Some(Kind::Bytes(auth_data)) = member(2).filter(|_| is_signed) else { return None };
    let flags = AuthData::parse(auth_data).ok()?.flags;
    let has = |flag| flags.contains(flag);
    Some(Flags { up: has(Bits::UP), uv: has(Bits::UV), be: has(Bits::BE), bs: has(Bits::BS) })
}

fn summary(direction: Direction, message: &Message) -> String {
    let Message { command, payload, .. } = message;
    let bytes = match payload.len() {
        1 => "1 byte".to_owned(),
        length => format!("{length} bytes"),
    };
    match (*command, direction, payload.first()) {
        (Hid::CBOR, Direction::ToKey, Some(&first)) => format!("{}, {bytes}", Command(first)),
        (Hid::CBOR, Direction::ToHost, Some(&first)) => format!("{}, {bytes}", Status(first)),
        (Hid::ERROR, _, Some(&code)) => ErrorCode(code).to_string(),
        (Hid::KEEPALIVE, _, Some(&status)) => Keepalive(status).to_string(),
        _ => bytes,
    }
}
