//! The user-verified bit is clear.

use keyrig_ctap::auth_data::Flags;
use keyrig_ctap::seal::Draft;

use crate::tamper::{Argument, BOTH, Lie, Need, Tamper, Telling};

pub(super) const TAMPER: Tamper = Tamper {
    id: "authenticator/clear-uv",
    ceremonies: BOTH,
    summary: "The user-verified bit is clear.",
    changes: &["authenticatorData.flags"],
    argument: Argument::None,
    need: Need::Nothing,
    lie: Lie::Authenticator(lie),
};

fn lie(draft: &mut Draft, _telling: &Telling<'_>) -> Result<(), &'static str> {
    draft.auth_data.flags = draft.auth_data.flags.without(Flags::UV);
    Ok(())
}
