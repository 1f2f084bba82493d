use std::time::{Duration, Instant};

use keyrig_ctap::ctaphid::{Command, Dialogue, Event, Keepalive, Nonce, Trouble};
use keyrig_ctap::{Instant as Moment, Status};

use super::Wire;
use crate::device::LinkError;
use crate::device::real::{Carrier, Watch};

/// How long one look at the wire may take: as late as that a Ctrl-C is seen.
const LOOK: Duration = Duration::from_millis(50);

/// CTAP messages over CTAPHID, on real time.
pub struct Hid<W> {
    wire: W,
    dialogue: Dialogue,
    opened: Instant,
}

impl<W: Wire> Hid<W> {
    /// Speaks over `wire`, where `nonce` is one that nobody else uses.
    pub fn new(wire: W, nonce: Nonce) -> Self {
        Self { wire, dialogue: Dialogue::new(nonce), opened: Instant::now() }
    }

    fn now(&self) -> Moment {
        Moment::POWER_UP + self.opened.elapsed()
    }

    /// Asks, sends what is to be sent and hears what comes, until there is an answer; `None` where the device knows no such
    /// messages.
    fn converse(
        &mut self,
        command: Command,
        message: &[u8],
        watch: &mut Watch<'_>,
    ) -> Result<Option<Vec<u8>>, LinkError> {
        self.dialogue.ask(self.now(), command, message).map_err(|error| LinkError(error.to_string()))?;
        loop {
            while let Some(report) = self.dialogue.send() {
                self.wire.send(&report)?;
            }
            match self.dialogue.event() {
                Some(Event::Answer(answer)) => return Ok(Some(answer)),
                Some(Event::Failed(Trouble::NotSpoken(_))) => return Ok(None),
                Some(Event::Failed(trouble)) => return Err(LinkError(trouble.to_string())),
                Some(Event::Keepalive(status)) => watch.hear(status == Keepalive::UP_NEEDED),
                None => {}
            }
            if watch.is_over() && command == Command::CBOR {
                self.dialogue.cancel(self.now());
            }
            let now = self.now();
            let patience = self.dialogue.deadline().map_or(LOOK, |deadline| deadline.since(now).min(LOOK));
            match self.wire.receive(patience.max(Duration::from_millis(1)))? {
                Some(report) => self.dialogue.take(self.now(), &report),
                None => self.dialogue.tick(self.now()),
            }
        }
    }
}

impl<W: Wire> Carrier for Hid<W> {
    fn exchange(&mut self, message: &[u8], watch: &mut Watch<'_>) -> Result<Vec<u8>, LinkError> {
        Ok(match self.converse(Command::CBOR, message, watch)? {
            None => vec![Status::INVALID_COMMAND.0],
            Some(answer) if answer.is_empty() => vec![Status::OTHER.0],
            Some(answer) => answer,
        })
    }

    fn exchange_u2f(&mut self, message: &[u8], watch: &mut Watch<'_>) -> Result<Vec<u8>, LinkError> {
        self.converse(Command::MSG, message, watch)?.ok_or_else(|| LinkError("it does not speak U2F".to_owned()))
    }

    fn version(&self) -> Option<[u8; 3]> {
        self.dialogue.welcome().map(|welcome| welcome.version)
    }

    fn transport(&self) -> &'static str {
        "usb"
    }
}
