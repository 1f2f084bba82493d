//! The task that owns a key.

use std::io;

use keyrig_core::{Change, Gesture, Keep, Prompt, State};
use keyrig_ctap::gesture::SECOND_TOUCH;
use keyrig_ctap::profile::Profile;
use tokio::select;
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;

use super::hand::{Deed, Hand};
use super::log::{Happening, Log, Transcript};
use super::port::{Port, PortError};
use super::shape::{Input, Shape};
use super::status::{Led, Prompted, Status, word};
use super::wire::{Ears, Wire};
use super::{Plan, key::NotDone};
use crate::Store;
use crate::gesture::noticed;
use crate::transport::{Seam, Served, Surroundings, until};

/// What the task is told to do between two reports. What fails here makes the key fail.
pub(super) type Order = Box<dyn FnOnce(&mut Bench) -> io::Result<()> + Send>;

/// A key, its port and the hand over it.
pub(super) struct Bench {
    served: Served<Shape, Around>,
    wire: Wire,
    port: Port,
    seam: Seam,
    hand: Hand,
    /// What the hand is about to do.
    answer: Option<(Instant, Deed)>,
    /// When it touches once more, if it is asked before.
    second_touch: Option<Instant>,
    name: String,
    unplugged: bool,
}

/// What is around the authenticator.
struct Around {
    log: Log,
    store: Store,
    prompted: watch::Sender<Option<Prompt>>,
    /// Whether a prompt has opened since the last input.
    asked_anew: bool,
}

impl Bench {
    pub(super) fn set_up(
        plan: Plan,
        shape: Shape,
        store: Store,
    ) -> Result<(Self, Log, watch::Receiver<Option<Prompt>>), PortError> {
        let Plan { name, port, hand, taps, .. } = plan;
        let (log, seam) = (Log::new(), Seam::default());
        let (prompted, prompts) = watch::channel(None);
        let served = Served::new(shape, Around { log: log.clone(), prompted, asked_anew: false, store });
        let wire = Wire::new(seam.clone(), Ears { taps, transcript: Transcript::new(log.clone()) });
        let mut bench =
            Self { served, wire, port, seam, hand, answer: None, second_touch: None, name, unplugged: false };
        bench.connect()?;
        Ok((bench, log, prompts))
    }

    /// Serves until the key is unplugged for good.
    pub(super) async fn run(mut self, mut orders: mpsc::Receiver<Order>) -> io::Result<()> {
        self.hand_over(Input::Inserted)?;
        while !self.unplugged {
            select! {
                arrived = self.wire.receive() => match arrived? {
                    Some(arrived) => self.hand_over(Input::Arrived(&arrived))?,
                    None => self.remove()?,
                },
                order = orders.recv() => match order {
                    Some(order) => order(&mut self)?,
                    None => break,
                },
                () = until(self.served.due()) => self.hand_over(Input::Tick)?,
                () = until(self.answer.map(|(at, _)| at)) => self.answer_now()?,
            }
            for sent in std::mem::take(&mut self.served.out) {
                self.wire.send(&sent).await?;
            }
        }
        Ok(())
    }

    pub(super) fn status(&self) -> Status {
        let authenticator = self.served.front.authenticator();
        let (profile, state) = (authenticator.profile(), authenticator.state());
        let prompt = self.served.front.prompt();
        let backup = state.backup();
        Status {
            name: self.name.clone(),
            profile: profile.id.clone(),
            product: profile.name.clone(),
            maker: profile.maker.clone(),
            firmware: profile.firmware.clone(),
            aaguid: profile.aaguid.to_string(),
            inserted: self.wire.is_connected(),
            led: match (self.wire.is_connected(), prompt) {
                (false, _) => Led::Off,
                (true, None) => Led::On,
                (true, Some(_)) => Led::Blinking,
            },
            prompt: prompt.map(Prompted::from),
            gestures: self.hand.describe(),
            backup_eligible: backup.eligible,
            backup_state: backup.state,
            last_flags: self.log().flags(),
            pin_is_set: state.pin_is_set(),
            pin_retries: state.pin_retries(),
            uv_retries: state.uv_retries(),
            fingers: state.fingerprints().len(),
            credentials: state.credentials().count(),
            discoverable: state.discoverable_count(),
            room: profile.discoverable_credentials,
            faults: self.seam.armed().iter().map(|armed| armed.fault.name.to_owned()).collect(),
        }
    }

    /// The user does something to the prompt that is open.
    pub(super) fn answer(&mut self, deed: Deed) -> io::Result<Result<Prompted, NotDone>> {
        let Some(prompt) = self.served.front.prompt() else { return Ok(Err(NotDone::NothingAsked)) };
        self.answer = None;
        self.log().note(Happening::Did { deed });
        if deed == Deed::DoubleTouch {
            self.second_touch = Some(Instant::now() + SECOND_TOUCH);
        }
        match (deed, noticed(deed, prompt.ask)) {
            (_, Some(gesture)) => self.gesture(gesture)?,
            (Deed::Remove, None) => {
                self.remove()?;
                self.answer = self.hand.inserts_after().map(|after| (Instant::now() + after, Deed::Insert));
            }
            // A key that is in its port takes a power cycle.
            (Deed::PowerCycle, None) => drop(self.power_cycle()?),
            (_, None) => {}
        }
        Ok(Ok(prompt.into()))
    }

