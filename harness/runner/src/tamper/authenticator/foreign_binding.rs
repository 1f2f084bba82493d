//! What ties the statement to the ceremony is of another: the nonce, the challenge, `extraData`.

use keyrig_ctap::seal::{Binding, Draft};

use crate::tamper::{Argument, Lie, Need, REGISTRATION, Tamper, Telling};

pub(super) const TAMPER: Tamper = Tamper {
    id: "authenticator/foreign-binding",
    ceremonies: REGISTRATION,
    summary: "What ties the statement to the ceremony is of another: the nonce, the challenge, `extraData`.",
    changes: &["binding"],
    argument: Argument::None,
    need: Need::Nothing,
    lie: Lie::Authenticator(lie),
};

fn lie(draft: &mut Draft, _telling: &Telling<'_>) -> Result<(), &'static str> {
    let binding = draft.statement.binding_mut().ok_or("nothing but a signature ties the statement to the ceremony")?;
    *binding = Binding::Foreign;
    Ok(())
}
