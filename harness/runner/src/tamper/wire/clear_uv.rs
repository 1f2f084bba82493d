//! The user-verified bit is cleared after signing.

use keyrig_ctap::auth_data::Flags;

use super::Answer;
use crate::tamper::{AUTHENTICATION, Argument, Lie, Need, Tamper, Telling};

/// Where the flags lie in authenticator data.
const FLAGS: usize = 32;

pub(super) const TAMPER: Tamper = Tamper {
    id: "wire/clear-uv",
    ceremonies: AUTHENTICATION,
    summary: "The user-verified bit is cleared after signing.",
    changes: &["response.authenticatorData.flags"],
    argument: Argument::None,
    need: Need::Nothing,
    lie: Lie::Wire(lie),
};

fn lie(answer: &mut Answer, _telling: &Telling<'_>) -> Result<(), &'static str> {
    answer.change_auth_data(|data| {
        if let Some(flags) = data.get_mut(FLAGS) {
            *flags &= !Flags::UV.0;
        }
    })
}
