//! An authenticator behind CTAPHID (CTAP 2.3 §11.2): channels, transactions, keepalives, cancel, lock and timeouts.
//!
//! A [`Driver`] is sans-IO like the authenticator that it owns. Reports go in and come out, time is an argument, and the
//! same inputs give the same bytes. One request is under way at a time: what other channels ask meanwhile is answered
//! with `ERR_CHANNEL_BUSY` and changes nothing.
//!
//! ```
//! use keyrig_core::Authenticator;
//! use keyrig_core::ctaphid::{Driver, Input, Output};
//! use keyrig_ctap::Instant;
//! # fn greet(authenticator: Authenticator) {
//! let mut driver = Driver::new(authenticator);
//! let mut init = [0; 64];
//! init[..15].copy_from_slice(&[0xff, 0xff, 0xff, 0xff, 0x86, 0, 8, 1, 2, 3, 4, 5, 6, 7, 8]);
//! let mut drain = driver.handle(Instant::POWER_UP, Input::Report(&init));
//! assert!(matches!(drain.next(), Some(Output::Report(welcome)) if welcome[7..15] == init[7..15]));
//! # }
//! ```

mod channels;
mod driver;
mod lock;
mod transaction;

pub use driver::{Drain, Driver, Input, Output};

#[cfg(test)]
pub(crate) mod tests;
