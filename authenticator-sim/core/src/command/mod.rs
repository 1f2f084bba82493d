//! The commands, one file each. A command that needs the user returns [`Step::Ask`] and goes on in
//! [`Pending::resume`].

mod bio_enrollment;
mod client_pin;
mod config;
mod credential_management;
mod get_assertion;
mod get_info;
mod get_next_assertion;
mod large_blobs;
mod make_credential;
mod reset;
mod selection;
mod statement;
pub(crate) mod u2f;
mod verification;

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::time::Duration;

use keyrig_ctap::Command;

use crate::context::Context;
use crate::reason::Reason;
use crate::user::{Answer, Ask};

pub(crate) use bio_enrollment::Enrollment;
pub(crate) use config::offers as offers_configuration;
pub(crate) use credential_management::Enumeration;
pub(crate) use get_next_assertion::Remembered;
pub(crate) use large_blobs::Writing;

/// How far a command came.
pub(crate) enum Step {
    /// To its end: the whole reply.
    Done(Vec<u8>),
    /// To the user.
    Ask(Ask, Box<Pending>),
}

/// A command that waits for the user, with everything that its remaining steps need.
pub(crate) enum Pending {
    BioEnrollment(bio_enrollment::Awaiting),
    ClientPin(client_pin::AwaitingVerification),
    GetAssertion(get_assertion::Awaiting),
    MakeCredential(make_credential::Awaiting),
    Probe(Command),
    Reset(Ask),
    Selection,
    U2f(u2f::Awaiting),
}

impl Step {
    pub(super) fn ask(ask: Ask, pending: Pending) -> Self {
        Self::Ask(ask, Box::new(pending))
    }
}

/// Runs a message up to its end or to its first question.
pub(crate) fn begin(cx: &mut Context, message: &[u8]) -> Result<Step, Reason> {
    if message.len() as u64 > cx.cut.info.max_message_size() {
        return Err(Reason::MessageTooLarge);
    }
    let (command, parameters) = message.split_first().ok_or(Reason::MessageLength)?;
    if !cx.cut.info.speaks_ctap2() {
        return Err(Reason::UnknownCommand);
    }
    let command = Command(*command);
    if command == Command::GET_NEXT_ASSERTION {
        nothing_follows(parameters)?;
        return get_next_assertion::begin(cx);
    }
    cx.volatile.remembered = None;
    let (enumeration, enrollment) = (cx.volatile.enumeration.take(), cx.volatile.enrollment.take());
    if is_credential_management(cx, command) {
        return credential_management::begin(cx, parameters, enumeration.map(|at| *at));
    }
    if is_bio_enrollment(cx, command) {
        return bio_enrollment::begin(
            cx,
            parameters,
            enrollment.map(|at| *at),
            command == Command::BIO_ENROLLMENT_PREVIEW,
        );
    }
    match command {
        Command::MAKE_CREDENTIAL => make_credential::begin(cx, parameters),
        Command::GET_ASSERTION => get_assertion::begin(cx, parameters),
        Command::LARGE_BLOBS if cx.offers("largeBlobs") => large_blobs::begin(cx, parameters),
        Command::CONFIG if cx.offers("authnrCfg") => config::begin(cx, parameters),
        Command::CLIENT_PIN => client_pin::begin(cx, parameters),
        Command::GET_INFO => nothing_follows(parameters).map(|()| get_info::begin(cx)),
        Command::RESET => nothing_follows(parameters).and_then(|()| reset::begin(cx)),
        Command::SELECTION if selection::is_offered(cx) => nothing_follows(parameters).map(|()| selection::begin()),
        _ => Err(Reason::UnknownCommand),
    }
}

impl Pending {
    /// Goes on with what the user did.
    pub(crate) fn resume(self, cx: &mut Context, answer: Answer) -> Result<Step, Reason> {
        match self {
            Self::BioEnrollment(waiting) => waiting.resume(cx, answer),
            Self::ClientPin(waiting) => waiting.resume(cx, answer),
            Self::GetAssertion(waiting) => waiting.resume(cx, answer),
            Self::MakeCredential(waiting) => waiting.resume(cx, answer),
            Self::Probe(_) => verification::finish_probe(cx, answer),
            Self::Reset(asked) => reset::resume(cx, asked, answer),
            Self::Selection => selection::resume(answer),
            Self::U2f(waiting) => Ok(waiting.resume(cx, answer)),
        }
    }

    /// How long it waits where it is not as long as commands usually do.
    pub(crate) fn lasts(&self) -> Option<Duration> {
        match self {
            Self::BioEnrollment(waiting) => waiting.timeout(),
            Self::U2f(_) => Some(u2f::USER_ACTION),
            _ => None,
        }
    }

    /// The command that waits.
    pub(crate) const fn command(&self) -> Command {
        match self {
            Self::BioEnrollment(waiting) => waiting.command(),
            Self::ClientPin(_) => Command::CLIENT_PIN,
            Self::GetAssertion(_) => Command::GET_ASSERTION,
            Self::MakeCredential(_) => Command::MAKE_CREDENTIAL,
            Self::Probe(command) => *command,
            Self::Reset(_) => Command::RESET,
            Self::Selection => Command::SELECTION,
            Self::U2f(waiting) => waiting.command(),
        }
    }
}

fn is_credential_management(cx: &Context, command: Command) -> bool {
    match command {
        Command::CREDENTIAL_MANAGEMENT => cx.offers("credMgmt"),
        Command::CREDENTIAL_MANAGEMENT_PREVIEW => cx.offers("credentialMgmtPreview"),
        _ => false,
    }
}

fn is_bio_enrollment(cx: &Context, command: Command) -> bool {
    match command {
        Command::BIO_ENROLLMENT => cx.cut.info.option("bioEnroll").is_some(),
        Command::BIO_ENROLLMENT_PREVIEW => cx.cut.info.option("userVerificationMgmtPreview").is_some(),
        _ => false,
    }
}

/// For commands without parameters.
fn nothing_follows(parameters: &[u8]) -> Result<(), Reason> {
    if parameters.is_empty() { Ok(()) } else { Err(Reason::MessageLength) }
}
