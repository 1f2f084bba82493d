//! authenticatorGetInfo (CTAP 2.3 §6.4).

use keyrig_ctap::message::get_info::Info;
use keyrig_ctap::persistent::Member;
use sha2::{Digest, Sha256};

use super::{Step, u2f};
use crate::context::{Context, success};
use crate::state::Configuration;

/// Answers with the profile's members and with what the state says now.
pub(super) fn begin(cx: &mut Context) -> Step {
    let mut info = cx.cut.info.clone();
    if let Some(client_pin) = info.options.get_mut("clientPin") {
        *client_pin = cx.state.pin_is_set();
    }
    configuration(cx, &mut info);
    info.uv_count_since_last_pin_entry = info.uv_count_since_last_pin_entry.map(|_| cx.state.uv_count);
    if cx.offers("perCredMgmtRO") {
        for_holders_of_the_persistent_token(cx, &mut info);
    }
    if info.force_pin_change.is_some() || cx.state.force_pin_change {
        info.force_pin_change = Some(cx.state.force_pin_change);
    }
    if let Some(remaining) = &mut info.remaining_discoverable_credentials {
        *remaining = cx.room() as u64;
    }
    Step::Done(success(&info.encode()))
}

/// Members that nobody else can read. `encCredStoreState` came with CTAP 2.3.
fn for_holders_of_the_persistent_token(cx: &mut Context, info: &mut Info) {
    let (token, identifier) = (cx.persistent_token(), cx.identifier());
    info.enc_identifier = Some(Member::Identifier.conceal(&token[..], identifier, cx.draw()));
    if info.versions.iter().any(|version| version == "FIDO_2_3") {
        let changes = cx.state.discoverable_changes().to_be_bytes();
        let mut state = [0; 16];
        state.copy_from_slice(&Sha256::digest([&identifier[..], &changes].concat())[..16]);
        info.enc_cred_store_state = Some(Member::CredStoreState.conceal(&token[..], state, cx.draw()));
    }
}

/// Members that authenticatorConfig changes.
fn configuration(cx: &Context, info: &mut Info) {
    let config = &cx.state.config;
    for (option, value) in [("alwaysUv", config.always_uv), ("ep", config.enterprise_attestation)] {
        if let Some(told) = info.options.get_mut(option) {
            *told = value;
        }
    }
    // A product that leaves the factory with `alwaysUv` says of `makeCredUvNotRqd` what its profile says.
    let factory = Configuration::factory(&cx.profile);
    if config.always_uv && !factory.always_uv {
        info.options.entry("makeCredUvNotRqd".into()).and_modify(|told| *told = false);
    }
    let enrolled = !cx.state.fingerprints().is_empty();
    if cx.enrolls_fingers() {
        for option in ["bioEnroll", "userVerificationMgmtPreview", "uv"] {
            info.options.entry(option.into()).and_modify(|told| *told = enrolled);
        }
    }
    if u2f::is_off(cx) {
        info.versions.retain(|version| version != u2f::VERSION);
    }
    if info.min_pin_length.is_some() || config.min_pin_length != factory.min_pin_length {
        info.min_pin_length = Some(config.min_pin_length);
    }
    info.long_touch_for_reset = info.long_touch_for_reset.map(|_| config.long_touch_for_reset);
    info.pin_complexity_policy = info.pin_complexity_policy.map(|_| config.pin_complexity);
}
