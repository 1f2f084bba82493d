//! The signature counter goes back to one.

use keyrig_ctap::seal::Draft;

use crate::tamper::{AUTHENTICATION, Argument, Lie, Need, Tamper, Telling};

pub(super) const TAMPER: Tamper = Tamper {
    id: "authenticator/sign-count-back",
    ceremonies: AUTHENTICATION,
    summary: "The signature counter goes back to one.",
    changes: &["authenticatorData.signCount"],
    argument: Argument::None,
    need: Need::Nothing,
    lie: Lie::Authenticator(lie),
};

fn lie(draft: &mut Draft, _telling: &Telling<'_>) -> Result<(), &'static str> {
    if draft.auth_data.sign_count < 2 {
        return Err("the counter is too low to go back");
    }
    draft.auth_data.sign_count = 1;
    Ok(())
}
