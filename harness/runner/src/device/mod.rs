//! Authenticators as the client sees them: CTAP messages in, CTAP answers out.

pub mod foreign;
pub mod hid;
pub mod in_process;
mod lie_box;
pub mod nfc;
pub mod real;

use std::time::Duration;

use keyrig_ctap::gesture::Script;
use keyrig_ctap::message::{config, make_credential};
use keyrig_ctap::profile::{Attachment, Keep};
use keyrig_ctap::{Aaguid, Command};
use thiserror::Error;

use foreign::{Assertion, NewCredential, Speaker, Trouble, Wanted};
pub use in_process::InProcess;
pub use lie_box::{LieBox, LieReport, LyingSeal};
pub use real::{Interrupt, Lender, Lent, Person, Pin, Place, RealKey};

/// Where to look when the operating system shows no key, or does not let it be opened.
pub const LOOK: &str = if cfg!(target_os = "linux") {
    "`keyrig doctor` says what may be in the way"
} else if cfg!(windows) {
    "Windows shows security keys to administrators only"
} else {
    "see whether the operating system lets this program read input devices"
};

/// An authenticator that the client can reach.
///
/// The verbs beyond [`Device::transact`] are those that scenarios want and real keys lack; their default is
/// [`Unsupported`], and a scenario that needs one is not applicable then.
pub trait Device: Send {
    /// Sends one CTAP message, command byte first, and waits for the answer, status byte first.
    ///
    /// # Errors
    ///
    /// [`LinkError`] where no answer came; a status other than success is an answer.
    fn transact(&mut self, message: &[u8]) -> Result<Vec<u8>, LinkError>;

    /// Sends one U2F message, an APDU in extended form, and waits for the answer, status word last. One that wants a touch
    /// is sent again until somebody touches the authenticator or the time that was granted is over.
    ///
    /// # Errors
    ///
    /// [`LinkError`] where no answer came; a status word other than success is an answer.
    fn transact_u2f(&mut self, message: &[u8]) -> Result<Vec<u8>, LinkError> {
        let _ = message;
        Err(LinkError("no U2F message reaches it".to_owned()))
    }

    /// How long the client gives the human from now on; it cancels then. Unlimited before the first call.
    fn grant(&mut self, span: Duration);

    /// What is known of it without asking it.
    fn describe(&self) -> DeviceDescription;

    /// The PIN that its owner gave; that of the scenario where it is `None`.
    fn pin(&self) -> Option<Pin> {
        None
    }

    /// Whether the client may give it a PIN if it has none.
    fn may_get_pin(&self) -> bool {
        self.describe().emulated
    }

    /// A seed for the client's random numbers that nobody can know; `None` where they may follow from the run's.
    fn entropy(&self) -> Option<[u8; 32]> {
        None
    }

    /// Has `speaker` make a credential with it.
    ///
    /// # Errors
    ///
    /// [`Trouble`], where `speaker` does not reach it too.
    fn make(&mut self, speaker: Speaker, new: &NewCredential) -> Result<make_credential::Response, Trouble> {
        let _ = new;
        speaker.only_on_usb()
    }

    /// Has `speaker` get every assertion that it has to give.
    ///
    /// # Errors
    ///
    /// [`Trouble`], where `speaker` does not reach it too.
    fn assert(&mut self, speaker: Speaker, wanted: &Wanted) -> Result<Vec<Assertion>, Trouble> {
        let _ = wanted;
        speaker.only_on_usb()
    }

    /// Where authenticator-seam tampers are armed; `None` where nobody can make it lie.
    fn lies(&self) -> Option<&LieBox> {
        None
    }

    /// Sets BE and BS of the credential with this id; without one, of every credential, those to come included.
    ///
    /// # Errors
    ///
    /// [`Unsupported`], where it has no such credential too.
    fn set_backup(&mut self, credential: Option<&[u8]>, eligible: bool, state: bool) -> Result<(), Unsupported> {
        let _ = (credential, eligible, state);
        Err(Unsupported("set backup flags"))
    }

    /// Another device of the same provider account: the same product, with the same passkeys from now on.
    ///
    /// # Errors
    ///
    /// [`Unsupported`].
    fn synced_copy(&mut self, seed: [u8; 32]) -> Result<Box<dyn Device>, Unsupported> {
        let _ = seed;
        Err(Unsupported("copy credentials"))
    }

