//! Messages, put together from the reports of both sides.

use std::collections::BTreeMap;

use keyrig_ctap::ctaphid::{Assembly, Channel, Message, Packet, Progress, Report};

use super::fault::Direction;

/// Messages of one side that are followed at once; a side that begins more goes unheard until it ends one.
const UNFINISHED: usize = 8;

/// Puts messages together.
#[derive(Debug, Default)]
pub struct Messages {
    to_key: BTreeMap<Channel, Assembly>,
    to_host: BTreeMap<Channel, Assembly>,
}

impl Messages {
    /// The message that `report` completes. What makes no message is passed over.
    pub fn hear(&mut self, direction: Direction, report: &Report) -> Option<Message> {
        let unfinished = match direction {
            Direction::ToKey => &mut self.to_key,
            Direction::ToHost => &mut self.to_host,
        };
        let packet = Packet::from(report);
        let channel = packet.channel();
        let progress = match (&packet, unfinished.remove(&channel)) {
            (Packet::Initialization(packet), _) => Assembly::begin(packet).ok(),
            (Packet::Continuation(packet), Some(assembly)) => assembly.accept(packet).ok(),
            (Packet::Continuation(_), None) => None,
        };
        match progress? {
            Progress::Complete(message) => Some(message),
            Progress::Partial(assembly) => {
                if unfinished.len() < UNFINISHED {
                    unfinished.insert(channel, assembly);
                }
                None
            }
        }
    }
}
