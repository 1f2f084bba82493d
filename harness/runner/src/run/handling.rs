//! Steps that handle a device.

use keyrig_ctap::profile::Keep;

use super::actor::{Act, Stop};
use super::world::{Held, World};
use crate::base64url;
use crate::device::{Device, Unsupported};
use crate::environment_error::EnvironmentError;
use crate::scenario::{Deed, Handle};

impl World<'_> {
    pub(super) fn handle_device(&mut self, Handle { device, deed }: &Handle) -> Result<Act, Stop> {
        let what = match deed {
            Deed::SetBackup { user, eligible, state } => self.set_backup(device, user.as_deref(), *eligible, *state)?,
            Deed::Clone(name) => {
                let seed = self.seed_of(name);
                let copy = self.device(device)?.synced_copy(seed).map_err(unsupported)?;
                self.keep(name, device, copy);
                format!("sign {name} in to the provider account of {device}, whose passkeys it has from now on")
            }
            Deed::Duplicate(name) => {
                let seed = self.seed_of(name);
                let copy = self.device(device)?.duplicate(seed).map_err(unsupported)?;
                self.keep(name, device, copy);
                format!("copy all that is in {device} to {name}")
            }
            Deed::Snapshot(name) => {
                let taken = self.device(device)?.snapshot().map_err(unsupported)?;
                self.snapshots.insert(name.clone(), taken);
                format!("take all that is in {device}, as {name}")
            }
            Deed::Restore(name) => {
                let taken = self.snapshots.get(name).cloned().unwrap_or_default();
                self.device(device)?.restore(&taken).map_err(unsupported)?;
                format!("put {name} back into {device}")
            }
            other => self.change(device, other)?,
        };
        Ok(Act::done(what))
    }

    /// What concerns one device and nothing around it.
    fn change(&mut self, name: &str, deed: &Deed) -> Result<String, Stop> {
        let device = self.device(name)?;
        let (done, what) = match deed {
            Deed::Gesture(script) => {
                (device.set_gestures(script.clone()), format!("the person at {name} does this next: {script}"))
            }
            Deed::AllowEnterprise => {
                (device.allow_enterprise_attestation(), format!("turn enterprise attestation on in {name}"))
            }
            Deed::LockOut => (device.lock_out(), format!("enter wrong PINs into {name} until it takes no more")),
            Deed::PowerCycle => (device.power_cycle(), format!("cycle the power of {name}")),
            Deed::Upgrade { profile, keep } => {
                let kept = match keep {
                    Keep::Everything => "update {} with everything that is in it",
                    Keep::Device => "update {}, which wipes it,",
                    Keep::Nothing => "replace {}",
                };
                (device.upgrade(profile, *keep), format!("{} to {profile}", kept.replace("{}", name)))
            }
            Deed::WearOut(room) => {
                (device.wear_out(*room), format!("wear {name} out until it has room for {room} more credentials"))
            }
            Deed::Wipe => (device.wipe(), format!("wipe {name}")),
            other => return Err(Stop::Inconclusive(format!("{} concerns more than one device", other.name()))),
        };
        done.map_err(unsupported)?;
        Ok(what)
    }

    fn set_backup(&mut self, name: &str, user: Option<&str>, eligible: bool, state: bool) -> Result<String, Stop> {
        let account = user.map(|user| self.account(user));
        let credential = match &account {
            Some(account) => {
                let held = self.devices.get(name).and_then(|held| held.credentials.get(account));
                let made = held.and_then(|id| base64url::decode(id));
                Some(made.ok_or_else(|| Stop::Inconclusive(format!("{name} has made no credential for {account}")))?)
            }
            None => None,
        };
        self.device(name)?.set_backup(credential.as_deref(), eligible, state).map_err(unsupported)?;
        let of = account.map(|account| format!("'s credential of {account}")).unwrap_or_default();
        Ok(format!("set the backup flags of {name}{of}: BE={} BS={}", u8::from(eligible), u8::from(state)))
    }

    fn seed_of(&self, device: &str) -> [u8; 32] {
        self.seed.of(&["device", device]).bytes()
    }

    /// Calls a copy of `original` by its name.
    fn keep(&mut self, name: &str, original: &str, device: Box<dyn Device>) {
        let credentials = self.devices.get(original).map(|held| held.credentials.clone()).unwrap_or_default();
        self.devices.insert(name.to_owned(), Held { device, credentials });
    }

    fn device(&mut self, name: &str) -> Result<&mut dyn Device, Stop> {
        match self.devices.get_mut(name) {
            Some(held) => Ok(&mut *held.device),
            None => Err(Stop::Environment(EnvironmentError::Target { why: format!("no device is called {name}") })),
        }
    }
}

fn unsupported(error: Unsupported) -> Stop {
    Stop::NotApplicable(error.to_string())
}
