use std::collections::VecDeque;
use std::time::Duration;

use keyrig_core::{Ask, Gesture, Input};

/// What a human does when an authenticator asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// What is asked for: a touch, or the right finger.
    Consent,
    /// A touch; where verification is asked for, by a finger that is not enrolled.
    Touch,
    /// No.
    Decline,
    /// The wrong finger; where a touch is asked for, it is one.
    WrongFinger,
    /// Nothing, until the authenticator gives up.
    Nothing,
    /// Closes the browser's dialog: the platform cancels.
    Cancel,
    /// Pulls the authenticator out.
    PullOut,
}

impl Act {
    /// What it is to the authenticator; `Nothing` and `PullOut` are time and silence.
    pub(super) const fn input(self, ask: Ask) -> Input<'static> {
        match (self, ask) {
            (Self::Consent, Ask::Verification) => Input::Gesture(Gesture::Verify),
            (Self::Consent, Ask::LongTouch) => Input::Gesture(Gesture::LongTouch),
            (Self::Consent | Self::Touch, _) => Input::Gesture(Gesture::Touch),
            (Self::Decline, _) => Input::Gesture(Gesture::Decline),
            (Self::WrongFinger, _) => Input::Gesture(Gesture::FailVerification),
            (Self::Cancel, _) => Input::Cancel,
            (Self::Nothing | Self::PullOut, _) => Input::Tick,
        }
    }
}

/// An act, and how long the human takes over it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Move {
    /// How long after the prompt.
    pub after: Duration,
    /// What then.
    pub act: Act,
}

impl From<Act> for Move {
    fn from(act: Act) -> Self {
        Self { after: Duration::ZERO, act }
    }
}

/// The human's answers to the prompts to come, one each, and what they do after those. By default they always consent
/// at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GestureScript {
    moves: VecDeque<Move>,
    then: Move,
}

impl GestureScript {
    /// The same answer to each prompt.
    pub fn always(answer: impl Into<Move>) -> Self {
        Self { moves: VecDeque::new(), then: answer.into() }
    }

    /// These answers, in order, then consent.
    pub fn first(moves: impl IntoIterator<Item = Move>) -> Self {
        Self { moves: moves.into_iter().collect(), ..Self::default() }
    }

    pub(super) fn next_move(&mut self) -> Move {
        self.moves.pop_front().unwrap_or(self.then)
    }
}

impl Default for GestureScript {
    fn default() -> Self {
        Self::always(Act::Consent)
    }
}
