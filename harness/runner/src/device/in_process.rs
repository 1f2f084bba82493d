//! The emulated authenticator in this process: the one file here that names the emulator.

use std::time::Duration;

use keyrig_ctap::Aaguid;
use keyrig_ctap::gesture::Script;
use keyrig_ctap::profile::{Keep, Profile};
use keyrig_ctap::seal::Seal;
use keyrig_device::in_process::{InProcess as Emulator, SharedFabric};
use keyrig_device::profiles;
use thiserror::Error;

use super::{Device, DeviceDescription, LieBox, LinkError, LyingSeal, Unsupported};

/// The profile that lends itself to an AAGUID that no profile has.
const BARE: &str = "bare";

/// An emulated authenticator in this process.
pub struct InProcess {
    emulator: Emulator,
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
        profiles::find(name)
            .map(|profile| Self::plug_profile(profile, seed))
            .ok_or_else(|| NoSuchProfile(name.to_owned()))
    }

    /// Plugs in the profile of the catalogue that has `aaguid`; where there is none, the bare one under that AAGUID.
    ///
    /// # Errors
    ///
    /// [`NoSuchProfile`] where even the bare one is missing.
    pub fn plug_aaguid(aaguid: Aaguid, seed: [u8; 32]) -> Result<Self, NoSuchProfile> {
        if let Some(profile) = profiles::by_aaguid(aaguid) {
            return Ok(Self::plug_profile(profile, seed));
        }
        let bare = profiles::find(BARE).ok_or_else(|| NoSuchProfile(aaguid.to_string()))?;
        let mut profile = Profile { aaguid, ..bare.clone() };
        profile.get_info.aaguid = aaguid;
        Ok(Self::plug_profile(&profile, seed))
    }

    /// Plugs in `profile`. All its secrets come from `seed`.
    pub fn plug_profile(profile: &Profile, seed: [u8; 32]) -> Self {
        let lies = LieBox::default();
        let wrap = |honest: Box<dyn Seal>| -> Box<dyn Seal> { Box::new(LyingSeal::new(honest, lies.clone())) };
        let emulator = Emulator::plug(profile, seed, wrap);
        Self { emulator, lies }
    }
}

impl Device for InProcess {
    fn transact(&mut self, message: &[u8]) -> Result<Vec<u8>, LinkError> {
        there(self.emulator.transact(message))
    }

    fn transact_u2f(&mut self, message: &[u8]) -> Result<Vec<u8>, LinkError> {
        there(self.emulator.poll_u2f(message))
    }

    fn grant(&mut self, span: Duration) {
        self.emulator.set_patience(span);
    }

    fn describe(&self) -> DeviceDescription {
        let profile = self.emulator.profile();
        DeviceDescription {
            id: profile.id.clone(),
            name: profile.name.clone(),
            aaguid: profile.get_info.speaks_ctap2().then_some(profile.aaguid),
            attachment: profile.attachment,
            transports: profile.transports.clone(),
            backup_eligible: Some(profile.backup.eligible),
            emulated: true,
        }
    }

    fn lies(&self) -> Option<&LieBox> {
        Some(&self.lies)
    }

    fn set_backup(&mut self, credential: Option<&[u8]>, eligible: bool, state: bool) -> Result<(), Unsupported> {
        match credential {
            Some(id) if self.emulator.set_credential_backup(id, eligible, state) => Ok(()),
            Some(_) => Err(Unsupported("set the backup flags of a credential that it does not have")),
            None => {
                self.emulator.set_backup(eligible, state);
                Ok(())
            }
        }
    }

    fn synced_copy(&mut self, seed: [u8; 32]) -> Result<Box<dyn Device>, Unsupported> {
        let account = match self.emulator.account() {
            Some(account) => account.clone(),
            None => {
                let account = SharedFabric::default();
                self.emulator.join(&account);
                account
            }
        };
        let mut copy = Self::plug_profile(self.emulator.profile(), seed);
        copy.emulator.join(&account);
        Ok(Box::new(copy))
    }

    fn duplicate(&self, seed: [u8; 32]) -> Result<Box<dyn Device>, Unsupported> {
        let mut copy = Self::plug_profile(self.emulator.profile(), seed);
        copy.restore(&self.emulator.snapshot())?;
        Ok(Box::new(copy))
    }

    fn upgrade(&mut self, profile: &str, keep: Keep) -> Result<(), Unsupported> {
        let profile =
            profiles::find(profile).ok_or(Unsupported("become a product that no embedded profile describes"))?;
        self.emulator.upgrade(profile, keep);
        Ok(())
    }

    fn snapshot(&self) -> Result<Vec<u8>, Unsupported> {
        Ok(self.emulator.snapshot().to_vec())
    }

    fn restore(&mut self, snapshot: &[u8]) -> Result<(), Unsupported> {
        self.emulator.recall(snapshot).map_err(|_| Unsupported("hold what another product has held"))
    }

    fn wear_out(&mut self, room: u32) -> Result<(), Unsupported> {
        self.emulator.wear_out(room);
        Ok(())
    }

    fn lock_out(&mut self) -> Result<(), Unsupported> {
        self.emulator.lock_out();
        Ok(())
    }

    fn wipe(&mut self) -> Result<(), Unsupported> {
        self.emulator.wipe();
        Ok(())
    }

    fn set_gestures(&mut self, gestures: Script) -> Result<(), Unsupported> {
        self.emulator.set_gestures(gestures);
        Ok(())
    }

    fn power_cycle(&mut self) -> Result<(), Unsupported> {
        self.emulator.power_cycle();
        Ok(())
    }
}

fn there(answer: Vec<u8>) -> Result<Vec<u8>, LinkError> {
    if answer.is_empty() { Err(LinkError("it was pulled out".to_owned())) } else { Ok(answer) }
}
