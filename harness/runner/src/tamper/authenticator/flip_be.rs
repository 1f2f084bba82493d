//! The backup-eligible bit is another one, and the backup state is clear.

use keyrig_ctap::auth_data::Flags;
use keyrig_ctap::seal::Draft;

use crate::tamper::{Argument, BOTH, Lie, Need, Tamper, Telling};

pub(super) const TAMPER: Tamper = Tamper {
    id: "authenticator/flip-be",
    ceremonies: BOTH,
    summary: "The backup-eligible bit is another one, and the backup state is clear.",
    changes: &["authenticatorData.flags"],
    argument: Argument::None,
    need: Need::Nothing,
    lie: Lie::Authenticator(lie),
};

fn lie(draft: &mut Draft, _telling: &Telling<'_>) -> Result<(), &'static str> {
    let flags = draft.auth_data.flags.without(Flags::BS);
    draft.auth_data.flags = Flags(flags.0 ^ Flags::BE.0);
    Ok(())
}
