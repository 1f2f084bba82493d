use keyrig_ctap::message::Descriptor;
use keyrig_ctap::message::client_pin::{
    Permissions, Request as PinRequest, Response as PinResponse, Subcommand as Pin,
};
use keyrig_ctap::message::credential_management::{Parameters, Request, Response, Subcommand};
use keyrig_ctap::{Command, Status};

use serde::Serialize;

use super::RealKey;
use crate::client::{Failure, Link, Stop, fetch_large_blobs, store_large_blobs, token};
use crate::device::LinkError;

/// Discoverable credentials on a key, as far as it tells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Slots {
    /// How many it holds.
    pub used: Option<u64>,
    /// How many more it takes.
    pub free: Option<u64>,
}

impl RealKey {
    /// How many tries of the PIN are left; `None` where it does not tell.
    pub fn pin_retries(&mut self) -> Option<u64> {
        let protocol = self.info.pin_uv_auth_protocols.first().copied().unwrap_or(1);
        let request = PinRequest { protocol: Some(protocol), ..PinRequest::new(Pin::GET_PIN_RETRIES) };
        let answer = Link::new(self).call(Command::CLIENT_PIN, &request.encode(), PinResponse::decode);
        answer.ok()?.pin_retries
    }

    /// Tries the PIN that its owner gave, once, so that a wrong one costs one try and no more.
    ///
    /// # Errors
    ///
    /// [`LinkError`] where it is wrong, or where this would be the last try.
    pub fn try_pin(&mut self) -> Result<(), LinkError> {
        let Some(pin) = self.pin.clone() else { return Ok(()) };
        if self.info.option("clientPin") != Some(true) {
            return Ok(());
        }
        if let Some(left @ 0..=1) = self.pin_retries() {
            return Err(LinkError(format!("{left} tries of its PIN are left, and none is risked")));
        }
        let info = self.info.clone();
        match token(&mut Link::new(self), &info, pin.as_str(), Permissions::CM) {
            Ok(_) => Ok(()),
            Err(stop) => {
                let left = self.pin_retries().map(|left| format!("; {left} tries are left")).unwrap_or_default();
                Err(LinkError(format!("it does not take this PIN ({}){left}", why(stop))))
            }
        }
    }

    /// How many discoverable credentials it holds, where it tells; with its PIN it tells more.
    pub fn slots(&mut self) -> Slots {
        if let Ok(answer) = self.manage(Subcommand::GET_CREDS_METADATA, None) {
            return Slots { used: answer.existing, free: answer.remaining };
        }
        let answer = Link::new(self).call(Command::GET_INFO, &[], keyrig_ctap::message::get_info::Info::decode);
        Slots { used: None, free: answer.ok().and_then(|info| info.remaining_discoverable_credentials) }
    }

    /// Whether it can verify its user as it is.
    pub fn can_verify(&self) -> bool {
        self.info.option("uv") == Some(true) || self.info.option("clientPin") == Some(true)
    }

    /// Whether a discoverable credential can be taken off again, by whoever knows its PIN.
    pub fn can_forget(&self) -> bool {
        self.manager().is_some() && self.info.option("clientPin") == Some(true)
    }

    /// Takes off what it was made to keep since the last call.
    pub fn tidy(&mut self) {
        let made = std::mem::take(&mut self.made);
        self.tidying = true;
        for id in made {
            let parameters =
                Parameters { credential: Some(Descriptor::public_key(&id)), ..Parameters::default() }.encode();
            match self.manage(Subcommand::DELETE_CREDENTIAL, Some(parameters)) {
                Ok(_) => self.cleanliness.deleted += 1,
                // A later one for the same account took its place.
                Err(Failure::Status(Status::NO_CREDENTIALS)) => {}
                Err(failure) => self.cleanliness.left.push((id, why(failure.into()))),
            }
        }
        if let Some(found) = self.blobs_found.take() {
            self.cleanliness.blobs = self.put_blobs_back(&found).err();
        }
        self.tidying = false;
    }

    /// Keeps what is stored now, before the first of it is replaced.
    pub(super) fn keep_blobs(&mut self) -> Result<(), LinkError> {
        let info = self.info.clone();
        let found = fetch_large_blobs(&mut Link::new(self), &info).map_err(|stop| LinkError(why(stop)))?;
        let found = found.ok_or_else(|| LinkError("it does not tell what is stored on it".to_owned()))?;
        self.blobs_found = Some(found);
        Ok(())
    }

    fn put_blobs_back(&mut self, found: &[u8]) -> Result<(), String> {
        let (info, pin) = (self.info.clone(), self.pin.clone());
        let mut link = Link::new(self);
        let token = match pin.filter(|_| info.option("clientPin") == Some(true)) {
            Some(pin) => Some(token(&mut link, &info, pin.as_str(), Permissions::LBW).map_err(why)?),
            None => None,
        };
        match store_large_blobs(&mut link, &info, token.as_ref(), found) {
            Ok(true) => Ok(()),
            Ok(false) => Err("it refuses".to_owned()),
            Err(stop) => Err(why(stop)),
        }
    }

    fn manager(&self) -> Option<Command> {
        let option = |name| self.info.option(name) == Some(true);
        match (option("credMgmt"), option("credentialMgmtPreview")) {
            (true, _) => Some(Command::CREDENTIAL_MANAGEMENT),
            (_, true) => Some(Command::CREDENTIAL_MANAGEMENT_PREVIEW),
            _ => None,
        }
    }

    fn manage(&mut self, subcommand: Subcommand, parameters: Option<Vec<u8>>) -> Result<Response, Failure> {
        let cannot = |why: &str| Failure::Link(LinkError(why.to_owned()));
        let command = self.manager().ok_or_else(|| cannot("it manages no credentials"))?;
        let pin = self.pin.clone().ok_or_else(|| cannot("its PIN is not known"))?;
        let info = self.info.clone();
        let mut link = Link::new(self);
        let token = token(&mut link, &info, pin.as_str(), Permissions::CM).map_err(|stop| cannot(&why(stop)))?;
        let mut request = Request { parameters, ..Request::new(subcommand) };
        request.pin_uv_auth_protocol = Some(token.protocol.number());
        request.pin_uv_auth_param = Some(token.authenticate(&request.authenticated()));
        link.call(command, &request.encode(), Response::decode)
    }
}

fn why(stop: Stop) -> String {
    match stop {
        Stop::Refused(error) => error.message,
        Stop::Link(error) => error.to_string(),
        Stop::CannotLie(error) => error.to_string(),
        Stop::Unable(why) => why,
    }
}
