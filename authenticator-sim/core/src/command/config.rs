//! authenticatorConfig (CTAP 2.3 §6.11).

use alloc::string::String;
use alloc::vec::Vec;

use keyrig_ctap::message::client_pin::Permissions;
use keyrig_ctap::message::config::{MinPinLength, Request, Subcommand};
use keyrig_ctap::message::get_info::Info;
use keyrig_ctap::profile::Profile;
use keyrig_ctap::quirk::ALWAYS_UV_FOR_GOOD;

use super::{Step, verification};
use crate::context::{Context, success};
use crate::reason::Reason;
use crate::state::{Configuration, Edit};

/// Runs a subcommand; those that the profile does not have are unknown.
pub(super) fn begin(cx: &mut Context, parameters: &[u8]) -> Result<Step, Reason> {
    let request = Request::decode(parameters)?;
    if !offers(&cx.cut.info, request.subcommand) {
        return Err(Reason::UnknownSubcommand);
    }
    authorize(cx, &request)?;
    match request.subcommand {
        Subcommand::ENABLE_ENTERPRISE_ATTESTATION => {
            let config = Configuration { enterprise_attestation: true, ..cx.state.config.clone() };
            store(cx, config);
        }
        Subcommand::TOGGLE_ALWAYS_UV => {
            if cx.state.config.always_uv && cx.profile.has_quirk(ALWAYS_UV_FOR_GOOD) {
                return Err(Reason::AlwaysUvForGood);
            }
            let config = Configuration { always_uv: !cx.state.config.always_uv, ..cx.state.config.clone() };
            store(cx, config);
        }
        Subcommand::SET_MIN_PIN_LENGTH => set_min_pin_length(cx, &request)?,
        Subcommand::ENABLE_LONG_TOUCH_FOR_RESET => {
            let config = Configuration { long_touch_for_reset: true, ..cx.state.config.clone() };
            store(cx, config);
        }
        // No command of a maker's own is known.
        _ => return Err(Reason::UnknownSubcommand),
    }
    Ok(Step::Done(success(&[])))
}

/// Whether a product that says `info` has the subcommand.
pub(crate) fn offers(info: &Info, subcommand: Subcommand) -> bool {
    match subcommand {
        Subcommand::ENABLE_ENTERPRISE_ATTESTATION => info.option("ep").is_some(),
        Subcommand::TOGGLE_ALWAYS_UV => info.option("alwaysUv").is_some(),
        Subcommand::SET_MIN_PIN_LENGTH => info.option("setMinPINLength") == Some(true),
        Subcommand::ENABLE_LONG_TOUCH_FOR_RESET => info.long_touch_for_reset.is_some(),
        Subcommand::VENDOR_PROTOTYPE => info.vendor_prototype_config_commands.is_some(),
        _ => false,
    }
}

/// Who may configure: whoever has a token with the permission. Where nobody can be verified yet, anybody may, but for
/// what `alwaysUv` forbids; only ending `alwaysUv` itself is free then.
fn authorize(cx: &mut Context, request: &Request) -> Result<(), Reason> {
    let always_uv = cx.state.config.always_uv && request.subcommand != Subcommand::TOGGLE_ALWAYS_UV;
    if !cx.is_protected() && !always_uv {
        return Ok(());
    }
    let (param, number) = (request.pin_uv_auth_param.as_deref(), request.pin_uv_auth_protocol);
    let message = request.authenticated();
    verification::manager(cx, param, number, &message, Permissions::ACFG, Permissions::ACFG).map(|_| ())
}

/// setMinPINLength (CTAP 2.3 §6.11.4).
fn set_min_pin_length(cx: &mut Context, request: &Request) -> Result<(), Reason> {
    let wanted = request.parameters.as_deref().map(MinPinLength::decode).transpose()?.unwrap_or_default();
    let mut config = cx.state.config.clone();
    if wanted.rp_ids.is_some() && !cx.has_extension("minPinLength") && !cx.has_extension("pinComplexityPolicy") {
        return Err(Reason::Parameter);
    }
    let length = wanted.length.unwrap_or(config.min_pin_length);
    if length < config.min_pin_length || length > cx.longest_pin() {
        return Err(Reason::PinPolicy);
    }
    let change_wanted = wanted.force_change == Some(true);
    if change_wanted && !cx.state.pin_is_set() {
        return Err(Reason::PinNotSet);
    }
    if let Some(rp_ids) = wanted.rp_ids.filter(|rp_ids| !rp_ids.is_empty()) {
        if rp_ids.len() as u64 > cx.cut.info.max_rp_ids_for_set_min_pin_length.unwrap_or(0) {
            return Err(Reason::KeyStoreFull);
        }
        config.min_pin_length_rp_ids = beside_the_factory_s(&cx.profile, rp_ids);
    }
    let stricter = wanted.complexity == Some(true) && cx.cut.info.pin_complexity_policy.is_some();
    // Of the PIN only its hash is here, so nobody can tell whether it keeps to a policy that is new.
    let unknown = stricter && !config.pin_complexity;
    let short = cx.state.pin.as_ref().is_some_and(|pin| u64::from(pin.code_points) < length || unknown);
    config.min_pin_length = length;
    config.pin_complexity |= stricter;
    store(cx, config);
    if change_wanted || short {
        cx.edit(Edit::ForcePinChange(true));
        cx.reset_tokens();
    }
    Ok(())
}

/// The RP IDs that the product leaves the factory with, which nobody takes away, and `rp_ids` in place of those that were
/// set before (CTAP 2.3 §7.4.3: a reset removes the "previously added" ones).
fn beside_the_factory_s(profile: &Profile, rp_ids: Vec<String>) -> Vec<String> {
    let factory = &profile.min_pin_length_rp_ids;
    let added = rp_ids.into_iter().filter(|rp_id| !factory.contains(rp_id));
    factory.iter().cloned().chain(added).collect()
}

fn store(cx: &mut Context, config: Configuration) {
    if cx.state.config != config {
        cx.edit(Edit::Configuration(config));
    }
}
