//! What the user did, as values that cannot be made up: this module alone makes them, and writes UP and UV.

use keyrig_ctap::Command;
use keyrig_ctap::auth_data::Flags;

use crate::authenticator::Gesture;
use crate::reason::Reason;
use crate::token::Token;

/// What the authenticator waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Prompt {
    /// What the user is to do.
    pub ask: Ask,
    /// The command that asks.
    pub command: Command,
}

/// What the user is to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ask {
    /// Touch the authenticator.
    Presence,
    /// Verify by what is built in: a finger, a face, the screen lock.
    Verification,
    /// Touch the authenticator and stay on it: for 5 seconds (CTAP 2.3 §6.6), 10 before CTAP 2.3.
    LongTouch,
}

/// What came of a prompt.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Answer {
    /// The user did something.
    Gesture(Gesture),
    /// Nobody can be asked.
    NobodyThere,
    /// The user did nothing in time.
    TimedOut,
}

/// Proof that the user is there.
#[derive(Debug)]
pub(crate) struct UserPresent(());

/// Proof that the user is who they should be.
#[derive(Debug)]
pub(crate) struct UserVerified(());

/// What came of a gesture.
#[derive(Debug)]
pub(crate) enum Verification {
    /// The right finger. It is evidence of interaction too (CTAP 2.3 §6.1.2, built-in user verification).
    Verified(UserVerified, UserPresent),
    /// The wrong finger.
    Failed,
}

/// Reads the answer to [`Ask::Presence`].
///
/// # Errors
///
/// [`Reason::Declined`], [`Reason::NobodyThere`], [`Reason::UserActionTimeout`].
pub(crate) fn presence(answer: Answer) -> Result<UserPresent, Reason> {
    match answer {
        Answer::Gesture(Gesture::Touch | Gesture::LongTouch | Gesture::Verify | Gesture::FailVerification) => {
            Ok(UserPresent(()))
        }
        Answer::Gesture(Gesture::Decline) => Err(Reason::Declined),
        Answer::NobodyThere => Err(Reason::NobodyThere),
        Answer::TimedOut => Err(Reason::UserActionTimeout),
    }
}

/// Reads the answer to [`Ask::LongTouch`]; a touch that ends too soon is none.
///
/// # Errors
///
/// [`Reason::Declined`], [`Reason::NobodyThere`], [`Reason::UserActionTimeout`].
pub(crate) fn long_touch(answer: Answer) -> Result<UserPresent, Reason> {
    match answer {
        Answer::Gesture(Gesture::LongTouch) => Ok(UserPresent(())),
        Answer::Gesture(Gesture::Decline) => Err(Reason::Declined),
        Answer::NobodyThere => Err(Reason::NobodyThere),
        Answer::Gesture(Gesture::Touch | Gesture::Verify | Gesture::FailVerification) | Answer::TimedOut => {
            Err(Reason::UserActionTimeout)
        }
    }
}

/// Reads the answer to [`Ask::Verification`].
///
/// # Errors
///
/// [`Reason::Declined`], [`Reason::NobodyThere`], [`Reason::UserActionTimeout`].
pub(crate) fn verification(answer: Answer) -> Result<Verification, Reason> {
    match answer {
        Answer::Gesture(Gesture::Verify) => Ok(Verification::Verified(UserVerified(()), UserPresent(()))),
        Answer::Gesture(Gesture::Touch | Gesture::LongTouch | Gesture::FailVerification) => Ok(Verification::Failed),
        Answer::Gesture(Gesture::Decline) => Err(Reason::Declined),
        Answer::NobodyThere => Err(Reason::NobodyThere),
        Answer::TimedOut => Err(Reason::UserActionTimeout),
    }
}

/// What a token, once its parameter has verified, says of the user (`getUserVerifiedFlagValue`).
pub(crate) fn verified_by(token: &Token) -> Option<UserVerified> {
    token.user_verified.then_some(UserVerified(()))
}

/// The presence that a token remembers (`getUserPresentFlagValue`).
pub(crate) fn present_by(token: &Token) -> Option<UserPresent> {
    token.user_present.then_some(UserPresent(()))
}

/// UP and UV, as the proofs have it.
pub(crate) fn flags(present: Option<&UserPresent>, verified: Option<&UserVerified>) -> Flags {
    let up = if present.is_some() { Flags::UP } else { Flags::default() };
    let uv = if verified.is_some() { Flags::UV } else { Flags::default() };
    up | uv
}
