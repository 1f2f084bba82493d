//! An authenticator as a contactless card (CTAP 2.3 §11.3): applet selection, chained commands and answers, polling.
//!
//! A [`Card`] is sans-IO like the authenticator that it owns: commands go in, responses come out, time is an argument,
//! and the same inputs give the same bytes. Being put on the reader is the user's touch (CTAP 2.3 §5, evidence of user
//! interaction): for two minutes it answers every question for presence. Later ones fail until the card is put there
//! again.
//!
//! ```
//! use keyrig_core::Authenticator;
//! use keyrig_core::iso7816::{Card, Input, Output};
//! use keyrig_ctap::Instant;
//! use keyrig_ctap::iso7816::{Command, FIDO_APPLET, Instruction};
//! # fn greet(authenticator: Authenticator) {
//! let mut card = Card::new(authenticator);
//! drop(card.handle(Instant::POWER_UP, Input::Placed));
//! let select = Command {
//!     class: 0,
//!     instruction: Instruction::SELECT,
//!     p1: 4,
//!     p2: 0,
//!     data: &FIDO_APPLET,
//!     expected: Some(256),
//!     extended: false,
//! };
//! let mut drain = card.handle(Instant::POWER_UP, Input::Command(&select.encode()));
//! assert!(matches!(drain.next(), Some(Output::Response(version)) if version.ends_with(&[0x90, 0])));
//! # }
//! ```

mod card;
mod chain;
mod exchange;

pub use card::{Card, Drain, Input, Output};
