use std::time::{Duration, Instant};

use super::{Interrupt, Person};
use crate::device::LinkError;

/// Carries CTAP messages to one authenticator and its answers back.
pub trait Carrier: Send {
    /// Sends a message, command byte first, and waits for the answer, status byte first; an authenticator that knows no such
    /// message answers with [`Status::INVALID_COMMAND`](keyrig_ctap::Status::INVALID_COMMAND). When the watch is over, it
    /// tells the authenticator to cancel and goes on waiting for the answer to that.
    ///
    /// # Errors
    ///
    /// [`LinkError`] where no answer came.
    fn exchange(&mut self, message: &[u8], watch: &mut Watch<'_>) -> Result<Vec<u8>, LinkError>;

    /// Sends a U2F message, an APDU in extended form, once, and waits for the answer, status word last. Nobody can be told
    /// to cancel it: an authenticator answers at once that it wants a touch.
    ///
    /// # Errors
    ///
    /// [`LinkError`] where no answer came.
    fn exchange_u2f(&mut self, message: &[u8], watch: &mut Watch<'_>) -> Result<Vec<u8>, LinkError>;

    /// The version that the authenticator told before the first message, where this way has it told.
    fn version(&self) -> Option<[u8; 3]> {
        None
    }

    /// The transport, as WebAuthn names it.
    fn transport(&self) -> &'static str;
}

/// One request: the person whom the authenticator may ask for a touch, and how long it may take.
pub struct Watch<'a> {
    name: &'a str,
    person: &'a mut dyn Person,
    interrupt: &'a Interrupt,
    until: Option<Instant>,
    asked: bool,
}

impl<'a> Watch<'a> {
    /// A request to the key called `name` that may take as long as `granted`.
    pub fn new(name: &'a str, person: &'a mut dyn Person, interrupt: &'a Interrupt, granted: Duration) -> Self {
        Self { name, person, interrupt, until: Instant::now().checked_add(granted), asked: false }
    }

    /// The authenticator is still at it; `needs_touch` where it waits for the person.
    pub fn hear(&mut self, needs_touch: bool) {
        if needs_touch && !self.asked {
            self.asked = true;
            self.person.asked(self.name);
        }
    }

    /// Whether it has taken too long, or the person wants to stop.
    pub fn is_over(&self) -> bool {
        self.interrupt.is_set() || self.until.is_some_and(|until| Instant::now() >= until)
    }
}

impl Drop for Watch<'_> {
    fn drop(&mut self) {
        if self.asked {
            self.person.done();
        }
    }
}
