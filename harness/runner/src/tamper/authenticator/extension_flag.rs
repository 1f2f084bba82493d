//! The flags announce extension outputs that are not there.

use keyrig_ctap::auth_data::Flags;
use keyrig_ctap::seal::Draft;

use crate::tamper::{Argument, BOTH, Lie, Need, Tamper, Telling};

pub(super) const TAMPER: Tamper = Tamper {
    id: "authenticator/extension-flag",
    ceremonies: BOTH,
    summary: "The flags announce extension outputs that are not there.",
    changes: &["authenticatorData.flags"],
    argument: Argument::None,
    need: Need::Nothing,
    lie: Lie::Authenticator(lie),
};

fn lie(draft: &mut Draft, _telling: &Telling<'_>) -> Result<(), &'static str> {
    if draft.auth_data.extensions.is_some() {
        return Err("there are extension outputs");
    }
    draft.auth_data.flags |= Flags::ED;
    Ok(())
}
