//! The steps that makeCredential and getAssertion share (CTAP 2.3 §6.1.2 and §6.2.2): the selection probe, the protocol,
//! and user verification by token or by what is built in.
//!
//! Both forms of built-in verification are there, because clients use both: a phone or a provider says no more than
//! `uv` in getInfo and is driven by the `uv` option; a key with a finger reader says `pinUvAuthToken` too and is asked for
//! a token by its finger, the PIN being the other way to one.

use alloc::string::String;

use keyrig_ctap::Command;
use keyrig_ctap::message::client_pin::Permissions;
use keyrig_ctap::pin_uv_auth::Protocol;
use keyrig_ctap::quirk::TELLS_TOUCH_TIMEOUT;
use sha2::{Digest, Sha256};

use super::{Pending, Step};
use crate::context::Context;
use crate::reason::Reason;
use crate::state::{Edit, MAX_UV_RETRIES};
use crate::user::{self, Answer, Ask, UserPresent, UserVerified, Verification};

/// What is known of the user so far.
#[derive(Debug, Default)]
pub(crate) struct Evidence {
    pub(crate) present: Option<UserPresent>,
    pub(crate) verified: Option<UserVerified>,
}

/// How the user is to be verified.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Method {
    /// By the token that `pinUvAuthParam` proves, under this protocol.
    Token(Protocol),
    /// By what is built in.
    BuiltIn,
    /// Not at all.
    None,
}

/// Step 1: a `pinUvAuthParam` of zero length asks for a selection touch, where there could be a token.
pub(super) fn selection_probe(cx: &Context, command: Command, param: Option<&[u8]>) -> Option<Step> {
    let could_verify = cx.has_client_pin() || cx.offers("pinUvAuthToken");
    (could_verify && param.is_some_and(<[u8]>::is_empty)).then(|| Step::ask(Ask::Presence, Pending::Probe(command)))
}

/// Step 1 after the touch. A user who says no or nothing is `OPERATION_DENIED`.
pub(super) fn finish_probe(cx: &Context, answer: Answer) -> Result<Step, Reason> {
    match user::presence(answer) {
        Ok(_) if cx.state.pin_is_set() => Err(Reason::SelectedWithPin),
        Ok(_) => Err(Reason::SelectedWithoutPin),
        Err(_) => Err(Reason::Declined),
    }
}

/// Step 2: the protocol of a `pinUvAuthParam`.
///
/// # Errors
///
/// [`Reason::ProtocolMissing`], [`Reason::ProtocolUnsupported`].
pub(super) fn protocol(cx: &Context, param: Option<&[u8]>, number: Option<u64>) -> Result<Option<Protocol>, Reason> {
    match (param, number) {
        (None, _) => Ok(None),
        (Some(_), None) => Err(Reason::ProtocolMissing),
        (Some(_), Some(number)) => cx.protocol(number).map(Some),
    }
}

/// The `uv` option of step 5: without effect beside a `pinUvAuthParam`.
///
/// # Errors
///
/// [`Reason::UvUnavailable`].
pub(super) fn method(cx: &Context, protocol: Option<Protocol>, uv: Option<bool>) -> Result<Method, Reason> {
    match (protocol, uv) {
        (Some(protocol), _) => Ok(Method::Token(protocol)),
        (None, Some(true)) if cx.has_built_in() => Ok(Method::BuiltIn),
        (None, Some(true)) => Err(Reason::UvUnavailable),
        (None, _) => Ok(Method::None),
    }
}

/// The step of `alwaysUv`: verification happens whether or not the platform asked.
///
/// # Errors
///
/// [`Reason::VerificationNeeded`], [`Reason::VerificationImpossible`].
pub(super) fn always_uv(cx: &Context, method: Method) -> Result<Method, Reason> {
    match method {
        _ if !cx.state.config.always_uv => Ok(method),
        _ if !cx.is_protected() => Err(unverified(cx)),
        Method::None if cx.has_built_in() => Ok(Method::BuiltIn),
        Method::None => Err(unverified(cx)),
        Method::Token(_) | Method::BuiltIn => Ok(method),
    }
}