    /// A device with a copy of all that this one has in it, PIN and counters too. From now on they go their own ways.
    ///
    /// # Errors
    ///
    /// [`Unsupported`].
    fn duplicate(&self, seed: [u8; 32]) -> Result<Box<dyn Device>, Unsupported> {
        let _ = seed;
        Err(Unsupported("be duplicated"))
    }

    /// Makes it a product of the profile called `profile`.
    ///
    /// # Errors
    ///
    /// [`Unsupported`], where there is no such profile too.
    fn upgrade(&mut self, profile: &str, keep: Keep) -> Result<(), Unsupported> {
        let _ = (profile, keep);
        Err(Unsupported("become another product"))
    }

    /// All that it has in it, to be put back by [`Device::restore`].
    ///
    /// # Errors
    ///
    /// [`Unsupported`].
    fn snapshot(&self) -> Result<Vec<u8>, Unsupported> {
        Err(Unsupported("be read out"))
    }

    /// Has in it what a snapshot of it has, and nothing else.
    ///
    /// # Errors
    ///
    /// [`Unsupported`], where the snapshot is of another product too.
    fn restore(&mut self, snapshot: &[u8]) -> Result<(), Unsupported> {
        let _ = snapshot;
        Err(Unsupported("be written to"))
    }

    /// Leaves it room for `room` more discoverable credentials.
    ///
    /// # Errors
    ///
    /// [`Unsupported`].
    fn wear_out(&mut self, room: u32) -> Result<(), Unsupported> {
        let _ = room;
        Err(Unsupported("be worn out"))
    }

    /// Locks it as wrong PINs and wrong fingers do.
    ///
    /// # Errors
    ///
    /// [`Unsupported`].
    fn lock_out(&mut self) -> Result<(), Unsupported> {
        Err(Unsupported("be locked out"))
    }

    /// Turns enterprise attestation on (CTAP 2.3 §6.11.1), in one that has no PIN yet.
    ///
    /// # Errors
    ///
    /// [`Unsupported`], where it refuses too.
    fn allow_enterprise_attestation(&mut self) -> Result<(), Unsupported> {
        let request = config::Request::new(config::Subcommand::ENABLE_ENTERPRISE_ATTESTATION);
        match self.transact(&[vec![Command::CONFIG.0], request.encode()].concat()).as_deref() {
            Ok([0, ..]) => Ok(()),
            _ => Err(Unsupported("be told to attest for an enterprise")),
        }
    }

    /// Wipes it as a reset does.
    ///
    /// # Errors
    ///
    /// [`Unsupported`].
    fn wipe(&mut self) -> Result<(), Unsupported> {
        Err(Unsupported("be wiped"))
    }

    /// What the human in front of it does at the next prompts; afterwards they consent.
    ///
    /// # Errors
    ///
    /// [`Unsupported`].
    fn set_gestures(&mut self, gestures: Script) -> Result<(), Unsupported> {
        let _ = gestures;
        Err(Unsupported("choose the gesture"))
    }

    /// Takes its power away and gives it back.
    ///
    /// # Errors
    ///
    /// [`Unsupported`].
    fn power_cycle(&mut self) -> Result<(), Unsupported> {
        Err(Unsupported("cycle its power"))
    }
}

/// What is known of an authenticator without asking it.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct DeviceDescription {
    /// The profile's id, or the path of a real key.
    pub id: String,
    /// The name on the box.
    pub name: String,
    /// The AAGUID, where it is known.
    pub aaguid: Option<Aaguid>,
    /// Where it sits.
    pub attachment: Attachment,
    /// What the client would tell of its transports.
    pub transports: Vec<String>,
    /// Whether its credentials are backup eligible by default, where it is known.
    pub backup_eligible: Option<bool>,
    /// Whether it is emulated: an emulated one may get a PIN without asking anybody.
    pub emulated: bool,
}

impl DeviceDescription {
    /// Whether it is reached over a cable or the air, other than as a phone.
    pub fn roams(&self) -> bool {
        self.transports.iter().any(|t| matches!(t.as_str(), "usb" | "nfc" | "ble" | "smart-card"))
            && !self.transports.iter().any(|t| matches!(t.as_str(), "internal" | "hybrid"))
    }
}

/// No answer came.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{0}")]
pub struct LinkError(
    /// Why, as a fragment.
    pub String,
);

/// The device has no such verb.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("this authenticator cannot {0}")]
pub struct Unsupported(
    /// What it cannot do, as a fragment that follows "cannot".
    pub &'static str,
);
