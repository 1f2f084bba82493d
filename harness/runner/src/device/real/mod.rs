//! Keys that are not emulated here: they do not lie, they keep what they are given, and a person has to touch them.

mod carrier;
mod guard;
mod interrupt;
mod key;
mod lent;
mod open;
mod person;
mod pin;
mod place;
mod survey;
mod tidy;

pub use carrier::{Carrier, Watch};
pub use guard::{Harm, harm};
pub use interrupt::Interrupt;
pub use key::{Cleanliness, RealKey};
pub use lent::{Lender, Lent};
pub use person::{Nobody, Person};
pub use pin::Pin;
pub use place::{Place, PlaceError};
pub use survey::{PinState, Survey};
pub use tidy::Slots;

#[cfg(test)]
mod tests;
