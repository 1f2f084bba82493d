//! authenticatorReset (CTAP 2.3 §6.6).

use core::time::Duration;

use keyrig_ctap::quirk::RESET_WITHIN_5_SECONDS;

use super::{Pending, Step};
use crate::context::{Context, success};
use crate::reason::Reason;
use crate::state::{Configuration, Edit};
use crate::user::{self, Answer, Ask};

/// A reset has to be asked for this soon after power-up.
const WINDOW: Duration = Duration::from_secs(10);

/// Where the profile has the quirk.
const SHORT_WINDOW: Duration = Duration::from_secs(5);

/// Asks for a touch, soon after power-up only.
pub(super) fn begin(cx: &Context) -> Result<Step, Reason> {
    let window = if cx.profile.has_quirk(RESET_WITHIN_5_SECONDS) { SHORT_WINDOW } else { WINDOW };
    if cx.now.since(cx.volatile.powered) > window {
        return Err(Reason::ResetTooLate);
    }
    let transports = &cx.cut.info.transports_for_reset;
    if let Some(transport) = &cx.transport
        && !transports.is_empty()
        && !transports.iter().any(|allowed| allowed.eq_ignore_ascii_case(transport))
    {
        return Err(Reason::ResetTransport);
    }
    let ask = if cx.state.config.long_touch_for_reset { Ask::LongTouch } else { Ask::Presence };
    Ok(Step::ask(ask, Pending::Reset(ask)))
}

pub(super) fn resume(cx: &mut Context, asked: Ask, answer: Answer) -> Result<Step, Reason> {
    match asked {
        Ask::LongTouch => user::long_touch(answer)?,
        Ask::Presence | Ask::Verification => user::presence(answer)?,
    };
    cx.edit(Edit::reset(&cx.profile, Configuration::after_reset(&cx.profile)));
    cx.volatile.token = None;
    cx.volatile.writing = None;
    cx.volatile.wrong_pins = 0;
    cx.volatile.key_agreement.regenerate();
    Ok(Step::Done(success(&[])))
}
