//! The reserved flags are set.

use keyrig_ctap::auth_data::Flags;
use keyrig_ctap::seal::Draft;

use crate::tamper::{Argument, BOTH, Lie, Need, Tamper, Telling};

pub(super) const TAMPER: Tamper = Tamper {
    id: "authenticator/reserved-flags",
    ceremonies: BOTH,
    summary: "The reserved flags are set.",
    changes: &["authenticatorData.flags"],
    argument: Argument::None,
    need: Need::Nothing,
    lie: Lie::Authenticator(lie),
};

fn lie(draft: &mut Draft, _telling: &Telling<'_>) -> Result<(), &'static str> {
    draft.auth_data.flags |= Flags::RFU1 | Flags::RFU2;
    Ok(())
}
