//! authenticatorReset (CTAP 2.3 §6.6).

use core::time::Duration;

use super::{Pending, Step};
use crate::context::{Context, success};
use crate::reason::Reason;
use crate::state::{Edit, State};
use crate::user::{self, Answer, Ask};

/// A reset has to be asked for this soon after power-up.
const WINDOW: Duration = Duration::from_secs(10);

/// Asks for a touch, soon after power-up only.
pub(super) fn begin(cx: &Context) -> Result<Step, Reason> {
    if cx.now.since(cx.volatile.powered) > WINDOW {
        return Err(Reason::ResetTooLate);
    }
    Ok(Step::ask(Ask::Presence, Pending::Reset))
}

pub(super) fn resume(cx: &mut Context, answer: Answer) -> Result<Step, Reason> {
    user::presence(answer)?;
    let factory = State::new(&cx.profile);
    cx.edit(Edit::Reset { force_pin_change: factory.force_pin_change, always_uv: factory.always_uv });
    cx.volatile.token = None;
    cx.volatile.wrong_pins = 0;
    cx.volatile.key_agreement.regenerate();
    Ok(Step::Done(success(&[])))
}
