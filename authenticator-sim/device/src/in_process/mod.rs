//! An authenticator in this process: bytes in, bytes out, on virtual time.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use keyrig_core::entropy::Seeded;
use keyrig_core::provider::Deterministic;
use keyrig_core::seal::Honest;
use keyrig_core::state::NotASnapshot;
use keyrig_core::{
    Authenticator, CredentialSource, Entropy, Fabric, Input, Keep, Member, OtherProfile, Output, Prompt, Provider,
    State,
};
use keyrig_ctap::Instant;
use keyrig_ctap::gesture::SECOND_TOUCH;
use keyrig_ctap::profile::{Backup, Profile};
use keyrig_ctap::seal::Seal;
use keyrig_ctap::u2f::asks_for_touch;
use thiserror::Error;
use zeroize::Zeroizing;

pub use keyrig_ctap::gesture::{Deed, Move, Script};

use crate::assemble;
use crate::gesture::noticed;
use crate::provider::{AwsLc, OsRandom};

/// An authenticator and the human in front of it.
///
/// Nobody sleeps: time stands still but for [`InProcess::advance`] and for what a [`Script`] waits.
pub struct InProcess {
    authenticator: Authenticator,
    now: Instant,
    gestures: Script,
    /// How long the platform waits for the human.
    patience: Duration,
    /// When the human touches once more.
    second_touch: Option<Instant>,
    /// Whether the platform sends its message again until there is a touch.
    polls: bool,
    /// What the human is about to do, after the authenticator gave up waiting for it.
    coming: Option<(Instant, Deed)>,
    plugged_in: bool,
    /// The provider account that it is signed in to.
    account: Option<(SharedFabric, Member)>,
}

/// The end of time.
const NEVER: Instant = Instant::from_micros(u64::MAX);

/// A provider account that several authenticators of this process are signed in to.
pub type SharedFabric = Arc<Mutex<Fabric>>;

impl InProcess {
    /// Plugs in a new authenticator whose every secret comes from `seed`. `wrap` may put lies before the honest seal.
    pub fn plug(profile: &Profile, seed: [u8; 32], wrap: impl FnOnce(Box<dyn Seal>) -> Box<dyn Seal>) -> Self {
        Self::assemble(profile, Box::new(Deterministic), Box::new(Seeded::new(seed)), wrap(Box::new(Honest)))
    }

    /// Plugs in a new authenticator on AWS-LC and the operating system's randomness: faster, and never the same twice.
    pub fn plug_fast(profile: &Profile, wrap: impl FnOnce(Box<dyn Seal>) -> Box<dyn Seal>) -> Self {
        Self::assemble(profile, Box::new(AwsLc::new()), Box::new(OsRandom), wrap(Box::new(Honest)))
    }

    fn assemble(
        profile: &Profile,
        provider: Box<dyn Provider>,
        entropy: Box<dyn Entropy>,
        seal: Box<dyn Seal>,
    ) -> Self {
        Self {
            authenticator: assemble(profile, provider, entropy, seal),
            now: Instant::POWER_UP,
            gestures: Script::default(),
            patience: Duration::MAX,
            second_touch: None,
            polls: false,
            coming: None,
            plugged_in: true,
            account: None,
        }
    }

    /// One CTAP message, command byte first; the answer has the status byte first. Prompts are answered by the gesture
    /// script. The answer is empty where the authenticator was pulled out before it came.
    pub fn transact(&mut self, message: &[u8]) -> Vec<u8> {
        self.exchange(Input::Request(message))
    }

    /// One U2F message, an APDU; the answer has its status word last. A prompt of U2F lasts for half a second, so the
    /// human has to be quick or the message sent again.
    pub fn transact_u2f(&mut self, apdu: &[u8]) -> Vec<u8> {
        self.exchange(Input::Apdu(apdu))
    }

