//! A link whose reports meet the faults that are armed.

use std::collections::VecDeque;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use keyrig_ctap::ctaphid::{Channel, Packet, Report};
use tokio::select;
use tokio::time::Instant;

use super::fault::{Armed, Blow, Direction};
use super::{Link, until};

/// Where a report that no other follows stops waiting for one.
const NO_OTHER_FOLLOWS: Duration = Duration::from_secs(1);

/// The faults that are armed, which whoever holds a clone can change.
#[derive(Clone, Debug, Default)]
pub struct Seam(Arc<Mutex<Vec<Armed>>>);

impl Seam {
    /// Arms a fault.
    pub fn arm(&self, armed: Armed) {
        self.with(|list| list.push(armed));
    }

    /// Disarms all.
    pub fn disarm(&self) {
        self.with(Vec::clear);
    }

    /// Those that wait, in the order in which they were armed.
    pub fn armed(&self) -> Vec<Armed> {
        self.with(|list| list.clone())
    }

    /// What the first fault that is about this packet does to it.
    fn strike(&self, direction: Direction, packet: Packet) -> Option<(Armed, Blow)> {
        self.with(|list| {
            let (index, blow) = list.iter().enumerate().find_map(|(index, armed)| {
                let blow = (armed.direction == direction).then(|| (armed.fault.strike)(packet)).flatten()?;
                Some((index, blow))
            })?;
            let struck = list[index];
            list[index].times = struck.times.saturating_sub(1);
            list.retain(|armed| armed.times > 0);
            Some((struck, blow))
        })
    }

    fn with<T>(&self, act: impl FnOnce(&mut Vec<Armed>) -> T) -> T {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Reports that a lane holds at most; the host waits while there are more.
const HELD: usize = 258;

/// A link with faults. Its own must not wait to send a report, as none that a kernel takes does.
#[derive(Debug)]
pub struct Faulty<L> {
    link: L,
    seam: Seam,
    to_key: Lane,
    to_host: Lane,
}

impl<L: Link> Faulty<L> {
    /// Puts the faults of `seam` before `link`.
    pub fn new(link: L, seam: Seam) -> Self {
        Self { link, seam, to_key: Lane::default(), to_host: Lane::default() }
    }

    /// The link without its faults; what they held back is lost.
    pub fn into_inner(self) -> L {
        self.link
    }

    async fn flush(&mut self) -> io::Result<()> {
        while let Some(report) = self.to_host.next(Instant::now()) {
            self.link.send(&report).await?;
        }
        Ok(())
    }
}

impl<L: Link> Link for Faulty<L> {
    async fn receive(&mut self) -> io::Result<Option<Report>> {
        loop {
            self.flush().await?;
            if let Some(report) = self.to_key.next(Instant::now()) {
                return Ok(Some(report));
            }
            select! {
                report = self.link.receive(), if self.to_key.has_room() => match report? {
                    Some(report) => self.to_key.take(report, Direction::ToKey, &self.seam),
                    None => return Ok(None),
                },
                () = until(self.to_key.due()) => {}
                () = until(self.to_host.due()) => {}
            }
        }
    }

    async fn send(&mut self, report: &Report) -> io::Result<()> {
        self.to_host.take(*report, Direction::ToHost, &self.seam);
        self.flush().await
    }
}

/// The reports on their way in one direction.
#[derive(Debug, Default)]
struct Lane {
    /// In the order in which they arrive, and when.
    coming: VecDeque<(Instant, Report)>,
    /// One that waits for another to overtake it, and when it no longer does.
    overtaken: Option<(Instant, Report)>,
    /// Until when the lane stands still.
    still: Option<Instant>,
    /// The channel whose message is lost to its end.
    cut: Option<Channel>,
}

impl Lane {
    fn take(&mut self, report: Report, direction: Direction, seam: &Seam) {
        let packet = Packet::from(&report);
        if self.cut == Some(packet.channel()) {
            match packet {
                Packet::Continuation(_) => return,
                Packet::Initialization(_) => self.cut = None,
            }
        }
        match seam.strike(direction, packet) {
            None => self.push(report),
            Some((_, Blow::Lost)) => {}
            Some((_, Blow::Changed(other))) => self.push(other.encode()),
            Some((_, Blow::CutShort(other))) => {
                self.cut = Some(packet.channel());
                self.push(other.encode());
            }
            Some((_, Blow::Twice)) => {
                self.push(report);
                self.push(report);
            }
            Some((_, Blow::AfterTheNext)) => self.overtaken = Some((Instant::now() + NO_OTHER_FOLLOWS, report)),
            Some((armed, Blow::Late)) => {
                self.still = Some(Instant::now() + armed.hold);
                self.push(report);
            }
        }
    }

    fn has_room(&self) -> bool {
        self.coming.len() < HELD
    }

    fn push(&mut self, report: Report) {
        let now = Instant::now();
        let at = self.still.filter(|still| *still > now).unwrap_or(now);
        self.coming.push_back((at, report));
        if let Some((_, overtaken)) = self.overtaken.take() {
            self.coming.push_back((at, overtaken));
        }
    }

    /// The next report that has arrived.
    fn next(&mut self, now: Instant) -> Option<Report> {
        if self.coming.front().is_some_and(|(at, _)| *at <= now) {
            return self.coming.pop_front().map(|(_, report)| report);
        }
        self.overtaken.take_if(|(until, _)| *until <= now).map(|(_, report)| report)
    }

    fn due(&self) -> Option<Instant> {
        let coming = self.coming.front().map(|(at, _)| *at);
        let overtaken = self.overtaken.map(|(until, _)| until);
        [coming, overtaken].into_iter().flatten().min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transport::{Socket, fault};

    #[tokio::test(start_paused = true)]
    async fn no_more_than_two_messages_wait_behind_one_that_is_late() {
        let (link, mut host) = Socket::pair().unwrap();
        let seam = Seam::default();
        let (fault, hold) = (fault::find("stall").unwrap(), Duration::from_secs(60));
        seam.arm(Armed { fault, direction: Direction::ToKey, times: 1, hold });
        let mut key = Faulty::new(link, seam);
        tokio::spawn(async move {
            for _ in 0..2 * HELD {
                host.send(&[7; 64]).await?;
            }
            host.receive().await
        });
        let early = tokio::time::timeout(Duration::from_secs(1), key.receive()).await;
        assert!(early.is_err(), "it is late");
        assert_eq!(key.to_key.coming.len(), HELD);
    }
}
