//! The certificate ended in 2020.

use keyrig_ctap::seal::{Draft, Validity};

use crate::tamper::{Argument, Lie, Need, REGISTRATION, Tamper, Telling};

pub(super) const TAMPER: Tamper = Tamper {
    id: "authenticator/expired-leaf",
    ceremonies: REGISTRATION,
    summary: "The certificate ended in 2020.",
    changes: &["leaf.validity"],
    argument: Argument::None,
    need: Need::Nothing,
    lie: Lie::Authenticator(lie),
};

fn lie(draft: &mut Draft, _telling: &Telling<'_>) -> Result<(), &'static str> {
    let leaf = draft.statement.leaf_mut().ok_or("there is no certificate")?;
    leaf.validity = Validity::Expired;
    Ok(())
}
