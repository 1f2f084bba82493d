//! The emulated authenticator in this process: the one file here that names the emulator.

use std::time::Duration;

use keyrig_ctap::Aaguid;
use keyrig_ctap::profile::Profile;
use keyrig_ctap::seal::Seal;
use keyrig_device::in_process::{Act, GestureScript, InProcess as Emulator, Move};
use keyrig_device::profiles;
use thiserror::Error;

use super::{Device, DeviceDescription, Gesture, LieBox, LinkError, LyingSeal, Unsupported};

/// The profile that lends itself to an AAGUID that no profile has.
const BARE: &str = "bare";

/// An emulated authenticator in this process.
pub struct InProcess {
    emulator: Emulator,
    lies: LieBox,
    gesture: Gesture,
    granted: Duration,
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
        Self { emulator, lies, gesture: Gesture::Touch, granted: Duration::MAX }
    }

    /// Time is virtual and the human in it too: one who does nothing lets the granted time pass, and the client
    /// cancels, unless the authenticator gave up before.
    fn rehearse(&mut self) {
        self.emulator.set_gestures(GestureScript::always(match self.gesture {
            Gesture::Touch => Move::from(Act::Consent),
            Gesture::Decline => Move::from(Act::Decline),
            Gesture::Wait => Move { after: self.granted, act: Act::Cancel },
        }));
    }
}

impl Device for InProcess {
    fn transact(&mut self, message: &[u8]) -> Result<Vec<u8>, LinkError> {
        let answer = self.emulator.transact(message);
        if answer.is_empty() { Err(LinkError("it was pulled out".to_owned())) } else { Ok(answer) }
    }

    fn grant(&mut self, span: Duration) {
        self.granted = span;
        self.rehearse();
    }

    fn describe(&self) -> DeviceDescription {
        let profile = self.emulator.profile();
        DeviceDescription {
            id: profile.id.clone(),
            name: profile.name.clone(),
            aaguid: Some(profile.aaguid),
            attachment: profile.attachment,
            transports: profile.transports.clone(),
            backup_eligible: Some(profile.backup.eligible),
            emulated: true,
        }
    }

    fn lies(&self) -> Option<&LieBox> {
        Some(&self.lies)
    }

    fn set_backup(&mut self, eligible: bool, state: bool) -> Result<(), Unsupported> {
        self.emulator.set_backup(eligible, state);
        Ok(())
    }

    fn synced_copy(&self, seed: [u8; 32]) -> Result<Box<dyn Device>, Unsupported> {
        let mut copy = Self::plug_profile(self.emulator.profile(), seed);
        for source in self.emulator.credentials() {
            copy.emulator.import(source);
        }
        Ok(Box::new(copy))
    }

    fn set_gesture(&mut self, gesture: Gesture) -> Result<(), Unsupported> {
        self.gesture = gesture;
        self.rehearse();
        Ok(())
    }

    fn power_cycle(&mut self) -> Result<(), Unsupported> {
        self.emulator.power_cycle();
        Ok(())
    }
}
