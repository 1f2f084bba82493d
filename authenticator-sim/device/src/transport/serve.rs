//! An authenticator behind a link, on real time.

use std::future;
use std::io;
use std::time::Duration;

use keyrig_core::ctaphid::{Driver, Input};
use keyrig_core::{Change, Gesture, Prompt};
use keyrig_ctap::Instant;
use tokio::sync::mpsc::Receiver;
use tokio::{select, time};

use super::Link;
use super::front::{Front, Output};

/// What is done to an authenticator from outside its link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Control {
    /// The user answers the prompt that is open; without one it changes nothing.
    Gesture(Gesture),
    /// Power goes and comes back.
    PowerCycle,
    /// It is pulled out.
    Unplug,
}

/// What is around an authenticator: a user who sees it, and a store.
pub trait Surroundings: Send {
    /// The user is asked something, perhaps once more, or `None`: nothing any more.
    fn asked(&mut self, prompt: Option<Prompt>);

    /// The user is shown which authenticator this is.
    fn winked(&mut self);

    /// Writes a change. The reply waits for it.
    ///
    /// # Errors
    ///
    /// What the store says; the authenticator stops, and the request has no reply.
    fn write(&mut self, change: &Change) -> io::Result<()>;
}

/// Serves the link until its other end is gone or the authenticator is pulled out, and gives back what was behind it.
/// Between events it sleeps. Where nobody holds the sender of `controls` any more, the user is gone and the authenticator
/// stays.
///
/// # Errors
///
/// What the link or the store says.
pub async fn serve(
    mut link: impl Link,
    driver: Driver,
    mut controls: Receiver<Control>,
    surroundings: impl Surroundings,
) -> io::Result<Driver> {
    let mut served = Served::new(driver, surroundings);
    let mut user_is_there = true;
    loop {
        select! {
            report = link.receive() => match report? {
                Some(report) => served.hand_over(Input::Report(&report))?,
                None => break,
            },
            control = controls.recv(), if user_is_there => match control {
                Some(Control::Gesture(gesture)) => served.hand_over(Input::Gesture(gesture))?,
                Some(Control::PowerCycle) => served.hand_over(Input::PowerCycle)?,
                Some(Control::Unplug) => break,
                None => user_is_there = false,
            },
            () = until(served.due()) => served.hand_over(Input::Tick)?,
        }
        for report in served.out.drain(..) {
            link.send(&report).await?;
        }
    }
    if served.asked {
        served.surroundings.asked(None);
    }
    Ok(served.front)
}

/// An authenticator on real time, and what is around it.
pub(crate) struct Served<F: Front, S> {
    pub(crate) front: F,
    pub(crate) surroundings: S,
    power_up: time::Instant,
    /// Whether the surroundings believe that a prompt is open.
    asked: bool,
    /// What is to be sent.
    pub(crate) out: Vec<F::Sent>,
}

impl<F: Front, S: Surroundings> Served<F, S> {
    /// Its time begins now.
    pub(crate) fn new(front: F, surroundings: S) -> Self {
        Self { front, surroundings, power_up: time::Instant::now(), asked: false, out: Vec::new() }
    }

    /// When a tick is due.
    pub(crate) fn due(&self) -> Option<time::Instant> {
        let deadline = self.front.deadline()?;
        Some(self.power_up + deadline.since(Instant::POWER_UP))
    }

    /// Gives the authenticator one input, now, and does what it asks for.
    pub(crate) fn hand_over(&mut self, input: F::Input<'_>) -> io::Result<()> {
        let mut persisted = self.hand_over_once(input)?;
        while persisted {
            persisted = self.hand_over_once(F::PERSISTED)?;
        }
        if self.asked && self.front.prompt().is_none() {
            self.asked = false;
            self.surroundings.asked(None);
        }
        Ok(())
    }

    /// Whether the authenticator waits to hear that the store has written.
    fn hand_over_once(&mut self, input: F::Input<'_>) -> io::Result<bool> {
        let mut persisted = false;
        for output in self.front.handle(now(self.power_up), input) {
            match output {
                Output::Send(sent) => self.out.push(sent),
                Output::Prompt(prompt) => {
                    self.asked = true;
                    self.surroundings.asked(Some(prompt));
                }
                Output::Wink => self.surroundings.winked(),
                Output::Persist(change) => {
                    self.surroundings.write(&change)?;
                    persisted = true;
                }
            }
        }
        Ok(persisted)
    }
}

/// Ends when `moment` has come, and never without one.
pub(crate) async fn until(moment: Option<time::Instant>) {
    match moment {
        Some(moment) => time::sleep_until(moment).await,
        None => future::pending().await,
    }
}

fn now(power_up: time::Instant) -> Instant {
    let span: Duration = power_up.elapsed();
    Instant::POWER_UP + span
}
