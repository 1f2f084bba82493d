//! The client's side of CTAP: one message at a time, each kept as evidence.

use keyrig_ctap::cbor::DecodeError;
use keyrig_ctap::message::get_info::Info;
use keyrig_ctap::{Command, Status};

use super::random::Random;
use super::{ClientError, Stop};
use crate::device::{Device, DeviceDescription, LinkError};
use crate::exchange::CtapExchange;

/// An authenticator and what was said to it.
pub struct Link<'d> {
    device: &'d mut dyn Device,
    log: Vec<CtapExchange>,
}

/// Why a command brought nothing.
pub(crate) enum Failure {
    /// The authenticator said so.
    Status(Status),
    /// No answer, or one that nobody can read.
    Link(LinkError),
}

impl<'d> Link<'d> {
    /// A link to `device`.
    pub fn new(device: &'d mut dyn Device) -> Self {
        Self { device, log: Vec::new() }
    }

    /// What is known of the authenticator without asking it.
    pub fn describe(&self) -> DeviceDescription {
        self.device.describe()
    }

    /// The authenticator itself.
    pub fn device(&mut self) -> &mut dyn Device {
        self.device
    }

    /// What was said since the last call.
    pub fn take_log(&mut self) -> Vec<CtapExchange> {
        std::mem::take(&mut self.log)
    }

    /// Random numbers for a talk with it: of the device's choice where it protects something, else from `seed`.
    pub(super) fn random(&self, seed: [u8; 32]) -> Random {
        Random::new(self.device.entropy().unwrap_or(seed))
    }

    pub(super) fn get_info(&mut self) -> Result<Info, Stop> {
        self.call(Command::GET_INFO, &[], Info::decode).map_err(Stop::from)
    }

    pub(crate) fn call<T>(
        &mut self,
        command: Command,
        parameters: &[u8],
        decode: impl FnOnce(&[u8]) -> Result<T, DecodeError>,
    ) -> Result<T, Failure> {
        let message = [&[command.0], parameters].concat();
        let answer = self.device.transact(&message).map_err(Failure::Link)?;
        self.log.push(CtapExchange::new(&message, &answer));
        let (status, body) = answer.split_first().ok_or_else(|| unreadable(command, "nothing came back"))?;
        match Status(*status) {
            Status::OK => decode(body).map_err(|e| unreadable(command, &e.to_string())),
            status => Err(Failure::Status(status)),
        }
    }
}

fn unreadable(command: Command, why: &str) -> Failure {
    Failure::Link(LinkError(format!("{command} was answered with what cannot be read: {why}")))
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Link(error) => Self::Link(error),
            Failure::Status(Status::CREDENTIAL_EXCLUDED) => {
                Self::Refused(ClientError::invalid_state("the authenticator holds a credential of excludeCredentials"))
            }
            Failure::Status(Status::NO_CREDENTIALS) => {
                Self::Refused(ClientError::not_allowed("the authenticator has no credential that fits"))
            }
            Failure::Status(status) => {
                Self::Refused(ClientError::not_allowed(format!("the authenticator answered {status}")))
            }
        }
    }
}
