//! The three ways to a `pinUvAuthToken` (CTAP 2.3 §6.5.5.7).

use alloc::string::String;

use keyrig_ctap::message::client_pin::{Permissions, Request, Response};
use keyrig_ctap::pin_uv_auth::{Protocol, SharedSecret};

use super::{Step, done, mandatory, pin, protocol};
use crate::command::{Pending, verification};
use crate::context::Context;
use crate::reason::Reason;
use crate::token::Token;
use crate::user::{Answer, Ask};

/// Permissions that some command honours.
const SUPPORTED: Permissions = Permissions(Permissions::MC.0 | Permissions::GA.0);

/// getPinToken, of CTAP 2.0: makeCredential and getAssertion, bound to the first RP ID that uses it.
pub(super) fn by_pin_without_permissions(cx: &mut Context, request: &Request) -> Result<Step, Reason> {
    let protocol = protocol(cx, request)?;
    let peer = mandatory(request.key_agreement.as_ref())?;
    let pin_hash_enc = mandatory(request.pin_hash_enc.as_ref())?;
    if request.permissions.is_some() || request.rp_id.is_some() {
        return Err(Reason::Parameter);
    }
    pin::may_try(cx)?;
    let shared = cx.decapsulate(protocol, peer)?;
    pin::check(cx, &shared, pin_hash_enc)?;
    if cx.state.force_pin_change {
        return Err(Reason::PinChangeForcedLegacy);
    }
    let given = if cx.offers("noMcGaPermissionsWithClientPin") { Permissions::default() } else { SUPPORTED };
    give(cx, &shared, given, None, false)
}

/// getPinUvAuthTokenUsingPinWithPermissions.
pub(super) fn by_pin(cx: &mut Context, request: &Request) -> Result<Step, Reason> {
    let protocol = protocol(cx, request)?;
    let peer = mandatory(request.key_agreement.as_ref())?;
    let pin_hash_enc = mandatory(request.pin_hash_enc.as_ref())?;
    let permissions = permissions(request)?;
    if cx.offers("noMcGaPermissionsWithClientPin") {
        return Err(Reason::PermissionUnsupported);
    }
    pin::may_try(cx)?;
    let shared = cx.decapsulate(protocol, peer)?;
    pin::check(cx, &shared, pin_hash_enc)?;
    if cx.state.force_pin_change {
        return Err(Reason::PinChangeForced);
    }
    give(cx, &shared, permissions, request.rp_id.clone(), false)
}

/// getPinUvAuthTokenUsingUvWithPermissions, up to the user.
pub(super) fn by_built_in(cx: &mut Context, request: &Request) -> Result<Step, Reason> {
    let protocol = protocol(cx, request)?;
    let peer = mandatory(request.key_agreement.as_ref())?;
    let permissions = permissions(request)?;
    if !cx.has_built_in() {
        return Err(Reason::BuiltInNotConfigured);
    }
    if cx.state.uv_retries == 0 {
        return Err(Reason::BuiltInTokenBlocked);
    }
    let shared = cx.decapsulate(protocol, peer)?;
    let waiting = AwaitingVerification { shared, permissions, rp_id: request.rp_id.clone() };
    Ok(Step::ask(Ask::Verification, Pending::ClientPin(waiting)))
}

/// Waiting for built-in verification, with the token that will come of it.
pub(crate) struct AwaitingVerification {
    shared: SharedSecret,
    permissions: Permissions,
    rp_id: Option<String>,
}

impl AwaitingVerification {
    /// The token, if the user verified. It remembers that the user was there.
    pub(in crate::command) fn resume(self, cx: &mut Context, answer: Answer) -> Result<Step, Reason> {
        let evidence = verification::perform_built_in(cx, answer)?.ok_or(Reason::BuiltInInvalid)?;
        give(cx, &self.shared, self.permissions, self.rp_id, evidence.present.is_some())
    }
}

/// Permissions that can be given: at least one, all of them ours, and with an RP ID.
fn permissions(request: &Request) -> Result<Permissions, Reason> {
    let wanted = request.permissions.ok_or(Reason::Missing)?;
    if wanted.0 == 0 {
        return Err(Reason::Parameter);
    }
    if !SUPPORTED.contains(wanted) {
        return Err(Reason::PermissionUnsupported);
    }
    if request.rp_id.is_none() {
        return Err(Reason::Missing);
    }
    Ok(wanted)
}

/// A new token; the one before it is gone.
fn give(
    cx: &mut Context,
    shared: &SharedSecret,
    permissions: Permissions,
    rp_id: Option<String>,
    user_present: bool,
) -> Result<Step, Reason> {
    let protocol: Protocol = shared.protocol();
    let mut token = Token::begin(protocol, user_present, cx.now, &mut *cx.entropy);
    token.permissions = permissions;
    token.rp_id = rp_id;
    let mut iv = [0; 16];
    cx.entropy.fill(&mut iv);
    let encrypted = shared.encrypt(&token.key[..], iv).map_err(|_| Reason::KeyAgreement)?;
    cx.volatile.token = Some(token);
    Ok(done(&Response { pin_uv_auth_token: Some(encrypted), ..Response::default() }))
}
