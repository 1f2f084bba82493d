//! Bytes follow everything that the flags announce.

use keyrig_ctap::seal::Draft;

use crate::tamper::{Argument, BOTH, Lie, Need, Tamper, Telling};

pub(super) const TAMPER: Tamper = Tamper {
    id: "authenticator/leftover-bytes",
    ceremonies: BOTH,
    summary: "Bytes follow everything that the flags announce.",
    changes: &["authenticatorData.rest"],
    argument: Argument::None,
    need: Need::Nothing,
    lie: Lie::Authenticator(lie),
};

fn lie(draft: &mut Draft, _telling: &Telling<'_>) -> Result<(), &'static str> {
    draft.auth_data.rest = vec![0; 8];
    Ok(())
}
