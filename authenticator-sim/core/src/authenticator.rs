//! One way in, one way out.

use alloc::boxed::Box;
use alloc::collections::VecDeque;
use alloc::vec::Vec;
use core::mem;
use core::time::Duration;

use keyrig_ctap::Instant;
use keyrig_ctap::profile::Profile;
use keyrig_ctap::seal::Seal;

use crate::attestation::{Attester, Chains, SlowKeys};
use crate::command::{self, Pending, Step, u2f};
use crate::context::{Context, Volatile};
use crate::product::Product;
use crate::reason::Reason;
use crate::state::{Change, State};
use crate::user::{Answer, Prompt};
use crate::{Entropy, Provider};

/// How long a command waits for the user (CTAP 2.3 §6: user action timeout, at least 10 s; 30 s is customary).
const USER_ACTION: Duration = Duration::from_secs(30);

/// How long a command waits at most where the platform may say how long.
const LONGEST_USER_ACTION: Duration = Duration::from_secs(120);

/// What an authenticator is made of.
pub struct Setup {
    /// What the product can do.
    pub product: Product,
    /// Makes keys and signs.
    pub provider: Box<dyn Provider>,
    /// Draws random bytes.
    pub entropy: Box<dyn Entropy>,
    /// Turns drafts into signed answers; [`crate::seal::Honest`] where nobody lies.
    pub seal: Box<dyn Seal>,
    /// The attestation chain of another profile, by its id: a tamper may have a leaf issued under it.
    pub chains: Box<Chains>,
    /// Who keeps attestation keys that take long to make; one keeper may serve many authenticators.
    pub slow_keys: Box<SlowKeys>,
}

impl Setup {
    /// A setup that knows no other profile's chain, and makes its keys anew.
    pub fn new(
        product: impl Into<Product>,
        provider: Box<dyn Provider>,
        entropy: Box<dyn Entropy>,
        seal: Box<dyn Seal>,
    ) -> Self {
        let product = product.into();
        Self { product, provider, entropy, seal, chains: Box::new(|_| None), slow_keys: Box::new(|_, make| make()) }
    }
}

/// What happens to an authenticator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Input<'a> {
    /// A message from the platform: command byte and parameters.
    Request(&'a [u8]),
    /// A U2F message from the platform: an APDU; the reply ends with a status word instead of beginning with a status.
    /// U2F platforms ask again and again until the user touches, so its prompts last for half a second.
    Apdu(&'a [u8]),
    /// The user answers the prompt that is open; without one it changes nothing.
    Gesture(Gesture),
    /// Nobody can answer the prompt that is open: it asks for a touch, and there is no more to touch than a card that was
    /// put on the reader too long ago.
    NobodyThere,
    /// The store has written what [`Output::Persist`] gave it.
    Persisted,
    /// The platform cancels the request that waits for the user.
    Cancel,
    /// Time has passed.
    Tick,
    /// Power went and came back: questions, tokens and undelivered outputs are gone. A driver whose store has not written
    /// everything makes a new authenticator instead, by [`Authenticator::restore`].
    PowerCycle,
}

/// What the human does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gesture {
    /// Touches the authenticator. Where verification is asked for, it does not verify.
    Touch,
    /// Touches the authenticator and stays on it. Where no more than a touch is asked for, it is one.
    LongTouch,
    /// Says no.
    Decline,
    /// Verifies: the right finger, face or code. It is a touch too.
    Verify,
    /// The wrong finger. Where presence is asked for, it is a touch.
    FailVerification,
}

/// What the driver is to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Output {
    /// Send this to the platform: status byte and parameters. A prompt that was open is over.
    Reply(Vec<u8>),
    /// Ask the user, and send keepalives until the reply.
    Prompt(Prompt),
    /// Write this, then say [`Input::Persisted`]; the reply waits for it.
    Persist(Change),
}

/// The outputs of one input. Those that are not taken come first in the next drain.
#[must_use = "outputs that are not taken come first in the next drain"]
pub struct Drain<'a> {
    authenticator: &'a mut Authenticator,
}

impl Drain<'_> {
    /// When [`Input::Tick`] is due, if nothing else happens before; it changes with each input.
    pub fn deadline(&self) -> Option<Instant> {
        self.authenticator.deadline()
    }
}

impl Iterator for Drain<'_> {
    type Item = Output;

    fn next(&mut self) -> Option<Output> {
        self.authenticator.outputs.pop_front()
    }
}

/// A virtual authenticator.
pub struct Authenticator {
    pub(crate) context: Context,
    waiting: Option<Waiting>,
    /// The reply that waits for the store.
    held: Option<Vec<u8>>,
    outputs: VecDeque<Output>,
}

struct Waiting {
    pending: Box<Pending>,
    until: Instant,
}