/// Verification is needed and not offered.
pub(super) fn unverified(cx: &Context) -> Reason {
    if pin_may_do(cx) { Reason::VerificationNeeded } else { Reason::VerificationImpossible }
}

/// Whether a token by PIN can have the permission that a ceremony wants.
fn pin_may_do(cx: &Context) -> bool {
    cx.has_client_pin() && !cx.offers("noMcGaPermissionsWithClientPin")
}

/// The touch of a ceremony. One that does not come is a refusal, as one that is declined (CTAP 2.3 §6.1.2 step 14.2.1.2
/// and §6.2.2 step 9.2.1.2), where the product is not known to tell them apart.
///
/// # Errors
///
/// [`Reason::Declined`], [`Reason::NobodyThere`], [`Reason::NobodyTouched`], [`Reason::UserActionTimeout`].
pub(super) fn touch(cx: &Context, answer: Answer) -> Result<UserPresent, Reason> {
    user::presence(answer).map_err(|reason| match reason {
        Reason::UserActionTimeout if !cx.profile.has_quirk(TELLS_TOUCH_TIMEOUT) => Reason::NobodyTouched,
        reason => reason,
    })
}

/// Verification by token: signature, permission, verified flag, RP ID. The two commands check the last three in orders of
/// their own, with one status for all.
///
/// # Errors
///
/// [`Reason::PinAuthInvalid`], [`Reason::PermissionMissing`], [`Reason::TokenUnverified`], [`Reason::TokenRpId`].
pub(super) fn by_token(
    cx: &mut Context,
    protocol: Protocol,
    param: &[u8],
    message: &[u8],
    permission: Permissions,
    rp_id: &str,
) -> Result<Evidence, Reason> {
    let compare = cx.compare(protocol);
    let token = cx.token().ok_or(Reason::PinAuthInvalid)?;
    token.verify(compare, message, param)?;
    token.permits(permission)?;
    let verified = user::verified_by(token).ok_or(Reason::TokenUnverified)?;
    token.bind(rp_id)?;
    Ok(Evidence { present: user::present_by(token), verified: Some(verified) })
}

/// Who manages, as a token proves it.
pub(super) struct Manager {
    rp_id: Option<String>,
    persistent: bool,
}

impl Manager {
    /// Whether it is the token that only reads, which neither time nor power ends.
    pub(super) const fn is_persistent(&self) -> bool {
        self.persistent
    }

    /// For what concerns every relying party.
    ///
    /// # Errors
    ///
    /// [`Reason::TokenRpId`] where the token is bound to one.
    pub(super) fn unbound(&self) -> Result<(), Reason> {
        if self.rp_id.is_none() { Ok(()) } else { Err(Reason::TokenRpId) }
    }

    /// For what concerns one relying party.
    ///
    /// # Errors
    ///
    /// [`Reason::TokenRpId`] where the token is bound to another.
    pub(super) fn for_rp(&self, rp_id: &str) -> Result<(), Reason> {
        if self.rp_id.as_deref().is_none_or(|bound| bound == rp_id) { Ok(()) } else { Err(Reason::TokenRpId) }
    }

    /// For what concerns the relying party whose RP ID has this SHA-256.
    ///
    /// # Errors
    ///
    /// [`Reason::TokenRpId`] where the token is bound to another.
    pub(super) fn for_hash(&self, hash: &[u8]) -> Result<(), Reason> {
        let ours = self.rp_id.as_deref().is_none_or(|bound| Sha256::digest(bound)[..] == *hash);
        if ours { Ok(()) } else { Err(Reason::TokenRpId) }
    }
}

