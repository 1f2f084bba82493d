//! The link of a key with everything that listens in.

use std::io;

use keyrig_ctap::ctaphid::Report;

use super::log::Transcript;
use super::port::Socketed;
use super::tap::Tap;
use crate::transport::fault::Direction;
use crate::transport::{Faulty, Link, Seam};

/// What carries reports and who sees them: the taps and the log see what the host sends and what reaches it.
pub(super) struct Wire {
    link: Option<Faulty<Listened>>,
    seam: Seam,
    /// Taken back when the key is pulled out.
    ears: Option<Ears>,
}

/// Who sees every report.
pub(super) struct Ears {
    pub(super) taps: Vec<Box<dyn Tap>>,
    pub(super) transcript: Transcript,
}

struct Listened {
    link: Socketed,
    ears: Ears,
}

impl Wire {
    pub(super) fn new(seam: Seam, ears: Ears) -> Self {
        Self { link: None, seam, ears: Some(ears) }
    }

    pub(super) fn connect(&mut self, link: Socketed) {
        if let Some(ears) = self.ears.take() {
            self.link = Some(Faulty::new(Listened { link, ears }, self.seam.clone()));
        }
    }

    pub(super) fn cut(&mut self) {
        if let Some(Listened { ears, .. }) = self.link.take().map(Faulty::into_inner) {
            self.ears = Some(Ears { transcript: ears.transcript.renewed(), ..ears });
        }
    }

    pub(super) const fn is_connected(&self) -> bool {
        self.link.is_some()
    }
}

impl Link for Wire {
    async fn receive(&mut self) -> io::Result<Option<Report>> {
        match &mut self.link {
            Some(link) => link.receive().await,
            None => std::future::pending().await,
        }
    }

    async fn send(&mut self, report: &Report) -> io::Result<()> {
        match &mut self.link {
            Some(link) => link.send(report).await,
            None => Ok(()),
        }
    }
}

impl Link for Listened {
    async fn receive(&mut self) -> io::Result<Option<Report>> {
        let report = self.link.receive().await?;
        if let Some(report) = &report {
            self.ears.hear(Direction::ToKey, report);
        }
        Ok(report)
    }

    async fn send(&mut self, report: &Report) -> io::Result<()> {
        self.ears.hear(Direction::ToHost, report);
        self.link.send(report).await
    }
}

impl Ears {
    fn hear(&mut self, direction: Direction, report: &Report) {
        self.taps.iter_mut().for_each(|tap| tap.report(direction, report));
        self.transcript.hear(direction, report);
    }
}
