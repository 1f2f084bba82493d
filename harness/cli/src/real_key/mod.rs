//! Keys that are not emulated here: where they are, their PIN, the person who touches them, and leaving them as found.

mod hand;
mod interrupt;
mod permission;

use keyrig_runner::device::real::Slots;
use keyrig_runner::device::{Interrupt, Lender, Lent, Pin, Place, RealKey};
use miette::miette;

use crate::failure::Failure;
use crate::pin::PinFrom;
use hand::Hand;

pub(crate) use interrupt::on_ctrl_c;

/// What may be said about a key that is not emulated here.
#[derive(clap::Args, Clone, Debug, Default)]
pub(crate) struct Handling {
    /// Where the key's PIN comes from: `prompt`, or the first line of a file descriptor, `fd:3`;
    /// $KEYRIG_PIN if left out
    #[arg(long, value_name = "PLACE")]
    pub(crate) pin_from: Option<PinFrom>,
    /// Let a real key be changed for good: given a PIN, or a credential that it cannot delete; you confirm that by
    /// typing the key's name
    #[arg(long)]
    pub(crate) destructive: bool,
}

impl Handling {
    /// Opens the key at `place`, tries its PIN once, and has lasting changes confirmed.
    ///
    /// # Errors
    ///
    /// An environment error where the key does not answer or does not take the PIN; a usage error where there is no PIN.
    pub(crate) fn open(&self, place: &Place, interrupt: Interrupt) -> Result<RealKey, Failure> {
        let mut key = open(place, interrupt)?;
        let guarded = key.info().option("clientPin") == Some(true);
        let given = self.given()?;
        let pin = match given {
            Some(pin) => Some(pin),
            None if guarded && key.info().option("uv") != Some(true) => Some(Pin::new(PinFrom::Prompt.read()?)),
            None => None,
        };
        key = key.with_pin(pin);
        key.try_pin().map_err(|error| Failure::environment(miette!("failed to unlock {}: {error}", key.name())))?;
        if self.destructive {
            permission::ask(key.name())?;
            key.allow_lasting_changes();
        }
        Ok(key)
    }

    /// The PIN that was given, without asking anybody.
    pub(crate) fn given(&self) -> Result<Option<Pin>, Failure> {
        let text = match self.pin_from {
            Some(from) => Some(from.read()?),
            None => std::env::var("KEYRIG_PIN").ok(),
        };
        Ok(text.map(Pin::new))
    }
}

/// Opens the key at `place`, without its PIN.
///
/// # Errors
///
/// An environment error where it does not answer.
pub(crate) fn open(place: &Place, interrupt: Interrupt) -> Result<RealKey, Failure> {
    RealKey::at(place, Box::new(Hand), interrupt)
        .map_err(|error| Failure::environment(miette!("failed to open the key at {place}: {error}")))
}

/// A key that is used for a while, and what it held before that.
pub(crate) struct Borrowed {
    lender: Lender,
    before: Slots,
}

impl Borrowed {
    /// This key.
    pub(crate) fn new(mut key: RealKey) -> Self {
        let before = key.slots();
        Self { lender: Lender::new(key), before }
    }

    /// The key, for a scenario.
    pub(crate) fn lend(&self) -> Lent {
        self.lender.lend()
    }

    /// Says on standard error what became of what the key was made to keep.
    ///
    /// # Errors
    ///
    /// An environment error where something of it is still there.
    pub(crate) fn give_back(&self) -> Result<(), Failure> {
        let mut key = self.lender.key();
        let after = key.slots();
        let made = key.cleanliness().clone();
        let name = key.name().to_owned();
        if let [(_, why), ..] = made.left.as_slice() {
            let left = made.left.len();
            return Err(Failure::environment(miette!(
                help = "`ykman fido credentials` or the operating system's settings delete them",
                "failed to leave {name} as it was found: {left} credentials of this run are still on it ({why})"
            )));
        }
        if let Some(why) = made.blobs {
            return Err(Failure::environment(miette!(
                "failed to leave {name} as it was found: large blobs of this run are still on it ({why})"
            )));
        }
        match (self.before.used, after.used) {
            (Some(before), Some(after)) if before != after => Err(Failure::environment(miette!(
                "failed to leave {name} as it was found: it held {before} discoverable credentials and holds {after}"
            ))),
            (Some(before), Some(_)) => {
                eprintln!("{name} holds {before} discoverable credentials, as before; {} were deleted", made.deleted);
                Ok(())
            }
            _ => Ok(()),
        }
    }
}
