use alloc::collections::VecDeque;
use alloc::vec::Vec;
use core::fmt;
use core::time::Duration;

use super::{
    Assembly, Capabilities, Channel, Command, ErrorCode, Keepalive, Message, Nonce, Packet, Progress, Report, TooLong,
    Welcome, WrongSequence,
};
use crate::Instant;

/// A device that says nothing for so long is given up. It owes a keepalive each 100 ms while it works (CTAP 2.3
/// §11.2.9.1.5), and some keep silence while they make a key.
const SILENCE: Duration = Duration::from_secs(5);

/// How long another application's request is waited for.
const BUSY: Duration = Duration::from_secs(10);

/// When a busy device is asked again.
const RETRY: Duration = Duration::from_millis(100);

/// One application's dialogue with one device, sans-IO: reports go in and come out, time is an argument.
///
/// One request is under way at a time. The channel is opened with the first, and again after any [`Trouble`].
#[derive(Clone, Debug)]
pub struct Dialogue {
    nonce: u64,
    welcome: Option<Welcome>,
    phase: Phase,
    asked: Option<Asked>,
    outbox: VecDeque<Report>,
    events: VecDeque<Event>,
}

/// A request that is under way.
#[derive(Clone, Debug)]
struct Asked {
    command: Command,
    payload: Vec<u8>,
    since: Instant,
    /// Whether the device forgot the channel once already.
    reopened: bool,
}

#[derive(Clone, Debug)]
enum Phase {
    /// Nothing is under way.
    Idle,
    /// The device is asked for a channel.
    Opening { nonce: Nonce, assembly: Option<Assembly>, until: Instant },
    /// The device is asked what was asked.
    Waiting { assembly: Option<Assembly>, until: Instant, cancelled: bool },
    /// The device was busy.
    Busy { again: Instant },
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// The device is still at it.
    Keepalive(Keepalive),
    /// The answer.
    Answer(Vec<u8>),
    /// There will be no answer.
    Failed(Trouble),
}

/// Why there is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// Nothing came.
    Silence,
    /// It was cancelled before the device was asked.
    Cancelled,
    /// It was cancelled and goes on.
    NotCancelled,
    /// Another application holds it.
    Busy,
    /// The device knows no such messages, as its answer to `CTAPHID_INIT` says.
    NotSpoken(Command),
    /// The device says why.
    Error(ErrorCode),
    /// Packets came out of order.
    Sequence(WrongSequence),
    /// The answer cannot be that long.
    Length(TooLong),
    /// The answer is none to this.
    Command(Command),
    /// The answer to `CTAPHID_INIT` cannot be read, or gives a channel that nobody may use.
    Welcome,
}

impl Dialogue {
    /// A dialogue whose first nonce is `nonce`; each further one is the next number.
    pub fn new(nonce: Nonce) -> Self {
        Self {
            nonce: u64::from_be_bytes(nonce),
            welcome: None,
            phase: Phase::Idle,
            asked: None,
            outbox: VecDeque::new(),
            events: VecDeque::new(),
        }
    }

    /// What the device said of itself; `None` before the first request and after trouble.
    pub fn welcome(&self) -> Option<&Welcome> {
        self.welcome.as_ref()
    }

    /// Asks something. A request that was under way is forgotten.
    ///
    /// # Errors
    ///
    /// [`TooLong`]; nothing is asked then.
    pub fn ask(&mut self, now: Instant, command: Command, payload: &[u8]) -> Result<(), TooLong> {
        let message = Message { channel: Channel::BROADCAST, command, payload: payload.to_vec() };
        message.fragment()?;
        self.outbox.clear();
        self.events.clear();
        self.asked = Some(Asked { command, payload: message.payload, since: now, reopened: false });
        self.say(now);
        Ok(())
    }

    /// Tells the device to stop; its answer still comes. Without a request that waits it does nothing.
    pub fn cancel(&mut self, now: Instant) {
        match &mut self.phase {
            Phase::Waiting { cancelled, until, .. } if !*cancelled => {
                (*cancelled, *until) = (true, now + SILENCE);
                let channel = self.welcome.map_or(Channel::BROADCAST, |welcome| welcome.channel);
                self.put(Message { channel, command: Command::CANCEL, payload: Vec::new() });
            }
            Phase::Opening { .. } | Phase::Busy { .. } => self.fail(Trouble::Cancelled),
            Phase::Waiting { .. } | Phase::Idle => {}
        }
    }