/// The token that a management command's `pinUvAuthParam` over `message` proves. It has `permission`, or `or`.
///
/// # Errors
///
/// [`Reason::VerificationNeeded`] without a parameter, [`Reason::ProtocolMissing`], [`Reason::ProtocolUnsupported`],
/// [`Reason::PinAuthInvalid`], [`Reason::PermissionMissing`].
pub(super) fn manager(
    cx: &mut Context,
    param: Option<&[u8]>,
    number: Option<u64>,
    message: &[u8],
    permission: Permissions,
    or: Permissions,
) -> Result<Manager, Reason> {
    let param = param.ok_or(Reason::VerificationNeeded)?;
    let protocol = cx.protocol(number.ok_or(Reason::ProtocolMissing)?)?;
    let compare = cx.compare(protocol);
    if let Some(token) = cx.token()
        && token.verify(compare, message, param).is_ok()
    {
        token.permits(permission).or_else(|_| token.permits(or))?;
        return Ok(Manager { rp_id: token.rp_id.clone(), persistent: false });
    }
    // The persistent token, where reading is enough.
    let persistent = cx.state.persistent_token.as_ref().filter(|_| or == Permissions::PCMR);
    let right = persistent.map(|token| protocol.authenticate(&token[..], &[message]));
    match right {
        Some(right) if cx.offers("perCredMgmtRO") && compare.matches(&right, param) => {
            Ok(Manager { rp_id: None, persistent: true })
        }
        _ => Err(Reason::PinAuthInvalid),
    }
}

/// Verification by what is built in: refused beforehand where no retry is left.
///
/// # Errors
///
/// [`Reason::BuiltInBlocked`], or [`Reason::BuiltInFailedPinMayDo`] where there is a PIN.
pub(super) fn ask_built_in(cx: &mut Context, pending: Pending) -> Result<Step, Reason> {
    if may_try_built_in(cx) { Ok(Step::ask(Ask::Verification, pending)) } else { Err(built_in_failed(cx)) }
}

/// Whether built-in verification has a retry left. A PIN that is blocked blocks it too (CTAP 2.3 §6.5.3.1 step 3).
pub(super) fn may_try_built_in(cx: &mut Context) -> bool {
    if cx.state.pin_is_set() && cx.state.pin_retries == 0 && cx.state.uv_retries != 0 {
        cx.edit(Edit::UvRetries(0));
    }
    cx.state.uv_retries != 0
}

/// What came of the built-in verification (`performBuiltInUv`).
///
/// # Errors
///
/// [`Reason::UserActionTimeout`], [`Reason::Declined`], and where it failed [`Reason::BuiltInFailedPinMayDo`],
/// [`Reason::BuiltInBlocked`] or [`Reason::BuiltInFailed`].
pub(super) fn by_built_in(cx: &mut Context, answer: Answer) -> Result<Evidence, Reason> {
    perform_built_in(cx, answer)?.ok_or_else(|| built_in_failed(cx))
}

/// One attempt: a failed one costs a retry, and so does one that nobody makes; a good one restores them (CTAP 2.3
/// §6.5.3.1). Each of them counts in `uvCountSinceLastPinEntry`, "including all failed attempts" (§6.4, member 0x17).
///
/// # Errors
///
/// [`Reason::UserActionTimeout`], [`Reason::Declined`].
pub(super) fn perform_built_in(cx: &mut Context, answer: Answer) -> Result<Option<Evidence>, Reason> {
    let count = |cx: &mut Context| {
        if cx.cut.info.uv_count_since_last_pin_entry.is_some() {
            cx.edit(Edit::UvCount(cx.state.uv_count.saturating_add(1)));
        }
    };
    let spend = |cx: &mut Context| {
        cx.edit(Edit::UvRetries(cx.state.uv_retries.saturating_sub(1)));
        count(cx);
    };
    if matches!(answer, Answer::TimedOut) {
        spend(cx);
    }
    match user::verification(answer)? {
        Verification::Verified(verified, present) => {
            if cx.state.uv_retries != MAX_UV_RETRIES {
                cx.edit(Edit::UvRetries(MAX_UV_RETRIES));
            }
            count(cx);
            Ok(Some(Evidence { present: Some(present), verified: Some(verified) }))
        }
        Verification::Failed => {
            spend(cx);
            Ok(None)
        }
    }
}

fn built_in_failed(cx: &Context) -> Reason {
    if cx.state.pin_is_set() && pin_may_do(cx) {
        Reason::BuiltInFailedPinMayDo
    } else if cx.state.uv_retries == 0 {
        Reason::BuiltInBlocked
    } else {
        Reason::BuiltInFailed
    }
}
