//! authenticatorClientPIN (CTAP 2.3 §6.5).

mod pin;
mod token;

use alloc::vec::Vec;

use keyrig_ctap::message::client_pin::{Request, Response, Subcommand};
use keyrig_ctap::pin_uv_auth::Protocol;

use super::Step;
use crate::context::{Context, success};
use crate::reason::Reason;

pub(crate) use token::AwaitingVerification;

/// Runs a subcommand; those that the profile does not have are unknown. Without a PIN or a token there may still be a key
/// to agree on, for `hmac-secret`.
pub(super) fn begin(cx: &mut Context, parameters: &[u8]) -> Result<Step, Reason> {
    if cx.cut.info.pin_uv_auth_protocols.is_empty() {
        return Err(Reason::UnknownCommand);
    }
    let request = Request::decode(parameters)?;
    let pin = cx.has_client_pin();
    let permissions = cx.offers("pinUvAuthToken");
    let built_in = cx.cut.info.option("uv").is_some();
    match request.subcommand {
        Subcommand::GET_PIN_RETRIES if pin => Ok(pin_retries(cx)),
        Subcommand::GET_KEY_AGREEMENT => key_agreement(cx, &request),
        Subcommand::SET_PIN if pin => pin::set(cx, &request),
        Subcommand::CHANGE_PIN if pin => pin::change(cx, &request),
        Subcommand::GET_PIN_TOKEN if pin => token::by_pin_without_permissions(cx, &request),
        Subcommand::GET_TOKEN_USING_PIN if pin && permissions => token::by_pin(cx, &request),
        Subcommand::GET_TOKEN_USING_UV if built_in && permissions => token::by_built_in(cx, &request),
        Subcommand::GET_UV_RETRIES if built_in => Ok(uv_retries(cx)),
        _ => Err(Reason::UnknownSubcommand),
    }
}

/// getPINRetries (CTAP 2.3 §6.5.5.2).
fn pin_retries(cx: &Context) -> Step {
    let power_cycle_state = pin::is_locked_until_power_cycle(cx).then_some(true);
    let pin_retries = Some(u64::from(cx.state.pin_retries));
    done(&Response { pin_retries, power_cycle_state, ..Response::default() })
}

/// getUVRetries (CTAP 2.3 §6.5.5.3).
fn uv_retries(cx: &Context) -> Step {
    done(&Response { uv_retries: Some(u64::from(cx.state.uv_retries)), ..Response::default() })
}

/// getKeyAgreement (CTAP 2.3 §6.5.5.4).
fn key_agreement(cx: &mut Context, request: &Request) -> Result<Step, Reason> {
    protocol(cx, request)?;
    let key = cx.volatile.key_agreement.public(&mut *cx.provider, &mut *cx.entropy)?;
    Ok(done(&Response { key_agreement: Some(key), ..Response::default() }))
}

fn done(response: &Response) -> Step {
    Step::Done(success(&response.encode()))
}

/// The protocol, which each subcommand but the retries has to name.
fn protocol(cx: &Context, request: &Request) -> Result<Protocol, Reason> {
    cx.protocol(request.protocol.ok_or(Reason::Missing)?)
}

/// A member that the subcommand cannot do without.
fn mandatory(member: Option<&Vec<u8>>) -> Result<&[u8], Reason> {
    member.map(Vec::as_slice).ok_or(Reason::Missing)
}
