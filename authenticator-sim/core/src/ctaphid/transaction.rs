//! The one transaction that is under way: a request comes in, is worked on, and is answered.

use core::time::Duration;

use keyrig_ctap::Instant;
use keyrig_ctap::ctaphid::{Assembly, Channel, Command, Keepalive};

use crate::Prompt;

/// How long the next packet of a message may take. CTAP 2.3 §11.2 leaves it to the device.
pub(super) const PACKET_TIMEOUT: Duration = Duration::from_millis(500);

/// How long a message may take as a whole, so that nobody holds the device by a packet now and then.
pub(super) const MESSAGE_TIMEOUT: Duration = Duration::from_secs(3);

/// How long an application waits for a sign of life at most (CTAP 2.3 §11.2, `CTAPHID_KEEPALIVE`).
pub(super) const KEEPALIVE_INTERVAL: Duration = Duration::from_millis(100);

#[derive(Debug)]
pub(super) enum Transaction {
    /// Packets of the request are still to come.
    Receiving(Receiving),
    /// The authenticator has the request.
    Working(Working),
    /// The authenticator has a request that nobody waits for any more; its last change is not written yet.
    Abandoned,
}

#[derive(Debug)]
pub(super) struct Receiving {
    pub(super) assembly: Assembly,
    /// When the message is given up.
    pub(super) until: Instant,
    /// When it is given up even if packets go on coming.
    pub(super) latest: Instant,
}

#[derive(Debug)]
pub(super) struct Working {
    pub(super) channel: Channel,
    /// The command of request and reply.
    pub(super) command: Command,
    /// What the user is asked.
    pub(super) prompt: Option<Prompt>,
    /// The status that was told last.
    pub(super) told: Option<Keepalive>,
    /// When a status is told next.
    pub(super) next: Instant,
}

impl Transaction {
    /// Who asked, and still waits.
    pub(super) const fn channel(&self) -> Option<Channel> {
        match self {
            Self::Receiving(receiving) => Some(receiving.assembly.channel()),
            Self::Working(working) => Some(working.channel),
            Self::Abandoned => None,
        }
    }
}

impl Receiving {
    /// A message of which one more packet has come.
    pub(super) fn new(assembly: Assembly, now: Instant, latest: Instant) -> Self {
        Self { assembly, until: latest.min(now + PACKET_TIMEOUT), latest }
    }
}

impl Working {
    pub(super) fn new(channel: Channel, command: Command, now: Instant) -> Self {
        Self { channel, command, prompt: None, told: None, next: now + KEEPALIVE_INTERVAL }
    }

    /// What the authenticator does just now.
    pub(super) const fn status(&self) -> Keepalive {
        if self.prompt.is_some() { Keepalive::UP_NEEDED } else { Keepalive::PROCESSING }
    }
}
