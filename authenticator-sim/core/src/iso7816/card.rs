//! Commands in, responses out.

use alloc::collections::VecDeque;
use alloc::vec::Vec;
use core::time::Duration;

use keyrig_ctap::ctaphid::Keepalive;
use keyrig_ctap::iso7816::{
    BY_NAME, CANCEL, CHAINED, CLASS_CTAP, CLASS_ISO, Command, END, FIDO_APPLET, Instruction, POLLS, StatusWord, answer,
};
use keyrig_ctap::profile::Profile;
use keyrig_ctap::{Instant, Status, u2f};

use super::chain::{Chain, Part};
use super::exchange::{Answer, Exchange, PATIENCE, Room, Working};
use crate::command::u2f::{VERSION as U2F_VERSION, speaks_u2f};
use crate::{Ask, Authenticator, Change, Gesture, Keep, Prompt};

/// How long being put on the reader counts as a touch (CTAP 2.3 §5, NFC user presence maximum time limit).
const PRESENCE: Duration = Duration::from_secs(120);

/// What a card without U2F answers to its selection, whatever its versions are (CTAP 2.3 §11.3.3).
const CTAP_VERSION: &str = "FIDO_2_0";

/// The longest message of U2F: two parameters, the length of a key handle and the handle.
const U2F_MESSAGE: usize = 32 + 32 + 1 + 255;

/// What happens to a card.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Input<'a> {
    /// It is put on a reader, which gives it power. For two minutes that is the user's touch.
    Placed,
    /// It is taken away, and with it all that is under way.
    Removed,
    /// The reader takes its power and gives it back. It stays where it was put.
    Reset,
    /// A command APDU from the reader.
    Command(&'a [u8]),
    /// The user answers the prompt that is open; without one it changes nothing.
    Gesture(Gesture),
    /// The store has written what [`Output::Persist`] gave it.
    Persisted,
    /// Time has passed.
    Tick,
}

/// What is to be done for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Output {
    /// Send this response APDU. Each command has one; until it comes, the reader is kept waiting.
    Response(Vec<u8>),
    /// Ask the user.
    Prompt(Prompt),
    /// Write this, then say [`Input::Persisted`]; the response waits for it.
    Persist(Change),
}

/// The outputs of one input. Those that are not taken come first in the next drain.
#[must_use = "outputs that are not taken come first in the next drain"]
pub struct Drain<'a> {
    card: &'a mut Card,
}

impl Drain<'_> {
    /// When [`Input::Tick`] is due, if nothing else happens before; it changes with each input.
    pub fn deadline(&self) -> Option<Instant> {
        self.card.deadline()
    }
}

impl Iterator for Drain<'_> {
    type Item = Output;

    fn next(&mut self) -> Option<Output> {
        self.card.outputs.pop_front()
    }
}

/// An authenticator as a contactless card.
pub struct Card {
    authenticator: Authenticator,
    /// Until when being on the reader is a touch; `None` where it is not on one.
    touched: Option<Instant>,
    selected: bool,
    chain: Option<Chain>,
    exchange: Option<Exchange>,
    prompt: Option<Prompt>,
    outputs: VecDeque<Output>,
    now: Instant,
}

impl Card {
    /// A card that is on no reader yet.
    pub fn new(mut authenticator: Authenticator) -> Self {
        authenticator.set_transport("nfc");
        Self {
            authenticator,
            touched: None,
            selected: false,
            chain: None,
            exchange: None,
            prompt: None,
            outputs: VecDeque::new(),
            now: Instant::POWER_UP,
        }
    }

