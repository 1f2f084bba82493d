//! authenticatorGetInfo (CTAP 2.3 §6.4).

use super::Step;
use crate::context::{Context, success};

/// Answers with the profile's members and with what the state says now.
pub(super) fn begin(cx: &Context) -> Step {
    let mut info = cx.cut.info.clone();
    if let Some(client_pin) = info.options.get_mut("clientPin") {
        *client_pin = cx.state.pin_is_set();
    }
    if info.option("alwaysUv").is_some() {
        info.options.insert("alwaysUv".into(), cx.state.always_uv);
    }
    if info.force_pin_change.is_some() || cx.state.force_pin_change {
        info.force_pin_change = Some(cx.state.force_pin_change);
    }
    if let Some(remaining) = &mut info.remaining_discoverable_credentials {
        *remaining = cx.room() as u64;
    }
    Step::Done(success(&info.encode()))
}
