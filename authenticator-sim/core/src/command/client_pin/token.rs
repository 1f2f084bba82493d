//! The three ways to a `pinUvAuthToken` (CTAP 2.3 §6.5.5.7).

use alloc::boxed::Box;
use alloc::string::String;

use keyrig_ctap::message::client_pin::{Permissions, Request, Response};
use keyrig_ctap::pin_uv_auth::SharedSecret;

use super::{Step, done, mandatory, pin, protocol};
use crate::command::{Pending, verification};
use crate::context::Context;
use crate::reason::Reason;
use crate::token::Token;
use crate::user::{Answer, Ask};

/// What asks for an RP ID, and what `noMcGaPermissionsWithClientPin` withholds.
const CEREMONIES: Permissions = Permissions::MC.with(Permissions::GA);

/// getPinToken, of CTAP 2.0: makeCredential and getAssertion, bound to the first RP ID that uses it. Where there are no
/// permissions, it is the token of the preview commands too.
pub(super) fn by_pin_without_permissions(cx: &mut Context, request: &Request) -> Result<Step, Reason> {
    let peer = mandatory(request.key_agreement.as_ref())?;
    let pin_hash_enc = mandatory(request.pin_hash_enc.as_ref())?;
    let protocol = protocol(cx, request)?;
    if request.permissions.is_some() || request.rp_id.is_some() {
        return Err(Reason::Parameter);
    }
    pin::may_try(cx)?;
    let shared = cx.decapsulate(protocol, peer)?;
    pin::check(cx, &shared, pin_hash_enc)?;
    if cx.state.force_pin_change {
        return Err(Reason::PinChangeForcedLegacy);
    }
    let given = match (cx.offers("noMcGaPermissionsWithClientPin"), cx.offers("pinUvAuthToken")) {
        (true, _) => Permissions::default(),
        (false, true) => CEREMONIES,
        (false, false) => CEREMONIES.with(Permissions::CM).with(Permissions::BE),
    };
    give(cx, &shared, given, None, false)
}

/// getPinUvAuthTokenUsingPinWithPermissions.
pub(super) fn by_pin(cx: &mut Context, request: &Request) -> Result<Step, Reason> {
    let peer = mandatory(request.key_agreement.as_ref())?;
    let pin_hash_enc = mandatory(request.pin_hash_enc.as_ref())?;
    let wanted = wanted(request)?;
    let protocol = protocol(cx, request)?;
    let mut supported = cx.permissions(false);
    if cx.offers("noMcGaPermissionsWithClientPin") {
        supported.0 &= !CEREMONIES.0;
    }
    let permissions = permissions(wanted, supported)?;
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
    let peer = mandatory(request.key_agreement.as_ref())?;
    let wanted = wanted(request)?;
    let protocol = protocol(cx, request)?;
    let permissions = permissions(wanted, cx.permissions(true))?;
    if !cx.has_built_in() {
        return Err(Reason::BuiltInNotConfigured);
    }
    if !verification::may_try_built_in(cx) {
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
        let Some(evidence) = verification::perform_built_in(cx, answer)? else {
            let blocked = cx.state.uv_retries == 0;
            return Err(if blocked { Reason::BuiltInTokenBlocked } else { Reason::BuiltInInvalid });
        };
        give(cx, &self.shared, self.permissions, self.rp_id, evidence.present.is_some())
    }
}

/// The permissions that are asked for, with an RP ID for the ceremonies.
fn wanted(request: &Request) -> Result<Permissions, Reason> {
    let wanted = request.permissions.ok_or(Reason::Missing)?;
    if wanted.0 & CEREMONIES.0 != 0 && request.rp_id.is_none() {
        return Err(Reason::Missing);
    }
    Ok(wanted)
}

/// Permissions that can be given: at least one, and all of them `supported`. Undefined ones are ignored.
fn permissions(wanted: Permissions, supported: Permissions) -> Result<Permissions, Reason> {
    if wanted.0 == 0 {
        return Err(Reason::Parameter);
    }
    let wanted = Permissions(wanted.0 & Permissions::DEFINED.0);
    if !supported.contains(wanted) {
        return Err(Reason::PermissionUnsupported);
    }
    // The persistent token has one permission and no other.
    if wanted.contains(Permissions::PCMR) && wanted != Permissions::PCMR {
        return Err(Reason::PermissionUnsupported);
    }
    Ok(wanted)
}

/// A new token; the one before it is gone. The persistent token is always the same.
fn give(
    cx: &mut Context,
    shared: &SharedSecret,
    permissions: Permissions,
    rp_id: Option<String>,
    user_present: bool,
) -> Result<Step, Reason> {
    if permissions == Permissions::PCMR {
        let token = cx.persistent_token();
        let encrypted = shared.encrypt(&token[..], cx.draw()).map_err(|_| Reason::KeyAgreement)?;
        return Ok(done(&Response { pin_uv_auth_token: Some(encrypted), ..Response::default() }));
    }
    let mut token = Token::begin(shared.protocol(), user_present, cx.now, &mut *cx.entropy);
    token.permissions = permissions;
    token.rp_id = rp_id;
    let encrypted = shared.encrypt(&token.key[..], cx.draw()).map_err(|_| Reason::KeyAgreement)?;
    cx.volatile.token = Some(Box::new(token));
    cx.volatile.writing.take_if(|writing| writing.by_token);
    Ok(done(&Response { pin_uv_auth_token: Some(encrypted), ..Response::default() }))
}
