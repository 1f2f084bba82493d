//! The certificate is for another key than the one that signs, or than the credential's.

use keyrig_ctap::seal::Draft;

use crate::tamper::{Argument, Lie, Need, REGISTRATION, Tamper, Telling};

pub(super) const TAMPER: Tamper = Tamper {
    id: "authenticator/leaf-key",
    ceremonies: REGISTRATION,
    summary: "The certificate is for another key than the one that signs, or than the credential's.",
    changes: &["leaf.key"],
    argument: Argument::None,
    need: Need::Nothing,
    lie: Lie::Authenticator(lie),
};

fn lie(draft: &mut Draft, _telling: &Telling<'_>) -> Result<(), &'static str> {
    let leaf = draft.statement.leaf_mut().ok_or("there is no certificate")?;
    leaf.foreign_key = true;
    Ok(())
}