    /// Takes a report that came. What is another application's changes nothing.
    pub fn take(&mut self, now: Instant, report: &Report) {
        let packet = Packet::from(report);
        match core::mem::replace(&mut self.phase, Phase::Idle) {
            Phase::Opening { nonce, assembly, until } if packet.channel() == Channel::BROADCAST => {
                self.opening(now, &packet, (nonce, assembly, until));
            }
            Phase::Waiting { assembly, until, cancelled }
                if self.welcome.is_some_and(|welcome| welcome.channel == packet.channel()) =>
            {
                self.waiting(now, &packet, (assembly, until, cancelled));
            }
            phase => self.phase = phase,
        }
        self.tick(now);
    }

    /// Lets time pass.
    pub fn tick(&mut self, now: Instant) {
        let asked = self.asked.as_ref().map_or(now, |asked| asked.since);
        match self.phase {
            Phase::Opening { until, .. } if now >= until => self.fail(Trouble::Silence),
            Phase::Waiting { until, cancelled: false, .. } if now >= until => self.fail(Trouble::Silence),
            Phase::Waiting { until, cancelled: true, .. } if now >= until => self.fail(Trouble::NotCancelled),
            Phase::Busy { .. } if now.since(asked) >= BUSY => self.fail(Trouble::Busy),
            Phase::Busy { again } if now >= again => self.say(now),
            _ => {}
        }
    }

    /// The next report to be sent.
    pub fn send(&mut self) -> Option<Report> {
        self.outbox.pop_front()
    }

