//! The credential is backed up and yet not eligible for backup.

use keyrig_ctap::auth_data::Flags;
use keyrig_ctap::seal::Draft;

use crate::tamper::{Argument, BOTH, Lie, Need, Tamper, Telling};

pub(super) const TAMPER: Tamper = Tamper {
    id: "authenticator/bs-without-be",
    ceremonies: BOTH,
    summary: "The credential is backed up and yet not eligible for backup.",
    changes: &["authenticatorData.flags"],
    argument: Argument::None,
    need: Need::Nothing,
    lie: Lie::Authenticator(lie),
};

fn lie(draft: &mut Draft, _telling: &Telling<'_>) -> Result<(), &'static str> {
    draft.auth_data.flags = draft.auth_data.flags.without(Flags::BE).with(Flags::BS);
    Ok(())
}
