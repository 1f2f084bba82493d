//! What both sides say, message by message.

use keyrig_ctap::auth_data::{AuthData, Flags as Bits};
use keyrig_ctap::cbor::{Fields, Kind, Tree};
use keyrig_ctap::{Command, Status};

use super::{Happening, Log};
use crate::capture::{Carrier, Conversation, Side, What};
use crate::plugged::status::{Flags, hex};
use crate::transport::fault::Direction;

/// Notes messages.
pub(in crate::plugged) struct Transcript {
    log: Log,
    conversation: Conversation,
    /// The keepalive that was noted last, while nothing else was said.
    keepalive: Option<What>,
}

impl Transcript {
    pub(in crate::plugged) fn new(log: Log) -> Self {
        Self { log, conversation: Conversation::default(), keepalive: None }
    }

    /// Without what was under way.
    pub(in crate::plugged) fn renewed(self) -> Self {
        Self::new(self.log)
    }

    pub(in crate::plugged) fn hear(&mut self, carrier: Carrier, direction: Direction, frame: &[u8]) {
        if let Some(message) = self.conversation.hear(carrier, direction, frame) {
            self.note(direction, message);
        }
    }

    fn note(&mut self, direction: Direction, message: What) {
        if message.keepalive().is_some() && self.keepalive.as_ref() == Some(&message) {
            return;
        }
        if direction == Direction::ToHost
            && let Some(flags) = message.ctap2().and_then(signed_flags)
        {
            self.log.signed(flags);
        }
        self.log.note(Happening::Message {
            from: match direction {
                Direction::ToKey => Side::Host,
                Direction::ToHost => Side::Key,
            },
            channel: message.channel(),
            command: message.name(),
            payload: hex(message.payload()),
            carries: message.carries(),
            summary: summary(direction, &message),
        });
        self.keepalive = message.keepalive().is_some().then_some(message);
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

fn summary(direction: Direction, message: &What) -> String {
    let bytes = match message.payload().len() {
        1 => "1 byte".to_owned(),
        length => format!("{length} bytes"),
    };
    match (message.ctap2().and_then(<[u8]>::first), direction) {
        (Some(&first), Direction::ToKey) => format!("{}, {bytes}", Command(first)),
        (Some(&first), Direction::ToHost) => format!("{}, {bytes}", Status(first)),
        (None, _) => message.code().unwrap_or(bytes),
    }
}