    /// One U2F message, sent again for as long as it wants a touch, the platform waits and somebody is about to touch.
    /// The human does one thing for all of them.
    pub fn poll_u2f(&mut self, apdu: &[u8]) -> Vec<u8> {
        let until = self.now + self.patience;
        self.polls = true;
        let answer = loop {
            let answer = self.transact_u2f(apdu);
            match self.coming {
                Some((arrives, _)) if asks_for_touch(apdu, &answer) && arrives <= until && arrives != NEVER => {}
                _ => break answer,
            }
        };
        if self.coming.take().is_some() && until != NEVER {
            self.now = self.now.max(until);
        }
        self.polls = false;
        answer
    }

    fn exchange(&mut self, input: Input<'_>) -> Vec<u8> {
        if !self.plugged_in {
            return Vec::new();
        }
        self.sync();
        let answer = self.converse(input);
        self.sync();
        answer
    }

    fn converse(&mut self, input: Input<'_>) -> Vec<u8> {
        let mut next = self.hand_over(input);
        loop {
            next = match next {
                Next::Answered(answer) => return answer,
                Next::Persisted => self.hand_over(Input::Persisted),
                Next::Asked(prompt) => match self.react(prompt) {
                    Some(input) => self.hand_over(input),
                    None => return Vec::new(),
                },
                Next::Silence => return Vec::new(),
            };
        }
    }

    /// What the human does from now on; once the script has ended they consent.
    pub fn set_gestures(&mut self, gestures: Script) {
        self.gestures = gestures;
    }

    /// How long the platform waits for the human at each prompt; it cancels then. At first it waits for ever.
    pub fn set_patience(&mut self, patience: Duration) {
        self.patience = patience;
    }

    /// Signs it in to a provider account: it has the account's passkeys from now on, and the account has its own.
    pub fn join(&mut self, account: &SharedFabric) {
        self.account = Some((Arc::clone(account), Member::default()));
        self.sync();
    }

    /// The provider account that it is signed in to.
    pub fn account(&self) -> Option<&SharedFabric> {
        self.account.as_ref().map(|(account, _)| account)
    }

    /// Sets BE and BS of every credential, and of those to come, on every device of its provider account.
    pub fn set_backup(&mut self, eligible: bool, state: bool) {
        let backup = Backup { eligible, state };
        match &self.account {
            Some((account, _)) => lock(account).set_backup(backup),
            None => drop(self.authenticator.set_backup(backup)),
        }
        self.sync();
    }

    /// Sets BE and BS of the credential with this id, on every device of its provider account; false where there is none.
    pub fn set_credential_backup(&mut self, id: &[u8], eligible: bool, state: bool) -> bool {
        let backup = Backup { eligible, state };
        let found = match &self.account {
            Some((account, _)) => lock(account).set_credential_backup(id, backup),
            None => self.authenticator.set_credential_backup(id, backup).is_some(),
        };
        self.sync();
        found
    }

    /// Copies of the credentials, by id.
    pub fn credentials(&self) -> Vec<CredentialSource> {
        self.authenticator.state().credentials().cloned().collect()
    }

    /// Takes over a credential of another authenticator, as a sync fabric does.
    pub fn import(&mut self, source: CredentialSource) {
        self.authenticator.import(source);
    }

    /// Makes it a product of `profile`, as an update or a replacement does; it powers up again.
    pub fn upgrade(&mut self, profile: &Profile, keep: Keep) {
        self.authenticator.upgrade(profile.clone(), keep);
    }

    /// Everything that it remembers, with counters as they were told. It holds private keys.
    pub fn snapshot(&self) -> Zeroizing<Vec<u8>> {
        self.authenticator.snapshot()
    }

    /// Remembers what a snapshot has, and nothing else.
    ///
    /// # Errors
    ///
    /// [`CannotRecall`]; nothing has changed then.
    pub fn recall(&mut self, snapshot: &[u8]) -> Result<(), CannotRecall> {
        self.authenticator.recall(State::from_snapshot(snapshot)?)?;
        Ok(())
    }

    /// Wears its storage out until there is room for `room` more discoverable credentials.
    pub fn wear_out(&mut self, room: u32) {
        self.authenticator.wear_out(room);
    }

    /// Wipes it as a reset does, and power goes and comes back.
    pub fn wipe(&mut self) {
        self.authenticator.wipe();
    }

