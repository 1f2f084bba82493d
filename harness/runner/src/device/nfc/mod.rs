//! The reader's side of a contactless key (CTAP 2.3 §11.3): SELECT, chained commands and answers, polling.
//!
//! A [`Reader`] carries commands to a card and knows none of them; an [`Applet`] speaks with the FIDO applet through it.

mod applet;
#[cfg(feature = "nfc")]
pub mod pcsc;

pub use applet::{Applet, Reader};

#[cfg(test)]
mod tests;
