//! Setting, changing and checking the PIN (CTAP 2.3 §6.5.5.5 to §6.5.5.7).

use keyrig_ctap::message::client_pin::Request;
use keyrig_ctap::pin_uv_auth::{SharedSecret, pin_hash};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::{Step, mandatory, protocol};
use crate::context::{Context, success};
use crate::reason::Reason;
use crate::state::{Edit, MAX_PIN_RETRIES, MAX_UV_RETRIES, Pin};

/// Wrong PINs in a row after which the authenticator wants to be unplugged.
const MAX_WRONG_PINS: u8 = 3;

/// Bytes of a padded PIN.
const PADDED: usize = 64;

/// setPIN.
pub(super) fn set(cx: &mut Context, request: &Request) -> Result<Step, Reason> {
    let peer = mandatory(request.key_agreement.as_ref())?;
    let new_pin_enc = mandatory(request.new_pin_enc.as_ref())?;
    let param = mandatory(request.pin_uv_auth_param.as_ref())?;
    let protocol = protocol(cx, request)?;
    if cx.state.pin_is_set() {
        return Err(Reason::PinAlreadySet);
    }
    let shared = cx.decapsulate(protocol, peer)?;
    cx.check_param(&shared, &[new_pin_enc], param)?;
    let pin = new_pin(cx, &shared, new_pin_enc)?;
    cx.edit(Edit::Pin(pin));
    if cx.state.pin_retries != MAX_PIN_RETRIES {
        cx.edit(Edit::PinRetries(MAX_PIN_RETRIES));
    }
    Ok(Step::Done(success(&[])))
}

/// changePIN. Tokens that were given out are of no use afterwards.
pub(super) fn change(cx: &mut Context, request: &Request) -> Result<Step, Reason> {
    let peer = mandatory(request.key_agreement.as_ref())?;
    let new_pin_enc = mandatory(request.new_pin_enc.as_ref())?;
    let pin_hash_enc = mandatory(request.pin_hash_enc.as_ref())?;
    let param = mandatory(request.pin_uv_auth_param.as_ref())?;
    let protocol = protocol(cx, request)?;
    may_try(cx)?;
    let shared = cx.decapsulate(protocol, peer)?;
    cx.check_param(&shared, &[new_pin_enc, pin_hash_enc], param)?;
    check(cx, &shared, pin_hash_enc)?;
    let pin = new_pin(cx, &shared, new_pin_enc)?;
    let same = cx.state.pin.as_ref().is_some_and(|old| bool::from(old.hash.ct_eq(&pin.hash[..])));
    if cx.state.force_pin_change {
        if same {
            return Err(Reason::PinPolicy);
        }
        cx.edit(Edit::ForcePinChange(false));
    }
    cx.edit(Edit::Pin(pin));
    cx.reset_tokens();
    Ok(Step::Done(success(&[])))
}

/// Whether three wrong PINs in a row ask for a power cycle.
pub(super) fn is_locked_until_power_cycle(cx: &Context) -> bool {
    cx.volatile.wrong_pins >= MAX_WRONG_PINS
}

/// Whether a PIN may be tried at all.
///
/// # Errors
///
/// [`Reason::PinNotSet`], [`Reason::PinBlocked`], [`Reason::PinAuthBlocked`].
pub(super) fn may_try(cx: &Context) -> Result<(), Reason> {
    if !cx.state.pin_is_set() {
        Err(Reason::PinNotSet)
    } else if cx.state.pin_retries == 0 {
        Err(Reason::PinBlocked)
    } else if is_locked_until_power_cycle(cx) {
        Err(Reason::PinAuthBlocked)
    } else {
        Ok(())
    }
}

/// Compares the PIN. Its answer leaves only when the store has written the retry that a wrong one costs; a wrong one
/// costs the key-agreement key too.
///
/// # Errors
///
/// [`Reason::PinInvalid`], [`Reason::PinBlocked`], [`Reason::PinAuthBlocked`].
pub(super) fn check(cx: &mut Context, shared: &SharedSecret, pin_hash_enc: &[u8]) -> Result<(), Reason> {
    let given = shared.decrypt(pin_hash_enc).ok();
    let right = match (&cx.state.pin, &given) {
        (Some(pin), Some(given)) => bool::from(pin.hash.ct_eq(&given[..])),
        _ => false,
    };
    if right {
        cx.volatile.wrong_pins = 0;
        if cx.state.uv_count != 0 {
            cx.edit(Edit::UvCount(0));
        }
        if cx.state.pin_retries != MAX_PIN_RETRIES {
            cx.edit(Edit::PinRetries(MAX_PIN_RETRIES));
        }
        if cx.state.uv_retries != MAX_UV_RETRIES {
            cx.edit(Edit::UvRetries(MAX_UV_RETRIES));
        }
        return Ok(());
    }
    let left = cx.state.pin_retries.saturating_sub(1);
    cx.edit(Edit::PinRetries(left));
    cx.volatile.wrong_pins += 1;
    cx.volatile.key_agreement.regenerate();
    Err(match left {
        0 => Reason::PinBlocked,
        _ if is_locked_until_power_cycle(cx) => Reason::PinAuthBlocked,
        _ => Reason::PinInvalid,
    })
}

/// What a complexity policy refuses; each maker has its own (CTAP 2.3 §6.4, `pinComplexityPolicy`), and this one refuses
/// one character repeated and characters in a row, up or down.
fn is_simple(pin: &[u8]) -> bool {
    let steps = |by: i16| pin.windows(2).all(|pair| i16::from(pair[1]) - i16::from(pair[0]) == by);
    steps(0) || steps(1) || steps(-1)
}

/// Decrypts a new PIN and holds it against the policy: minimum and maximum in code points, and whatever they are at most
/// 63 bytes (CTAP 2.3 §6.4, members 0x0D and 0x1D).
fn new_pin(cx: &Context, shared: &SharedSecret, new_pin_enc: &[u8]) -> Result<Pin, Reason> {
    let padded = shared.decrypt(new_pin_enc).map_err(|_| Reason::PinAuthInvalid)?;
    if padded.len() != PADDED {
        return Err(Reason::Parameter);
    }
    let length = padded.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
    let pin = Zeroizing::new(padded[..length].to_vec());
    let code_points = core::str::from_utf8(&pin).map_err(|_| Reason::PinPolicy)?.chars().count() as u64;
    let (least, most) = (cx.state.config.min_pin_length, cx.longest_pin());
    if length == PADDED || !(least..=most).contains(&code_points) {
        return Err(Reason::PinPolicy);
    }
    if cx.state.config.pin_complexity && is_simple(&pin) {
        return Err(Reason::PinPolicy);
    }
    Ok(Pin { hash: pin_hash(&pin), code_points: u8::try_from(code_points).unwrap_or(u8::MAX) })
}