    /// Locks it as wrong PINs and wrong fingers do: only a reset helps.
    pub fn lock_out(&mut self) {
        self.authenticator.lock_out();
    }

    /// Lets time pass.
    pub fn advance(&mut self, span: Duration) {
        self.now = self.now + span;
        self.hand_over(Input::Tick);
    }

    /// Takes its power away and gives it back; an authenticator that was pulled out is plugged in again.
    pub fn power_cycle(&mut self) {
        self.plugged_in = true;
        self.hand_over(Input::PowerCycle);
    }

    /// Whether it still sits in its port.
    pub const fn is_plugged_in(&self) -> bool {
        self.plugged_in
    }

    /// The profile it was made from.
    pub fn profile(&self) -> &Profile {
        self.authenticator.profile()
    }

    fn sync(&mut self) {
        if let Some((account, member)) = &mut self.account {
            lock(account).sync(member, &mut self.authenticator);
        }
    }

    /// Gives the authenticator one input and gathers what it puts out. The state lives in the core and nowhere else, so
    /// a change is persisted as soon as it is made.
    fn hand_over(&mut self, input: Input<'_>) -> Next {
        let mut next = Next::Silence;
        for output in self.authenticator.handle(self.now, input) {
            next = match output {
                Output::Reply(answer) => Next::Answered(answer),
                Output::Prompt(prompt) => Next::Asked(prompt),
                Output::Persist(_) => Next::Persisted,
            };
        }
        next
    }

    /// Lets the human answer `prompt`, or the platform or the authenticator give up; `None` where the authenticator lost
    /// its power before that.
    fn react(&mut self, prompt: Prompt) -> Option<Input<'static>> {
        let (arrives, deed) = self.coming.take().unwrap_or_else(|| self.next_deed());
        let given_up = self.authenticator.deadline().unwrap_or(NEVER);
        let cancelled = self.now + self.patience;
        self.now = arrives.min(cancelled).min(given_up);
        if self.now == given_up {
            self.coming = self.polls.then_some((arrives, deed));
            return Some(Input::Tick);
        }
        if self.now == cancelled {
            return Some(Input::Cancel);
        }
        if deed == Deed::DoubleTouch {
            self.second_touch = Some(self.now + SECOND_TOUCH);
        }
        match (deed, noticed(deed, prompt.ask)) {
            (_, Some(gesture)) => Some(Input::Gesture(gesture)),
            (Deed::PowerCycle, None) => {
                self.power_cycle();
                None
            }
            (Deed::Remove, None) => {
                self.pull_out();
                None
            }
            (Deed::Cancel, None) => Some(Input::Cancel),
            (_, None) => Some(Input::Tick),
        }
    }

    /// What the human does next, and when.
    fn next_deed(&mut self) -> (Instant, Deed) {
        let Move { after, deed } = self.next_move();
        let never = matches!(deed, Deed::Nothing | Deed::Insert);
        (if never { NEVER } else { self.now + after }, deed)
    }

    /// The second touch of two, if it comes now; else what the script has.
    fn next_move(&mut self) -> Move {
        match self.second_touch.take().filter(|at| *at >= self.now) {
            Some(at) => Move { after: at.since(self.now), deed: Deed::Touch },
            None => self.gestures.take_next().unwrap_or(Move::from(Deed::Consent)),
        }
    }

    fn pull_out(&mut self) {
        self.plugged_in = false;
        if let Some(after) = self.gestures.take_insert() {
            self.now = self.now + after;
            self.power_cycle();
        }
    }
}

/// A panic elsewhere leaves an account whole: each sync is of whole passkeys.
fn lock(account: &SharedFabric) -> MutexGuard<'_, Fabric> {
    account.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Why a snapshot was not taken over.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum CannotRecall {
    /// It is none.
    #[error("put the snapshot back: {0}")]
    NotASnapshot(#[from] NotASnapshot),
    /// It is of another product.
    #[error("put the snapshot back: {0}")]
    OtherProfile(#[from] OtherProfile),
}

enum Next {
    Answered(Vec<u8>),
    Asked(Prompt),
    Persisted,
    Silence,
}
