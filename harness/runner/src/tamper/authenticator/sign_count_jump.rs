//! The signature counter jumps ahead by a million.

use keyrig_ctap::seal::Draft;

use crate::tamper::{AUTHENTICATION, Argument, Lie, Need, Tamper, Telling};

pub(super) const TAMPER: Tamper = Tamper {
    id: "authenticator/sign-count-jump",
    ceremonies: AUTHENTICATION,
    summary: "The signature counter jumps ahead by a million.",
    changes: &["authenticatorData.signCount"],
    argument: Argument::None,
    need: Need::Nothing,
    lie: Lie::Authenticator(lie),
};

fn lie(draft: &mut Draft, _telling: &Telling<'_>) -> Result<(), &'static str> {
    draft.auth_data.sign_count = draft.auth_data.sign_count.saturating_add(1_000_000);
    Ok(())
}
