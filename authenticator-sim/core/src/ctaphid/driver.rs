//! Reports in, reports out.

use alloc::collections::{BTreeMap, VecDeque};
use alloc::vec::Vec;

use keyrig_ctap::Instant;
use keyrig_ctap::ctaphid::{
    Assembly, Capabilities, Channel, Command, Continuation, ErrorCode, Initialization, Message, PROTOCOL_VERSION,
    Packet, Progress, Report, Welcome,
};
use keyrig_ctap::profile::Profile;

use super::channels::{self, Channels};
use super::lock::Lock;
use super::transaction::{KEEPALIVE_INTERVAL, MESSAGE_TIMEOUT, Receiving, Transaction, Working};
use crate::command::u2f::speaks_u2f;
use crate::{Authenticator, Change, Gesture, Keep, Prompt};

/// What happens to an authenticator behind CTAPHID.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Input<'a> {
    /// A report from an application.
    Report(&'a Report),
    /// The user answers the prompt that is open; without one it changes nothing.
    Gesture(Gesture),
    /// The store has written what [`Output::Persist`] gave it.
    Persisted,
    /// Time has passed.
    Tick,
    /// Power went and came back: channels, the lock, what was under way and undelivered outputs are gone.
    PowerCycle,
}

/// What is to be done for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Output {
    /// Send this report.
    Report(Report),
    /// Ask the user. The question stands for as long as [`Driver::prompt`] says so.
    Prompt(Prompt),
    /// Write this, then say [`Input::Persisted`]; the reply waits for it.
    Persist(Change),
    /// Show the user which device this is.
    Wink,
}

/// The outputs of one input. Those that are not taken come first in the next drain.
#[must_use = "outputs that are not taken come first in the next drain"]
pub struct Drain<'a> {
    driver: &'a mut Driver,
}

impl Drain<'_> {
    /// When [`Input::Tick`] is due, if nothing else happens before; it changes with each input.
    pub fn deadline(&self) -> Option<Instant> {
        self.driver.deadline()
    }
}

impl Iterator for Drain<'_> {
    type Item = Output;

    fn next(&mut self) -> Option<Output> {
        self.driver.outputs.pop_front()
    }
}

/// An authenticator behind CTAPHID.
pub struct Driver {
    authenticator: Authenticator,
    version: [u8; 3],
    capabilities: Capabilities,
    vendor_answers: BTreeMap<Command, Vec<u8>>,
    channels: Channels,
    lock: Lock,
    transaction: Option<Transaction>,
    outputs: VecDeque<Output>,
    now: Instant,
}

impl Driver {
    /// Puts `authenticator` behind CTAPHID. It tells the firmware of the profile as its version.
    pub fn new(authenticator: Authenticator) -> Self {
        Self::with_channels(authenticator, channels::LIMIT)
    }

    pub(super) fn with_channels(authenticator: Authenticator, limit: u32) -> Self {
        Self {
            version: version(authenticator.profile()),
            capabilities: capabilities(authenticator.profile()),
            authenticator,
            vendor_answers: BTreeMap::new(),
            channels: Channels::new(limit),
            lock: Lock::default(),
            transaction: None,
            outputs: VecDeque::new(),
            now: Instant::POWER_UP,
        }
    }

    /// From now on answers these commands of the vendor's, each always with the same payload, whatever it is asked with;
    /// what lies outside the vendor's range is passed over.
    pub fn set_vendor_answers(&mut self, answers: impl IntoIterator<Item = (Command, Vec<u8>)>) {
        self.vendor_answers = answers.into_iter().filter(|(command, _)| command.is_vendor()).collect();
    }

