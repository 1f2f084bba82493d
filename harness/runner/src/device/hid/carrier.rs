use std::time::{Duration, Instant};

use keyrig_ctap::ctaphid::{Capabilities, Command, Dialogue, Event, Keepalive, Nonce};
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

    /// Sends what is to be sent and hears what comes, until there is an answer.
    fn converse(&mut self, watch: &mut Watch<'_>) -> Result<Vec<u8>, LinkError> {
        loop {
            while let Some(report) = self.dialogue.send() {
                self.wire.send(&report)?;
            }
            match self.dialogue.event() {
                Some(Event::Answer(answer)) => return Ok(answer),
                Some(Event::Failed(trouble)) => return Err(LinkError(trouble.to_string())),
                Some(Event::Keepalive(status)) => watch.hear(status == Keepalive::UP_NEEDED),
                None => {}
            }
            if watch.is_over() {
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
        let now = self.now();
        self.dialogue.ask(now, Command::CBOR, message).map_err(|error| LinkError(error.to_string()))?;
        let answer = self.converse(watch)?;
        match self.dialogue.welcome() {
            _ if !answer.is_empty() => Ok(answer),
            Some(welcome) if !welcome.capabilities.contains(Capabilities::CBOR) => {
                Err(LinkError("it speaks U2F only".to_owned()))
            }
            _ => Ok(vec![Status::OTHER.0]),
        }
    }

    fn version(&self) -> Option<[u8; 3]> {
        self.dialogue.welcome().map(|welcome| welcome.version)
    }

    fn transport(&self) -> &'static str {
        "usb"
    }
}
