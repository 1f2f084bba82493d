//! The certificate is one of a certification authority.

use keyrig_ctap::seal::Draft;

use crate::tamper::{Argument, Lie, Need, REGISTRATION, Tamper, Telling};

pub(super) const TAMPER: Tamper = Tamper {
    id: "authenticator/ca-leaf",
    ceremonies: REGISTRATION,
    summary: "The certificate is one of a certification authority.",
    changes: &["leaf.ca"],
    argument: Argument::None,
    need: Need::Nothing,
    lie: Lie::Authenticator(lie),
};

fn lie(draft: &mut Draft, _telling: &Telling<'_>) -> Result<(), &'static str> {
    let leaf = draft.statement.leaf_mut().ok_or("there is no certificate")?;
    leaf.ca = true;
    Ok(())
}
