//! The client's side of CTAPHID (CTAP 2.3 §11.2): what a key that the operating system sees is reached by.
//!
//! A [`Dialogue`](keyrig_ctap::ctaphid::Dialogue) knows the protocol and no device, a [`Wire`] moves reports and knows no protocol, and [`Hid`] drives
//! the one over the other on real time.

mod carrier;
#[cfg(feature = "hid")]
pub mod raw;
#[cfg(unix)]
mod stream;
mod wire;

pub use carrier::Hid;
#[cfg(unix)]
pub use stream::Stream;
pub use wire::Wire;
