//! The certificate leads to a root of the right name that nobody trusts.

use keyrig_ctap::seal::{Draft, Issuer};

use crate::tamper::{Argument, Lie, Need, REGISTRATION, Tamper, Telling};

pub(super) const TAMPER: Tamper = Tamper {
    id: "authenticator/impostor-root",
    ceremonies: REGISTRATION,
    summary: "The certificate leads to a root of the right name that nobody trusts.",
    changes: &["leaf.issuer"],
    argument: Argument::None,
    need: Need::Nothing,
    lie: Lie::Authenticator(lie),
};

fn lie(draft: &mut Draft, _telling: &Telling<'_>) -> Result<(), &'static str> {
    let leaf = draft.statement.leaf_mut().ok_or("there is no certificate")?;
    leaf.issuer = Issuer::Impostor;
    Ok(())
}