    /// Takes one input at `now`, which never goes back.
    pub fn handle(&mut self, now: Instant, input: Input<'_>) -> Drain<'_> {
        self.now = self.now.max(now);
        self.expire();
        match input {
            Input::Report(report) => self.receive(&Packet::from(report)),
            Input::Gesture(gesture) => self.pass_on(crate::Input::Gesture(gesture)),
            Input::Persisted => self.pass_on(crate::Input::Persisted),
            Input::Tick => {}
            Input::PowerCycle => self.power_cycle(),
        }
        Drain { driver: self }
    }

    /// When [`Input::Tick`] is due, if nothing else happens before; it changes with each input.
    pub fn deadline(&self) -> Option<Instant> {
        match self.transaction.as_ref()? {
            Transaction::Receiving(receiving) => Some(receiving.until),
            Transaction::Working(working) => {
                let given_up = self.authenticator.deadline();
                Some(given_up.map_or(working.next, |given_up| given_up.min(working.next)))
            }
            Transaction::Abandoned => None,
        }
    }

    /// What the user is asked just now.
    pub fn prompt(&self) -> Option<Prompt> {
        match self.transaction.as_ref()? {
            Transaction::Working(working) => working.prompt,
            Transaction::Receiving(_) | Transaction::Abandoned => None,
        }
    }

    /// The authenticator.
    pub const fn authenticator(&self) -> &Authenticator {
        &self.authenticator
    }

    /// The authenticator, to change what it remembers. Its inputs are the driver's to give.
    pub const fn authenticator_mut(&mut self) -> &mut Authenticator {
        &mut self.authenticator
    }

    /// Makes the authenticator a product of `profile` ([`Authenticator::upgrade`]), and power goes and comes back. The
    /// change is for the store.
    pub fn upgrade(&mut self, profile: Profile, keep: Keep) -> Change {
        (self.version, self.capabilities) = (version(&profile), capabilities(&profile));
        let change = self.authenticator.upgrade(profile, keep);
        self.power_cycle();
        change
    }

    fn receive(&mut self, packet: &Packet) {
        match packet {
            Packet::Initialization(packet) if packet.command == Command::INIT => self.init(packet),
            Packet::Initialization(packet) => self.begin(packet),
            Packet::Continuation(packet) => self.go_on(packet),
        }
    }

    /// `CTAPHID_INIT`: opens a channel, or puts one back in step, whatever is under way on it.
    fn init(&mut self, packet: &Initialization) {
        let asked_on = packet.channel;
        let opens = asked_on == Channel::BROADCAST;
        if !opens && !self.channels.is_open(asked_on) {
            return self.refuse(asked_on, ErrorCode::INVALID_CHANNEL);
        }
        let (Some((nonce, _)), 8) = (packet.payload.split_first_chunk(), packet.length) else {
            return self.refuse(asked_on, ErrorCode::INVALID_LEN);
        };
        if self.lock.excludes(asked_on, self.now) {
            return self.refuse(asked_on, ErrorCode::CHANNEL_BUSY);
        }
        let channel = if opens { self.channels.open() } else { asked_on };
        self.resync(channel);
        let welcome = Welcome {
            nonce: *nonce,
            channel,
            protocol: PROTOCOL_VERSION,
            version: self.version,
            capabilities: self.capabilities,
        };
        self.send(&Message { channel: asked_on, command: Command::INIT, payload: welcome.encode() });
    }

    /// Forgets what is under way on `channel`, without a reply to it.
    fn resync(&mut self, channel: Channel) {
        self.lock.release(channel);
        let under_way = self.transaction.take_if(|transaction| transaction.channel() == Some(channel));
        if let Some(Transaction::Working(_)) = under_way {
            self.transaction = Some(Transaction::Abandoned);
            self.pass_on(crate::Input::Cancel);
        }
    }

    /// The first packet of a request.
    fn begin(&mut self, packet: &Initialization) {
        let channel = packet.channel;
        if !self.channels.is_open(channel) {
            return self.refuse(channel, ErrorCode::INVALID_CHANNEL);
        }
        if packet.command == Command::CANCEL {
            return self.cancel(channel);
        }
        if self.transaction.is_some() {
            return self.interrupt(channel);
        }
        if self.lock.excludes(channel, self.now) {
            return self.refuse(channel, ErrorCode::CHANNEL_BUSY);
        }
        if !self.knows(packet.command) {
            return self.refuse(channel, ErrorCode::INVALID_CMD);
        }
        match Assembly::begin(packet) {
            Ok(progress) => self.progress(progress, self.now + MESSAGE_TIMEOUT),
            Err(_) => self.refuse(channel, ErrorCode::INVALID_LEN),
        }
    }

    /// A request while another is under way. On the same channel it ends one that is not complete.
    fn interrupt(&mut self, channel: Channel) {
        let unfinished = |transaction: &mut Transaction| {
            matches!(transaction, Transaction::Receiving(_)) && transaction.channel() == Some(channel)
        };
        let broken = self.transaction.take_if(unfinished).is_some();
        self.refuse(channel, if broken { ErrorCode::INVALID_SEQ } else { ErrorCode::CHANNEL_BUSY });
    }

    /// Any packet after the first. One that nobody waits for is ignored.
    fn go_on(&mut self, packet: &Continuation) {
        let awaited = |transaction: &mut Transaction| {
            matches!(transaction, Transaction::Receiving(_)) && transaction.channel() == Some(packet.channel)
        };
        let Some(Transaction::Receiving(receiving)) = self.transaction.take_if(awaited) else { return };
        match receiving.assembly.accept(packet) {
            Ok(progress) => self.progress(progress, receiving.latest),
            Err(_) => self.refuse(packet.channel, ErrorCode::INVALID_SEQ),
        }
    }

    fn progress(&mut self, progress: Progress, latest: Instant) {
        match progress {
            Progress::Complete(message) => self.run(message),
            Progress::Partial(assembly) => {
                self.transaction = Some(Transaction::Receiving(Receiving::new(assembly, self.now, latest)));
            }
        }
    }

    fn knows(&self, command: Command) -> bool {
        match command {
            Command::PING | Command::WINK | Command::LOCK => true,
            Command::CBOR => self.capabilities.contains(Capabilities::CBOR),
            Command::MSG => !self.capabilities.contains(Capabilities::NMSG),
            _ => self.vendor_answers.contains_key(&command),
        }
    }

    fn run(&mut self, message: Message) {
        let Message { channel, command, ref payload } = message;
        match command {
            Command::PING => self.send(&message),
            Command::WINK if payload.is_empty() => {
                self.outputs.push_back(Output::Wink);
                self.send(&message);
            }
            Command::LOCK => match self.lock.hold(channel, payload, self.now) {
                Ok(()) => self.send(&Message { channel, command, payload: Vec::new() }),
                Err(code) => self.refuse(channel, code),
            },
            Command::CBOR if !payload.is_empty() => self.request(channel, command, crate::Input::Request(payload)),
            Command::MSG if !payload.is_empty() => self.request(channel, command, crate::Input::Apdu(payload)),
            _ => match self.vendor_answers.get(&command).cloned() {
                Some(payload) => self.send(&Message { channel, command, payload }),
                None => self.refuse(channel, ErrorCode::INVALID_LEN),
            },
        }
    }

    fn request(&mut self, channel: Channel, command: Command, request: crate::Input<'_>) {
        self.transaction = Some(Transaction::Working(Working::new(channel, command, self.now)));
        self.pass_on(request);
    }

    /// `CTAPHID_CANCEL`: a CTAP2 message that is under way on `channel` is answered with `CTAP2_ERR_KEEPALIVE_CANCEL`, and
    /// the cancel itself never.
    fn cancel(&mut self, channel: Channel) {
        let cancelled = matches!(&self.transaction, Some(Transaction::Working(working)) if working.channel == channel);
        if cancelled {
            self.pass_on(crate::Input::Cancel);
        }
    }

    /// Gives the authenticator one input, and its outputs their meaning here.
    fn pass_on(&mut self, input: crate::Input<'_>) {
        let outputs: Vec<crate::Output> = self.authenticator.handle(self.now, input).collect();
        for output in outputs {
            match output {
                crate::Output::Reply(reply) => self.reply(reply),
                crate::Output::Prompt(prompt) => {
                    self.ask(Some(prompt));
                    self.outputs.push_back(Output::Prompt(prompt));
                }
                crate::Output::Persist(change) => {
                    self.ask(None);
                    self.outputs.push_back(Output::Persist(change));
                }
            }
        }
    }

    fn reply(&mut self, payload: Vec<u8>) {
        if let Some(Transaction::Working(Working { channel, command, .. })) = self.transaction.take() {
            self.send(&Message { channel, command, payload });
        }
    }

    /// Notes what the user is asked; an application that knows another status is told at once.
    fn ask(&mut self, prompt: Option<Prompt>) {
        let Some(Transaction::Working(working)) = &mut self.transaction else { return };
        working.prompt = prompt;
        let untold = match working.told {
            Some(told) => told != working.status(),
            None => prompt.is_some(),
        };
        if untold {
            self.keep_alive();
        }
    }

    fn keep_alive(&mut self) {
        let Some(Transaction::Working(working)) = &mut self.transaction else { return };
        let status = working.status();
        working.told = Some(status);
        working.next = self.now + KEEPALIVE_INTERVAL;
        let channel = working.channel;
        self.send(&Message { channel, command: Command::KEEPALIVE, payload: Vec::from([status.0]) });
    }

    /// Does what was due by now.
    fn expire(&mut self) {
        let now = self.now;
        if self.authenticator.deadline().is_some_and(|due| due <= now) {
            self.pass_on(crate::Input::Tick);
        }
        match &self.transaction {
            Some(Transaction::Receiving(receiving)) if receiving.until <= now => {
                let channel = receiving.assembly.channel();
                self.transaction = None;
                self.refuse(channel, ErrorCode::MSG_TIMEOUT);
            }
            Some(Transaction::Working(working)) if working.next <= now => self.keep_alive(),
            _ => {}
        }
    }

    fn power_cycle(&mut self) {
        self.channels.close_all();
        self.lock = Lock::default();
        self.transaction = None;
        self.outputs.clear();
        self.pass_on(crate::Input::PowerCycle);
    }

    fn refuse(&mut self, channel: Channel, code: ErrorCode) {
        self.send(&Message::error(channel, code));
    }

    /// Sends a message; one that fits in no reports is an error of ours.
    fn send(&mut self, message: &Message) {
        let failed = Message::error(message.channel, ErrorCode::OTHER);
        let reports = message.fragment().or_else(|_| failed.fragment());
        self.outputs.extend(reports.into_iter().flatten().map(Output::Report));
    }
}

/// What an authenticator of `profile` knows, as its versions say.
fn capabilities(profile: &Profile) -> Capabilities {
    let known = Capabilities::WINK;
    let known = if profile.get_info.speaks_ctap2() { known | Capabilities::CBOR } else { known };
    if speaks_u2f(profile) { known } else { known | Capabilities::NMSG }
}

/// The firmware as three numbers; those that it does not name are zero.
fn version(profile: &Profile) -> [u8; 3] {
    let mut numbers = profile.firmware.as_deref().unwrap_or_default().split('.');
    [(); 3].map(|()| numbers.next().and_then(|number| number.parse().ok()).unwrap_or_default())
}