    pub(super) fn remove(&mut self) -> io::Result<()> {
        if self.wire.is_connected() {
            self.wire.cut();
            self.answer = None;
            self.log().note(Happening::Removed);
            self.hand_over(Input::Removed)?;
        }
        self.served.out.clear();
        Ok(())
    }

    pub(super) fn insert(&mut self) -> io::Result<Result<(), NotDone>> {
        if self.wire.is_connected() {
            return Ok(Err(NotDone::InsertedAlready));
        }
        if let Err(error) = self.connect() {
            return Ok(Err(NotDone::Port(Box::new(error))));
        }
        self.hand_over(Input::Inserted)?;
        Ok(Ok(()))
    }

    /// Its power goes for a moment, which ends what is under way: the operating system sees it go and come back.
    pub(super) fn power_cycle(&mut self) -> io::Result<Result<(), NotDone>> {
        if !self.wire.is_connected() {
            return Ok(Err(NotDone::Removed));
        }
        self.log().note(Happening::PowerCycled);
        self.remove()?;
        self.insert()
    }

    /// It becomes another product, which the operating system sees as one key pulled out and another put in.
    pub(super) fn upgrade(&mut self, profile: Profile, keep: Keep) -> io::Result<Result<(), NotDone>> {
        let was_inserted = self.wire.is_connected();
        self.remove()?;
        self.log().note(Happening::Changed { how: format!("it is a {} now", profile.name) });
        self.port.upgrade(&profile);
        let change = self.served.front.upgrade(profile, keep, &self.port);
        self.write(&change)?;
        if was_inserted { self.insert() } else { Ok(Ok(())) }
    }

    /// Remembers what a snapshot has, and nothing else. Power goes and comes back first: afterwards it would move the
    /// snapshot's counters on.
    pub(super) fn recall(&mut self, state: State) -> io::Result<Result<(), NotDone>> {
        if let Err(other) = self.served.front.authenticator().takes(&state) {
            return Ok(Err(NotDone::OtherProfile(other)));
        }
        self.hand_over(Input::PowerCycled)?;
        match self.served.front.authenticator_mut().recall(state) {
            Ok(change) => {
                self.log().note(Happening::Changed { how: "restored from a snapshot".to_owned() });
                self.write(&change)?;
                Ok(Ok(()))
            }
            Err(other) => Ok(Err(NotDone::OtherProfile(other))),
        }
    }

    pub(super) fn unplug(&mut self) -> io::Result<()> {
        self.remove()?;
        self.unplugged = true;
        Ok(())
    }

    pub(super) const fn shape(&self) -> &Shape {
        &self.served.front
    }

    pub(super) const fn shape_mut(&mut self) -> &mut Shape {
        &mut self.served.front
    }

    pub(super) const fn seam(&self) -> &Seam {
        &self.seam
    }

    pub(super) fn set_hand(&mut self, hand: Hand) {
        self.hand = hand;
    }

    pub(super) const fn log(&self) -> &Log {
        &self.served.surroundings.log
    }

    /// Remembers a change that did not come over the link.
    pub(super) fn write(&mut self, change: &Change) -> io::Result<()> {
        self.served.surroundings.write(change)
    }

    fn connect(&mut self) -> Result<(), PortError> {
        self.wire.connect(self.port.open()?);
        self.log().note(Happening::Inserted);
        Ok(())
    }

    fn answer_now(&mut self) -> io::Result<()> {
        match self.answer.take() {
            // A key that somebody else has inserted stays.
            Some((_, Deed::Insert)) => drop(self.insert()?),
            // A prompt that is over needs no answer.
            Some((_, deed)) => drop(self.answer(deed)?),
            None => {}
        }
        Ok(())
    }

    fn gesture(&mut self, gesture: Gesture) -> io::Result<()> {
        self.hand_over(Input::Gesture(gesture))
    }

    fn hand_over(&mut self, input: Input<'_>) -> io::Result<()> {
        self.served.surroundings.asked_anew = false;
        self.served.hand_over(input)?;
        if self.served.surroundings.asked_anew {
            let now = Instant::now();
            self.answer = match self.second_touch.take().filter(|at| *at >= now) {
                Some(at) => Some((at, Deed::Touch)),
                None => self.hand.next().map(|next| (now + next.after, next.deed)),
            };
        }
        if self.served.front.prompt().is_none() {
            self.answer = None;
        }
        Ok(())
    }
}

impl Surroundings for Around {
    fn asked(&mut self, prompt: Option<Prompt>) {
        self.prompted.send_replace(prompt);
        self.log.note(match prompt {
            Some(Prompt { ask, command }) => {
                self.asked_anew = true;
                Happening::Asks { ask: word(ask).to_owned(), command: command.to_string() }
            }
            None => Happening::AsksNoMore,
        });
    }

    fn winked(&mut self) {
        self.log.note(Happening::Winks);
    }

    fn write(&mut self, change: &Change) -> io::Result<()> {
        self.store.commit(change)?;
        self.log.note(Happening::Writes { edits: change.edits.len() });
        Ok(())
    }
}