    /// Takes one input at `now`, which never goes back. Commands to a card that is on no reader have no response.
    pub fn handle(&mut self, now: Instant, input: Input<'_>) -> Drain<'_> {
        self.now = self.now.max(now);
        self.expire();
        match input {
            Input::Placed => {
                self.lose_power();
                self.touched = Some(self.now + PRESENCE);
            }
            Input::Removed => {
                self.lose_power();
                self.touched = None;
            }
            Input::Reset => self.lose_power(),
            Input::Command(bytes) if self.touched.is_some() => self.command(bytes),
            Input::Command(_) | Input::Tick => {}
            Input::Gesture(gesture) => self.pass_on(crate::Input::Gesture(gesture)),
            Input::Persisted => self.pass_on(crate::Input::Persisted),
        }
        Drain { card: self }
    }

    /// When [`Input::Tick`] is due, if nothing else happens before; it changes with each input.
    pub fn deadline(&self) -> Option<Instant> {
        let told = match &self.exchange {
            Some(Exchange::Working(Working { awaited: Some(_), told, .. })) => *told,
            _ => None,
        };
        told.into_iter().chain(self.authenticator.deadline()).min()
    }

    /// What the user is asked just now.
    pub const fn prompt(&self) -> Option<Prompt> {
        self.prompt
    }

    /// The authenticator.
    pub const fn authenticator(&self) -> &Authenticator {
        &self.authenticator
    }

    /// The authenticator, to change what it remembers. Its inputs are the card's to give.
    pub const fn authenticator_mut(&mut self) -> &mut Authenticator {
        &mut self.authenticator
    }

    /// Makes the authenticator a product of `profile` ([`Authenticator::upgrade`]), and power goes and comes back. The
    /// change is for the store.
    pub fn upgrade(&mut self, profile: Profile, keep: Keep) -> Change {
        let change = self.authenticator.upgrade(profile, keep);
        self.lose_power();
        change
    }

    fn command(&mut self, bytes: &[u8]) {
        let command = match Command::parse(bytes) {
            Ok(command) => command,
            Err(status) => return self.refuse(status),
        };
        let chain = self.chain.take();
        if command.class == CLASS_ISO && command.instruction == Instruction::SELECT {
            return self.select(&command);
        }
        if !self.selected {
            return self.refuse(StatusWord::COMMAND_NOT_ALLOWED);
        }
        match (command.class, command.instruction) {
            (CLASS_ISO | CLASS_CTAP, Instruction::GET_RESPONSE) => self.fetch(&command),
            (class, _) if class & !CHAINED == CLASS_CTAP && !self.speaks_ctap2() => {
                self.refuse(StatusWord::CLA_NOT_SUPPORTED);
            }
            (CLASS_CTAP, Instruction::GETRESPONSE) => self.poll(&command),
            (CLASS_CTAP, Instruction::CONTROL) => self.control(&command),
            _ if self.is_working() => self.refuse(StatusWord::CONDITIONS_NOT_SATISFIED),
            (class, Instruction::MSG) if class & !CHAINED == CLASS_CTAP => self.message(chain, &command),
            (class, _) if class & !CHAINED == CLASS_ISO => self.u2f_message(chain, &command),
            (class, _) if class & !CHAINED == CLASS_CTAP => self.refuse(StatusWord::INS_NOT_SUPPORTED),
            _ => self.refuse(StatusWord::CLA_NOT_SUPPORTED),
        }
    }

    /// SELECT, in whatever state the card is. One that names another applet changes nothing.
    fn select(&mut self, command: &Command<'_>) {
        if command.p1 != BY_NAME {
            return self.refuse(StatusWord::WRONG_P1P2);
        }
        if command.data != FIDO_APPLET {
            return self.refuse(StatusWord::NOT_FOUND);
        }
        self.give_up();
        self.selected = true;
        let version = if speaks_u2f(self.authenticator.profile()) { U2F_VERSION } else { CTAP_VERSION };
        self.respond(Room::of(command), Answer::ctap(version.into()));
    }

    /// `NFCCTAP_CONTROL`: after its end, the applet has to be selected again.
    fn control(&mut self, command: &Command<'_>) {
        if (command.p1, command.p2) != (END, 0) {
            return self.refuse(StatusWord::WRONG_P1P2);
        }
        if !command.data.is_empty() {
            return self.refuse(StatusWord::WRONG_LENGTH);
        }
        self.give_up();
        self.selected = false;
        self.refuse(StatusWord::NO_ERROR);
    }

    /// `NFCCTAP_MSG`: a request, or a part of one.
    fn message(&mut self, chain: Option<Chain>, command: &Command<'_>) {
        if command.p1 & !POLLS != 0 || command.p2 != 0 {
            return self.refuse(StatusWord::WRONG_P1P2);
        }
        let limit = usize::try_from(self.authenticator.profile().get_info.max_message_size()).unwrap_or(usize::MAX);
        match Chain::add(chain, command, limit) {
            Part::More(chain) => self.go_on(chain),
            Part::TooLong => {
                let refusal = Vec::from([Status::REQUEST_TOO_LARGE.0]);
                self.respond(Room::of(command), Answer::ctap(refusal));
            }
            Part::Last(request) if request.is_empty() => self.refuse(StatusWord::WRONG_LENGTH),
            Part::Last(request) => {
                let polls = command.p1 & POLLS != 0;
                self.begin(command, polls, false);
                self.pass_on(crate::Input::Request(&request));
            }
        }
    }

    /// A message of U2F, or a part of one.
    fn u2f_message(&mut self, chain: Option<Chain>, command: &Command<'_>) {
        match Chain::add(chain, command, U2F_MESSAGE) {
            Part::More(chain) => self.go_on(chain),
            Part::TooLong => self.refuse(StatusWord::WRONG_LENGTH),
            Part::Last(data) => {
                let &Command { class, instruction, p1, p2, .. } = command;
                let message = u2f::Apdu { class, instruction: u2f::Instruction(instruction.0), p1, p2, data: &data };
                self.begin(command, false, true);
                self.pass_on(crate::Input::Apdu(&message.encode()));
            }
        }
    }

    fn go_on(&mut self, chain: Chain) {
        self.chain = Some(chain);
        self.refuse(StatusWord::NO_ERROR);
    }

    fn begin(&mut self, command: &Command<'_>, polls: bool, u2f: bool) {
        self.exchange = Some(Exchange::Working(Working {
            awaited: Some(Room::of(command)),
            told: polls.then(|| self.now + PATIENCE),
            status: Keepalive::PROCESSING,
            u2f,
        }));
    }

    /// `NFCCTAP_GETRESPONSE`: the answer if it is ready; otherwise how far it is, perhaps a little later.
    fn poll(&mut self, command: &Command<'_>) {
        if !matches!(command.p1, 0 | CANCEL) || command.p2 != 0 {
            return self.refuse(StatusWord::WRONG_P1P2);
        }
        let room = Room::of(command);
        match self.exchange.take() {
            Some(Exchange::Ready(answer)) => self.respond(room, answer),
            Some(Exchange::Working(working @ Working { told: Some(_), awaited: None, .. })) => {
                let asking = working.status == Keepalive::UP_NEEDED;
                let told = Some(self.now + PATIENCE);
                self.exchange = Some(Exchange::Working(Working { awaited: Some(room), told, ..working }));
                if command.p1 == CANCEL {
                    self.pass_on(crate::Input::Cancel);
                } else if asking {
                    self.tell();
                }
            }
            other => {
                self.exchange = other;
                self.refuse(StatusWord::CONDITIONS_NOT_SATISFIED);
            }
        }
    }

    /// GET RESPONSE: the next part of an answer.
    fn fetch(&mut self, command: &Command<'_>) {
        match self.exchange.take() {
            Some(Exchange::Fetching(answer)) => self.respond(Room::of(command), answer),
            other => {
                self.exchange = other;
                self.refuse(StatusWord::CONDITIONS_NOT_SATISFIED);
            }
        }
    }

    /// Gives the authenticator one input, and its outputs their meaning here.
    fn pass_on(&mut self, input: crate::Input<'_>) {
        let outputs: Vec<crate::Output> = self.authenticator.handle(self.now, input).collect();
        for output in outputs {
            match output {
                crate::Output::Reply(reply) => self.reply(reply),
                crate::Output::Prompt(prompt) => self.ask(prompt),
                crate::Output::Persist(change) => {
                    self.prompt = None;
                    self.outputs.push_back(Output::Persist(change));
                }
            }
        }
    }

    /// Being on the reader answers a question for a touch; nobody is asked for one.
    fn ask(&mut self, prompt: Prompt) {
        if prompt.ask == Ask::Presence {
            let touched = self.touched.is_some_and(|until| self.now < until);
            let gesture = crate::Input::Gesture(Gesture::Touch);
            return self.pass_on(if touched { gesture } else { crate::Input::NobodyThere });
        }
        self.prompt = Some(prompt);
        self.outputs.push_back(Output::Prompt(prompt));
        if let Some(Exchange::Working(working)) = &mut self.exchange {
            working.status = Keepalive::UP_NEEDED;
            self.tell();
        }
    }

    /// Tells a reader that polls and waits how far the answer is.
    fn tell(&mut self) {
        if let Some(Exchange::Working(Working { awaited, told: Some(_), status, .. })) = &mut self.exchange
            && awaited.take().is_some()
        {
            let update = answer(&[status.0], StatusWord::STATUS_UPDATE);
            self.outputs.push_back(Output::Response(update));
        }
    }

    fn reply(&mut self, reply: Vec<u8>) {
        self.prompt = None;
        // A reply to what was given up has no reader.
        let working = self.exchange.take_if(|exchange| matches!(exchange, Exchange::Working(_)));
        let Some(Exchange::Working(working)) = working else { return };
        let answer = if working.u2f { Answer::u2f(reply) } else { Answer::ctap(reply) };
        match working.awaited {
            Some(room) => self.respond(room, answer),
            None => self.exchange = Some(Exchange::Ready(answer)),
        }
    }

    fn respond(&mut self, room: Room, answer: Answer) {
        let (response, rest) = answer.next(room);
        self.exchange = rest.map(Exchange::Fetching);
        self.outputs.push_back(Output::Response(response));
    }

    fn refuse(&mut self, status: StatusWord) {
        self.outputs.push_back(Output::Response(answer(&[], status)));
    }

    /// Forgets what is under way. A change that is not written yet still will be.
    fn give_up(&mut self) {
        self.prompt = None;
        if let Some(Exchange::Working(_)) = self.exchange.take() {
            self.pass_on(crate::Input::Cancel);
        }
    }

    fn lose_power(&mut self) {
        self.selected = false;
        self.chain = None;
        self.exchange = None;
        self.prompt = None;
        self.outputs.clear();
        self.pass_on(crate::Input::PowerCycle);
    }

    /// Does what was due by now.
    fn expire(&mut self) {
        let now = self.now;
        if self.authenticator.deadline().is_some_and(|due| due <= now) {
            self.pass_on(crate::Input::Tick);
        }
        if self.deadline().is_some_and(|due| due <= now) {
            self.tell();
        }
    }

    fn speaks_ctap2(&self) -> bool {
        self.authenticator.profile().get_info.speaks_ctap2()
    }

    const fn is_working(&self) -> bool {
        matches!(self.exchange, Some(Exchange::Working(_)))
    }
}