impl Authenticator {
    /// An authenticator as it leaves the factory, powered up at [`Instant::POWER_UP`].
    pub fn new(setup: Setup) -> Self {
        let state = State::new(setup.product.profile());
        Self::restore(setup, state)
    }

    /// An authenticator that gets power back and remembers `state`.
    pub fn restore(setup: Setup, mut state: State) -> Self {
        state.power_up();
        let Setup { product: Product { profile, cut }, provider, entropy, seal, chains, slow_keys } = setup;
        let context = Context {
            now: Instant::POWER_UP,
            transport: None,
            cut,
            attester: Attester::new(chains, slow_keys),
            profile,
            provider,
            entropy,
            seal,
            state,
            change: Change::default(),
            volatile: Volatile::default(),
        };
        Self { context, waiting: None, held: None, outputs: VecDeque::new() }
    }

    /// Takes one input at `now`, which never goes back.
    pub fn handle(&mut self, now: Instant, input: Input<'_>) -> Drain<'_> {
        self.context.now = self.context.now.max(now);
        self.expire();
        match input {
            Input::Request(message) => self.request(message),
            Input::Apdu(message) => self.apdu(message),
            Input::Gesture(gesture) => self.answer(Answer::Gesture(gesture)),
            Input::NobodyThere => self.answer(Answer::NobodyThere),
            Input::Persisted => self.outputs.extend(self.held.take().map(Output::Reply)),
            Input::Cancel => self.cancel(),
            Input::Tick => {}
            Input::PowerCycle => self.power_cycle(),
        }
        Drain { authenticator: self }
    }

    /// When [`Input::Tick`] is due, if nothing else happens before; it changes with each input.
    pub fn deadline(&self) -> Option<Instant> {
        self.waiting.as_ref().map(|waiting| waiting.until)
    }

    /// The profile it was made from.
    pub fn profile(&self) -> &Profile {
        &self.context.profile
    }

    /// What it remembers.
    pub fn state(&self) -> &State {
        &self.context.state
    }

    /// By which transport messages come from now on, `usb`, `nfc` and the like: some products reset by some transports
    /// only (`transportsForReset`). Until it is told, every transport will do.
    pub fn set_transport(&mut self, transport: &str) {
        self.context.transport = Some(transport.into());
    }

    fn request(&mut self, message: &[u8]) {
        if self.waiting.is_some() || self.held.is_some() {
            self.outputs.push_back(Output::Reply(Vec::from([Reason::Busy.status().0])));
            return;
        }
        let outcome = command::begin(&mut self.context, message);
        self.go_on(outcome);
    }

    fn apdu(&mut self, message: &[u8]) {
        if self.waiting.is_some() || self.held.is_some() {
            self.outputs.push_back(Output::Reply(u2f::refusal(Reason::Busy)));
            return;
        }
        let step = u2f::begin(&mut self.context, message);
        self.go_on(Ok(step));
    }

    fn answer(&mut self, answer: Answer) {
        if let Some(waiting) = self.waiting.take() {
            let outcome = waiting.pending.resume(&mut self.context, answer);
            self.go_on(outcome);
        }
    }

    fn cancel(&mut self) {
        if let Some(waiting) = self.waiting.take() {
            self.go_on(match *waiting.pending {
                Pending::U2f(_) => Ok(Step::Done(u2f::refusal(Reason::Cancelled))),
                _ => Err(Reason::Cancelled),
            });
        }
    }

    fn expire(&mut self) {
        if self.deadline().is_some_and(|until| until <= self.context.now) {
            self.answer(Answer::TimedOut);
        }
    }

    pub(crate) fn power_cycle(&mut self) {
        self.context.state.power_up();
        self.forget_what_is_under_way();
    }

    /// Questions, tokens and undelivered outputs.
    pub(crate) fn forget_what_is_under_way(&mut self) {
        self.waiting = None;
        self.held = None;
        self.outputs.clear();
        self.context.volatile = Volatile { powered: self.context.now, ..Volatile::default() };
    }

    fn go_on(&mut self, outcome: Result<Step, Reason>) {
        let reply = match outcome {
            Ok(Step::Ask(ask, pending)) => {
                let prompt = Prompt { ask, command: pending.command() };
                // No platform makes anybody wait for ever.
                let lasts = pending.lasts().map_or(USER_ACTION, |lasts| lasts.min(LONGEST_USER_ACTION));
                self.waiting = Some(Waiting { pending, until: self.context.now + lasts });
                self.outputs.push_back(Output::Prompt(prompt));
                return;
            }
            Ok(Step::Done(reply)) => reply,
            Err(reason) => Vec::from([reason.status().0]),
        };
        if self.context.change.edits.is_empty() {
            self.outputs.push_back(Output::Reply(reply));
        } else {
            self.held = Some(reply);
            self.outputs.push_back(Output::Persist(mem::take(&mut self.context.change)));
        }
    }
}
