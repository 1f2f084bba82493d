//! The client's side of CTAP: one message at a time, each kept as evidence.

use keyrig_ctap::cbor::DecodeError;
use keyrig_ctap::message::get_info::Info;
use keyrig_ctap::message::{get_assertion, make_credential};
use keyrig_ctap::u2f::StatusWord;
use keyrig_ctap::{Command, Status};

use super::random::Random;
use super::{ClientError, Stop, u2f};
use crate::device::{Device, DeviceDescription, LinkError};
use crate::exchange::CtapExchange;

/// An authenticator and what was said to it.
pub struct Link<'d> {
    device: &'d mut dyn Device,
    log: Vec<CtapExchange>,
    /// Whether the authenticator speaks U2F and nothing else, once it was asked what it is.
    only_u2f: bool,
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
        Self { device, log: Vec::new(), only_u2f: false }
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

    /// What the authenticator says of itself; of one that knows no CTAP2 message, that it speaks U2F.
    pub(super) fn get_info(&mut self) -> Result<Info, Stop> {
        match self.call(Command::GET_INFO, &[], Info::decode) {
            Err(Failure::Status(Status::INVALID_COMMAND)) if u2f::is_spoken(self) => {
                self.only_u2f = true;
                Ok(Info::of_u2f())
            }
            answer => answer.map_err(Stop::from),
        }
    }

    /// Whether it speaks U2F and nothing else, as far as [`Link::get_info`] has found.
    pub(super) const fn speaks_only_u2f(&self) -> bool {
        self.only_u2f
    }

    /// Has the authenticator make a credential, by whichever protocol it speaks.
    pub(super) fn make(&mut self, request: &make_credential::Request) -> Result<make_credential::Response, Stop> {
        if self.only_u2f {
            return u2f::register(self, request);
        }
        Ok(self.call(Command::MAKE_CREDENTIAL, &request.encode(), make_credential::Response::decode)?)
    }

    /// Has the authenticator sign, by whichever protocol it speaks.
    pub(super) fn assert(&mut self, request: &get_assertion::Request) -> Result<get_assertion::Response, Stop> {
        if self.only_u2f {
            return u2f::authenticate(self, request);
        }
        Ok(self.call(Command::GET_ASSERTION, &request.encode(), get_assertion::Response::decode)?)
    }

    /// Sends one U2F message.
    pub(super) fn call_u2f(&mut self, message: &[u8]) -> Result<(Vec<u8>, StatusWord), LinkError> {
        let mut answer = self.device.transact_u2f(message)?;
        self.log.push(CtapExchange::of_u2f(message, &answer));
        let status = answer
            .last_chunk::<2>()
            .map(|status| StatusWord(u16::from_be_bytes(*status)))
            .ok_or_else(|| LinkError("a U2F message was answered without a status word".to_owned()))?;
        answer.truncate(answer.len() - 2);
        Ok((answer, status))
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
