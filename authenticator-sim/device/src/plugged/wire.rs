//! The link of a key with everything that listens in.

use std::io;

use keyrig_ctap::ctaphid::Report;

use super::log::Transcript;
use super::port::{Reports, Socketed};
use super::shape::{Arrived, Sent};
use super::tap::Tap;
use crate::capture::Carrier;
use crate::transport::fault::Direction;
use crate::transport::vpcd::{Event, Reader};
use crate::transport::{Faulty, Link, Seam};

/// What carries frames and who sees them: the taps and the log see what the host sends and what reaches it.
pub(super) struct Wire {
    line: Option<Line>,
    seam: Seam,
    /// Taken back when the key is pulled out.
    ears: Option<Ears>,
}

/// Who sees every frame.
pub(super) struct Ears {
    pub(super) taps: Vec<Box<dyn Tap>>,
    pub(super) transcript: Transcript,
}

enum Line {
    Reports(Box<Faulty<Listened<Reports>>>),
    Reader(Box<Listened<Reader>>),
}

struct Listened<L> {
    link: L,
    ears: Ears,
}

impl Wire {
    pub(super) const fn new(seam: Seam, ears: Ears) -> Self {
        Self { line: None, seam, ears: Some(ears) }
    }

    pub(super) fn connect(&mut self, link: Socketed) {
        let Some(ears) = self.ears.take() else { return };
        self.line = Some(match link {
            Socketed::Reports(link) => Line::Reports(Box::new(Faulty::new(Listened { link, ears }, self.seam.clone()))),
            Socketed::Reader(link) => Line::Reader(Box::new(Listened { link, ears })),
        });
    }

    pub(super) fn cut(&mut self) {
        let ears = match self.line.take() {
            Some(Line::Reports(link)) => link.into_inner().ears,
            Some(Line::Reader(reader)) => reader.ears,
            None => return,
        };
        self.ears = Some(Ears { transcript: ears.transcript.renewed(), ..ears });
    }

    pub(super) const fn is_connected(&self) -> bool {
        self.line.is_some()
    }

    /// What the host sends next; `None` where it is gone. A call that is dropped before it has ended loses nothing.
    pub(super) async fn receive(&mut self) -> io::Result<Option<Arrived>> {
        match &mut self.line {
            Some(Line::Reports(link)) => Ok(link.receive().await?.map(Arrived::Report)),
            Some(Line::Reader(reader)) => Ok(reader.event().await?.map(Arrived::Reader)),
            None => std::future::pending().await,
        }
    }

    /// Sends what this line carries.
    pub(super) async fn send(&mut self, sent: &Sent) -> io::Result<()> {
        match (&mut self.line, sent) {
            (Some(Line::Reports(link)), Sent::Report(report)) => link.send(report).await,
            (Some(Line::Reader(reader)), Sent::Response(response)) => reader.respond(response).await,
            _ => Ok(()),
        }
    }
}

impl Link for Listened<Reports> {
    async fn receive(&mut self) -> io::Result<Option<Report>> {
        let report = self.link.receive().await?;
        if let Some(report) = &report {
            self.ears.hear(Carrier::UsbHid, Direction::ToKey, report);
        }
        Ok(report)
    }

    async fn send(&mut self, report: &Report) -> io::Result<()> {
        self.ears.hear(Carrier::UsbHid, Direction::ToHost, report);
        self.link.send(report).await
    }
}

impl Listened<Reader> {
    async fn event(&mut self) -> io::Result<Option<Event>> {
        let event = self.link.event().await?;
        if let Some(Event::Command(command)) = &event {
            self.ears.hear(Carrier::Nfc, Direction::ToKey, command);
        }
        Ok(event)
    }

    async fn respond(&mut self, response: &[u8]) -> io::Result<()> {
        self.ears.hear(Carrier::Nfc, Direction::ToHost, response);
        self.link.respond(response).await
    }
}

impl Ears {
    fn hear(&mut self, carrier: Carrier, direction: Direction, frame: &[u8]) {
        self.taps.iter_mut().for_each(|tap| tap.frame(carrier, direction, frame));
        self.transcript.hear(carrier, direction, frame);
    }
}
