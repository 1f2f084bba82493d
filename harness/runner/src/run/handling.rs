//! Steps that handle a device.

use super::actor::{Act, Stop};
use super::world::{Held, World};
use crate::device::{Device, Gesture, Unsupported};
use crate::environment_error::EnvironmentError;
use crate::scenario::Verb;

impl World<'_> {
    pub(super) fn handle_device(&mut self, verb: &Verb) -> Result<Act, Stop> {
        match verb {
            Verb::SetBackup { device, eligible, state } => {
                self.device(device)?.set_backup(*eligible, *state).map_err(unsupported)?;
                let bit = |set: &bool| u8::from(*set);
                Ok(Act::done(format!("set the backup flags of {device}: BE={} BS={}", bit(eligible), bit(state))))
            }
            Verb::Clone { device, name } => self.clone_device(device, name),
            Verb::Gesture { device, gesture } => {
                self.device(device)?.set_gesture(*gesture).map_err(unsupported)?;
                let word = match gesture {
                    Gesture::Touch => "touches",
                    Gesture::Decline => "declines",
                    Gesture::Wait => "does nothing",
                };
                Ok(Act::done(format!("the person at {device} {word} from now on")))
            }
            Verb::PowerCycle { device } => {
                self.device(device)?.power_cycle().map_err(unsupported)?;
                Ok(Act::done(format!("cycle the power of {device}")))
            }
            other => Err(Stop::Inconclusive(format!("{} is no verb of a device", other.name()))),
        }
    }

    fn clone_device(&mut self, device: &str, name: &str) -> Result<Act, Stop> {
        let seed = self.seed.of(&["device", name]);
        let copy = self.device(device)?.synced_copy(seed.bytes()).map_err(unsupported)?;
        let credentials = self.devices.get(device).map(|held| held.credentials.clone()).unwrap_or_default();
        self.devices.insert(name.to_owned(), Held { device: copy, credentials });
        Ok(Act::done(format!("sign {name} in to the provider account of {device}, with copies of its credentials")))
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
