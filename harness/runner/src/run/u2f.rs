//! Registrations of the U2F years.

use serde_json::json;

use super::actor::{Act, Stop};
use super::world::World;
use crate::base64url;
use crate::client::{self, KeyHandle, Link, register_for_app_id};
use crate::environment_error::EnvironmentError;
use crate::scenario::RegisterU2f;
use crate::target;

impl World<'_> {
    /// Has a device register by U2F, and the target take that over.
    pub(super) async fn register_u2f(&mut self, register: &RegisterU2f) -> Result<Act, Stop> {
        let account = self.account(&register.user);
        if let Some(plug) = &register.plug {
            self.plug(&register.device, plug)?;
        }
        let challenge = self.seed.of(&["u2f", &register.device]).bytes();
        let origin = self.target.file().origin.clone();
        let Some(held) = self.devices.get_mut(&register.device) else {
            let why = format!("no device is called {}", register.device);
            return Err(Stop::Environment(EnvironmentError::Target { why }));
        };
        let mut link = Link::new(&mut *held.device);
        let what = link.describe().name;
        let KeyHandle { bytes, public_key } =
            register_for_app_id(&mut link, (&origin, &register.app_id), &challenge).map_err(stopped)?;
        let key_handle = base64url::encode(&bytes);
        held.credentials.insert(account.clone(), key_handle.clone());
        let arguments =
            json!({"user": account, "key_handle": key_handle, "public_key": base64url::encode(&public_key)});
        let answer = self.say(target::Verb::ImportU2f, arguments).await?;
        Ok(self.act_of(format!("register {account} by U2F with {what}, for {}", register.app_id), answer).await)
    }
}

fn stopped(stop: client::Stop) -> Stop {
    match stop {
        client::Stop::Refused(error) => Stop::NotApplicable(format!("no key handle was made: {}", error.message)),
        client::Stop::Link(error) => Stop::Environment(EnvironmentError::Device(error)),
        client::Stop::CannotLie(error) => Stop::NotApplicable(error.to_string()),
        client::Stop::Unable(why) => Stop::NotApplicable(why),
    }
}