    /// The next thing that happened.
    pub fn event(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    /// When [`Dialogue::tick`] has something to do.
    pub fn deadline(&self) -> Option<Instant> {
        match self.phase {
            Phase::Idle => None,
            Phase::Opening { until, .. } | Phase::Waiting { until, .. } => Some(until),
            Phase::Busy { again } => Some(again),
        }
    }

    /// Asks for a channel, or on the one that is there what was asked.
    fn say(&mut self, now: Instant) {
        let until = now + SILENCE;
        let Some(asked) = &self.asked else { return };
        match &self.welcome {
            Some(welcome) if !speaks(welcome.capabilities, asked.command) => {
                let command = asked.command;
                (self.phase, self.asked) = (Phase::Idle, None);
                self.events.push_back(Event::Failed(Trouble::NotSpoken(command)));
            }
            Some(welcome) => {
                let payload = asked.payload.clone();
                let message = Message { channel: welcome.channel, command: asked.command, payload };
                self.phase = Phase::Waiting { assembly: None, until, cancelled: false };
                self.put(message);
            }
            None => {
                let nonce = self.nonce.to_be_bytes();
                self.nonce = self.nonce.wrapping_add(1);
                self.phase = Phase::Opening { nonce, assembly: None, until };
                let payload = nonce.to_vec();
                self.put(Message { channel: Channel::BROADCAST, command: Command::INIT, payload });
            }
        }
    }

    fn put(&mut self, message: Message) {
        // `ask` has seen that what is asked is short enough; the rest is ours.
        self.outbox.extend(message.fragment().into_iter().flatten());
    }

    /// On the broadcast channel, others get their answers too: what cannot be ours is passed over.
    fn opening(&mut self, now: Instant, packet: &Packet, (nonce, assembly, until): (Nonce, Option<Assembly>, Instant)) {
        self.phase = Phase::Opening { nonce, assembly: None, until };
        let Ok(progress) = put_together(packet, assembly) else { return };
        let message = match progress {
            Some(Progress::Complete(message)) => message,
            Some(Progress::Partial(assembly)) => {
                self.phase = Phase::Opening { nonce, assembly: Some(assembly), until };
                return;
            }
            None => return,
        };
        match message.command {
            Command::INIT if !message.payload.starts_with(&nonce) => {}
            Command::INIT => match Welcome::parse(&message.payload) {
                Some(welcome) if ![Channel::RESERVED, Channel::BROADCAST].contains(&welcome.channel) => {
                    self.welcome = Some(welcome);
                    self.say(now);
                }
                _ => self.fail(Trouble::Welcome),
            },
            Command::ERROR => self.refused(now, &message.payload),
            _ => {}
        }
    }

    fn waiting(
        &mut self,
        now: Instant,
        packet: &Packet,
        (assembly, until, cancelled): (Option<Assembly>, Instant, bool),
    ) {
        let until = if cancelled { until } else { now + SILENCE };
        let message = match put_together(packet, assembly) {
            Err(trouble) => return self.fail(trouble),
            Ok(Some(Progress::Complete(message))) => message,
            Ok(Some(Progress::Partial(assembly))) => {
                self.phase = Phase::Waiting { assembly: Some(assembly), until, cancelled };
                return;
            }
            Ok(None) => {
                self.phase = Phase::Waiting { assembly: None, until, cancelled };
                return;
            }
        };
        let wanted = self.asked.as_ref().map(|asked| asked.command);
        match message.command {
            Command::KEEPALIVE => {
                self.phase = Phase::Waiting { assembly: None, until, cancelled };
                let status = Keepalive(message.payload.first().copied().unwrap_or_default());
                self.events.push_back(Event::Keepalive(status));
            }
            Command::ERROR => self.refused(now, &message.payload),
            command if Some(command) == wanted => {
                self.asked = None;
                self.events.push_back(Event::Answer(message.payload));
            }
            other => self.fail(Trouble::Command(other)),
        }
    }

    fn refused(&mut self, now: Instant, payload: &[u8]) {
        let code = ErrorCode(payload.first().copied().unwrap_or(ErrorCode::OTHER.0));
        let Some(asked) = &mut self.asked else { return };
        match code {
            ErrorCode::CHANNEL_BUSY => self.phase = Phase::Busy { again: now + RETRY },
            ErrorCode::INVALID_CHANNEL if !asked.reopened => {
                asked.reopened = true;
                self.welcome = None;
                self.say(now);
            }
            code => self.fail(Trouble::Error(code)),
        }
    }

    /// What is still to come belongs to a channel that nobody listens to any more.
    fn fail(&mut self, trouble: Trouble) {
        (self.phase, self.welcome, self.asked) = (Phase::Idle, None, None);
        self.events.push_back(Event::Failed(trouble));
    }
}

/// Whether a device with these capabilities knows messages under `command` (CTAP 2.3 §11.2.9.1.3).
fn speaks(capabilities: Capabilities, command: Command) -> bool {
    match command {
        Command::CBOR => capabilities.contains(Capabilities::CBOR),
        Command::MSG => !capabilities.contains(Capabilities::NMSG),
        _ => true,
    }
}

/// `None` for the rest of a message whose beginning was not for us.
fn put_together(packet: &Packet, assembly: Option<Assembly>) -> Result<Option<Progress>, Trouble> {
    match (packet, assembly) {
        (Packet::Initialization(packet), None) => Assembly::begin(packet).map(Some).map_err(Trouble::Length),
        // A keepalive may not come amid an answer, and a second answer may not either.
        (Packet::Initialization(packet), Some(_)) => Err(Trouble::Command(packet.command)),
        (Packet::Continuation(packet), Some(assembly)) => assembly.accept(packet).map(Some).map_err(Trouble::Sequence),
        (Packet::Continuation(_), None) => Ok(None),
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Silence => write!(f, "it says nothing for {} s", SILENCE.as_secs()),
            Self::Cancelled => f.write_str("it was cancelled before it was asked"),
            Self::NotCancelled => f.write_str("it was told to cancel and goes on"),
            Self::Busy => write!(f, "another application keeps it busy for {} s", BUSY.as_secs()),
            Self::NotSpoken(command) => write!(f, "it knows no {command}"),
            Self::Error(code) => write!(f, "it answered {code}"),
            Self::Sequence(error) => write!(f, "its answer is garbled: {error}"),
            Self::Length(error) => write!(f, "its answer is garbled: {error}"),
            Self::Command(command) => write!(f, "it answered with {command}, which was not asked"),
            Self::Welcome => f.write_str("it opens no channel that can be used"),
        }
    }
}

impl core::error::Error for Trouble {}
