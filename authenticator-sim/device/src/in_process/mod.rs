//! An authenticator in this process: bytes in, bytes out, on virtual time.

mod gesture;

use std::time::Duration;

use keyrig_core::entropy::Seeded;
use keyrig_core::provider::Deterministic;
use keyrig_core::seal::Honest;
use keyrig_core::{Authenticator, CredentialSource, Entropy, Input, Output, Prompt, Provider};
use keyrig_ctap::Instant;
use keyrig_ctap::profile::{Backup, Profile};
use keyrig_ctap::seal::Seal;

pub use gesture::{Act, GestureScript, Move};

use crate::assemble;
use crate::provider::{AwsLc, OsRandom};

/// An authenticator and the human in front of it.
///
/// Nobody sleeps: time stands still but for [`InProcess::advance`] and for what a [`GestureScript`] waits.
pub struct InProcess {
    authenticator: Authenticator,
    now: Instant,
    gestures: GestureScript,
    plugged_in: bool,
}

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
            gestures: GestureScript::default(),
            plugged_in: true,
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

    fn exchange(&mut self, input: Input<'_>) -> Vec<u8> {
        if !self.plugged_in {
            return Vec::new();
        }
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

    /// What the human does from now on.
    pub fn set_gestures(&mut self, gestures: GestureScript) {
        self.gestures = gestures;
    }

    /// Sets BE and BS of every credential, and of those to come.
    pub fn set_backup(&mut self, eligible: bool, state: bool) {
        self.authenticator.set_backup(Backup { eligible, state });
    }

    /// Copies of the credentials, by id.
    pub fn credentials(&self) -> Vec<CredentialSource> {
        self.authenticator.state().credentials().cloned().collect()
    }

    /// Takes over a credential of another authenticator, as a sync fabric does.
    pub fn import(&mut self, source: CredentialSource) {
        self.authenticator.import(source);
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

    /// Lets the human answer `prompt`; `None` where they pull the authenticator out.
    fn react(&mut self, prompt: Prompt) -> Option<Input<'static>> {
        let Move { after, act } = self.gestures.next_move();
        let deadline = self.authenticator.deadline();
        let arrives = self.now + after;
        if let Some(deadline) = deadline
            && (act == Act::Nothing || arrives >= deadline)
        {
            self.now = deadline;
            return Some(Input::Tick);
        }
        self.now = arrives;
        if act == Act::PullOut {
            self.plugged_in = false;
            return None;
        }
        Some(act.input(prompt.ask))
    }
}

enum Next {
    Answered(Vec<u8>),
    Asked(Prompt),
    Persisted,
    Silence,
}
