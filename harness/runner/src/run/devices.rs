//! Where a run's authenticators come from.

use crate::device::{Device, InProcess};
use crate::scenario::{Plug, Scenario};

use super::Seed;

/// Where a run's authenticators come from.
pub trait Devices: Send + Sync {
    /// Plugs one in. All that is random in it follows from `seed`.
    ///
    /// # Errors
    ///
    /// [`CannotPlug`].
    fn plug(&self, plug: &Plug, seed: Seed) -> Result<Box<dyn Device>, CannotPlug>;

    /// Why `scenario` is skipped with these authenticators; `None` where it can be tried.
    fn skips(&self, scenario: &Scenario) -> Option<String> {
        let _ = scenario;
        None
    }
}

/// An authenticator cannot be plugged in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CannotPlug {
    /// It is none of those that are there: the scenario is skipped.
    Skip(String),
    /// It should be there and is not.
    Trouble(String),
}

/// Emulated authenticators in this process.
#[derive(Clone, Debug)]
pub struct Emulated {
    /// The profile of a device for which none is named.
    pub default_profile: String,
}

impl Default for Emulated {
    fn default() -> Self {
        Self { default_profile: "yubikey-5-nfc-5.4".to_owned() }
    }
}

impl Devices for Emulated {
    fn plug(&self, plug: &Plug, seed: Seed) -> Result<Box<dyn Device>, CannotPlug> {
        let device = match plug {
            Plug::Default => InProcess::plug(&self.default_profile, seed.bytes()),
            Plug::Profile(profile) => InProcess::plug(&profile.value, seed.bytes()),
            Plug::Aaguid(aaguid) => InProcess::plug_aaguid(*aaguid, seed.bytes()),
        };
        match device {
            Ok(device) => Ok(Box::new(device)),
            Err(error) => Err(CannotPlug::Trouble(error.to_string())),
        }
    }
}
