//! A key that is plugged into this machine.
//!
//! One task owns the authenticator, its link, its store and the hand that touches it; a [`Key`] is a handle on that task,
//! which faces and programs share. Nothing else touches the authenticator, so whatever is asked of it happens between two
//! reports, and an idle key sleeps.
//!
//! ```no_run
//! use keyrig_device::plugged::{Hand, Plan, Port, plug};
//! use keyrig_device::profiles;
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let profile = profiles::find("yubikey-5-nfc-5.7").ok_or("no such profile")?;
//! let plugged = plug(Plan::new("desk", profile.clone(), Port::socket("/tmp/desk.hid"), Hand::Person))?;
//! plugged.key.answer(keyrig_device::plugged::Deed::Touch).await?;
//! # Ok(())
//! # }
//! ```

mod bench;
mod hand;
mod key;
mod log;
mod port;
mod shape;
mod status;
mod tap;
mod wire;

use std::io;

use keyrig_core::ctaphid::Driver;
use keyrig_core::iso7816::Card;
use keyrig_core::provider::Deterministic;
use keyrig_core::seal::Honest;
use keyrig_core::{Authenticator, Provider};
use keyrig_ctap::profile::Profile;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

pub(crate) use hand::NO_DIALOG;
pub use hand::{Deed, Hand, Script};
pub use key::{Gone, Key, NotDone};
pub use log::{Entry, Happening, Log};
pub use port::{Port, PortError};
pub(crate) use status::hex;
pub use status::{Credential, Flags, Led, Prompted, Settings, Status};
pub use tap::Tap;

use crate::provider::AwsLc;
use crate::{Store, restore};
use bench::Bench;
use shape::Shape;

/// Orders that wait for the task at most; whoever gives one more waits.
const WAITING_ORDERS: usize = 16;

/// What is plugged in where, and who touches it.
pub struct Plan {
    /// What it is called among the keys of this machine.
    pub name: String,
    /// What it is.
    pub profile: Profile,
    /// Where it is plugged in.
    pub port: Port,
    /// Who answers when it asks.
    pub hand: Hand,
    /// What every secret comes from; the operating system's randomness if `None`.
    pub seed: Option<[u8; 32]>,
    /// What it remembers, and where; this process if `None`.
    pub store: Option<Store>,
    /// Who sees every frame.
    pub taps: Vec<Box<dyn Tap>>,
}

impl Plan {
    /// A key of its own randomness, which nobody listens in on.
    pub fn new(name: impl Into<String>, profile: Profile, port: Port, hand: Hand) -> Self {
        Self { name: name.into(), profile, port, hand, seed: None, store: None, taps: Vec::new() }
    }

    fn authenticator(&self, store: &Store) -> Authenticator {
        let provider: Box<dyn Provider> = match self.seed {
            Some(_) => Box::new(Deterministic),
            None => Box::new(AwsLc::new()),
        };
        let state = store.state().clone();
        restore(&self.profile, provider, store.entropy(), Box::new(Honest), state)
    }

    fn shape(&self, store: &Store) -> Shape {
        let mut authenticator = self.authenticator(store);
        if let Port::Reader(_) = self.port {
            return Shape::Card(Card::new(authenticator));
        }
        authenticator.set_transport("usb");
        let mut driver = Driver::new(authenticator);
        driver.set_vendor_answers(self.port.vendor_answers());
        Shape::Usb(driver)
    }
}

/// A key in its port.
#[derive(Debug)]
pub struct Plugged {
    /// What it is controlled by.
    pub key: Key,
    /// Ends when the key is unplugged for good, with what made it fail.
    pub task: JoinHandle<io::Result<()>>,
}

/// Plugs a key in. It stays until [`Key::unplug`], or until the last handle on it is gone.
///
/// # Errors
///
/// [`PortError`], which says what to type.
///
/// # Panics
///
/// Outside a tokio runtime that does I/O and has timers.
pub fn plug(mut plan: Plan) -> Result<Plugged, PortError> {
    let (give, orders) = mpsc::channel(WAITING_ORDERS);
    let store = plan.store.take().unwrap_or_else(|| Store::in_memory(&plan.profile, plan.seed));
    let shape = plan.shape(&store);
    let (bench, log, prompted) = Bench::set_up(plan, shape, store)?;
    let task = tokio::spawn(bench.run(orders));
    Ok(Plugged { key: Key::new(give, log, prompted), task })
}
