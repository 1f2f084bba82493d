//! The emulated authenticator in this process: the one file that names it.

use keyrig_ctap::Aaguid;
use thiserror::Error;

use super::{Device, DeviceDescription, LieBox, LinkError};

/// An emulated authenticator in this process.
pub struct InProcess {
    description: DeviceDescription,
    lies: LieBox,
}

/// No profile has this id or AAGUID.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("no profile is called {0}")]
pub struct NoSuchProfile(
    /// What was asked for.
    pub String,
);

impl InProcess {
    /// Plugs in the profile called `name`. All its secrets come from `seed`.
    ///
    /// # Errors
    ///
    /// [`NoSuchProfile`].
    pub fn plug(name: &str, seed: [u8; 32]) -> Result<Self, NoSuchProfile> {
        let _ = seed;
        Err(NoSuchProfile(name.to_owned()))
    }

    /// Plugs in the profile of the catalogue that has `aaguid`; where there is none, the bare one under that AAGUID.
    ///
    /// # Errors
    ///
    /// [`NoSuchProfile`] where even the bare one is missing.
    pub fn plug_aaguid(aaguid: Aaguid, seed: [u8; 32]) -> Result<Self, NoSuchProfile> {
        let _ = seed;
        Err(NoSuchProfile(aaguid.to_string()))
    }
}

impl Device for InProcess {
    fn transact(&mut self, _message: &[u8]) -> Result<Vec<u8>, LinkError> {
        Err(LinkError("the emulator is not there yet".to_owned()))
    }

    fn describe(&self) -> DeviceDescription {
        self.description.clone()
    }

    fn lies(&self) -> Option<&LieBox> {
        Some(&self.lies)
    }
}
