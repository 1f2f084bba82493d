//! Same inputs, same bytes: the authenticator, without clock, randomness, I/O, threads or async of its own.
//!
//! [`Authenticator::handle`] takes the time and one [`Input`] and returns a [`Drain`] of [`Output`]s. Needing a touch
//! is an output ([`Output::Prompt`]); the touch is an input ([`Input::Gesture`]). What has to outlive a power cut leaves
//! as [`Output::Persist`], and the reply waits for [`Input::Persisted`]. So keepalive, cancel, timeouts and storage are
//! the driver's, and no command knows them.
//!
//! ```
//! use keyrig_core::{Authenticator, Input, Output};
//! use keyrig_ctap::{Command, Instant, Status};
//! # fn ask(authenticator: &mut Authenticator) {
//! let mut drain = authenticator.handle(Instant::POWER_UP, Input::Request(&[Command::GET_INFO.0]));
//! match drain.next() {
//!     Some(Output::Reply(bytes)) => assert_eq!(bytes[0], Status::OK.0),
//!     other => panic!("{other:?}"),
//! }
//! # }
//! ```
//!
//! A drain borrows the authenticator, so the next input has to wait for it:
//!
//! ```compile_fail,E0499
//! use keyrig_core::{Authenticator, Input};
//! use keyrig_ctap::Instant;
//! fn two_at_once(authenticator: &mut Authenticator) {
//!     let first = authenticator.handle(Instant::POWER_UP, Input::Tick);
//!     let second = authenticator.handle(Instant::POWER_UP, Input::Tick);
//!     drop((first, second));
//! }
//! ```

#![no_std]

extern crate alloc;
#[cfg(test)]
extern crate std;

mod authenticator;
mod command;
mod context;
mod cut;
mod extension;
mod fabric;
mod key_agreement;
mod life;
mod product;
mod reason;
mod token;
mod user;

pub mod attestation;
pub mod ctaphid;
pub mod entropy;
pub mod iso7816;
pub mod provider;
pub mod seal;
pub mod state;

pub use authenticator::{Authenticator, Drain, Gesture, Input, Output, Setup};
pub use cut::{Cut, IMITATED_QUIRKS, Removed, cut, longest_message};
pub use entropy::Entropy;
pub use fabric::{Fabric, Member};
pub use keyrig_ctap::profile::Keep;
pub use life::OtherProfile;
pub use product::Product;
pub use provider::Provider;
pub use state::{Change, CredentialSource, Edit, State};
pub use user::{Ask, Prompt};

#[cfg(test)]
mod tests;
