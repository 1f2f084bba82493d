//! Where the authenticators of a run come from: profiles, by id or file.

use keyrig_ctap::profile::Profile;
use keyrig_runner::device::{Device, InProcess};
use keyrig_runner::run::CannotPlug;
use keyrig_runner::scenario::Plug;
use keyrig_runner::{Devices as Source, Seed};

use crate::command::profile::find;
use crate::failure::Failure;

/// The profile of a device for which none is named: a key that every tier of the shared policies takes.
pub(crate) const DEFAULT: &str = "yubikey-5-nfc-5.4";

/// Emulated authenticators in this process.
pub(crate) struct Devices {
    default: Profile,
}

impl Devices {
    /// With the profile of this id or file for devices that name none.
    ///
    /// # Errors
    ///
    /// A usage error where there is none.
    pub(crate) fn new(default: Option<&str>) -> Result<Self, Failure> {
        Ok(Self { default: find(default.unwrap_or(DEFAULT))?.into_owned() })
    }
}

impl Source for Devices {
    fn plug(&self, plug: &Plug, seed: Seed) -> Result<Box<dyn Device>, CannotPlug> {
        let device = match plug {
            Plug::Default => InProcess::plug_profile(&self.default, seed.bytes()),
            Plug::Profile(name) => {
                let profile = find(&name.value).map_err(|failure| CannotPlug::Trouble(failure.report.to_string()))?;
                InProcess::plug_profile(&profile, seed.bytes())
            }
            Plug::Aaguid(aaguid) => {
                InProcess::plug_aaguid(*aaguid, seed.bytes()).map_err(|error| CannotPlug::Trouble(error.to_string()))?
            }
        };
        Ok(Box::new(device))
    }
}
